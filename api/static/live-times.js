// How full each show is, while somebody compares times.
import { ask, follow } from "./live.js";

const times = document.getElementById("times");
const words = JSON.parse(times.dataset.words);
const asked = new URLSearchParams({ city: times.dataset.city, date: times.dataset.date });
const path = `/api/v1/movies/${encodeURIComponent(times.dataset.movie)}/shows`;

const show = (shows) => {
  for (const timing of times.querySelectorAll("[data-show]")) {
    const left = shows[timing.dataset.show];
    if (!left) continue;
    timing.className = `timing ${left.availability}`;
    timing.querySelector(".left").textContent = words[left.availability];
  }
};

const look = async () => {
  const found = await ask(`${path}?${asked}`);
  if (!found) return;
  const timings = found.venues.flatMap((venue) => venue.timings);
  show(Object.fromEntries(timings.map((timing) => [timing.show_id, timing])));
};

follow(`${path}/live?${asked}`, null, { times: (now) => show(now.shows) }, look);
