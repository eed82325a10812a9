// Seats that others take or give back while somebody chooses; what was chosen stays chosen.
import { ask, follow } from "./live.js";

const hall = document.querySelector(".hall");
const news = document.getElementById("news");
const free = document.getElementById("seats-free");
const path = `/api/v1/shows/${encodeURIComponent(hall.dataset.show)}/seat-map`;
const known = new Map();
for (const seat of hall.querySelectorAll("[data-seat]")) {
  known.set(seat.dataset.seat, { at: seat, label: seat.matches("label") ? seat : null });
}

const gone = (seatId, status) => {
  const mark = document.createElement("span");
  mark.className = `seat ${status === "taken" ? "taken" : "blocked"}`;
  mark.dataset.seat = seatId;
  mark.title = status === "taken" ? `${seatId} is taken` : `${seatId} is not for sale here`;
  mark.textContent = status === "taken" ? "×" : "–";
  return mark;
};

const back = (seatId, seat) => {
  const row = seat.at.closest("fieldset")?.querySelector("label.seat");
  const label = seat.label ?? row?.cloneNode(true);
  if (!label) return null; // nothing in its row to make it like
  const box = label.querySelector("input");
  box.checked = false;
  if (!seat.label) {
    const number = seatId.replace(/^[A-Z]+/, "");
    box.value = seatId;
    box.setAttribute("aria-label", `Seat ${seatId}`);
    label.dataset.seat = seatId;
    label.querySelector("span").textContent = number;
  }
  return label;
};

const show = (seats, left) => {
  const lost = [];
  for (const [seatId, status] of Object.entries(seats)) {
    const seat = known.get(seatId);
    if (!seat) continue;
    const isFree = seat.at.matches("label");
    if ((status === "free") === isFree) continue;
    if (isFree && seat.at.querySelector("input").checked) lost.push(seatId);
    if (isFree) seat.label = seat.at;
    const next = status === "free" ? back(seatId, seat) : gone(seatId, status);
    if (!next) continue;
    seat.at.replaceWith(next);
    seat.at = next;
  }
  free.textContent = left;
  if (lost.length) news.textContent = `Just taken by somebody else: ${lost.join(", ")}.`;
};

const whole = (map) => {
  const seats = map.rows.flatMap((row) => row.seats).filter((seat) => seat);
  show(Object.fromEntries(seats.map((seat) => [seat.seat_id, seat.status])), map.seats_free);
};

const look = async () => {
  const map = await ask(path);
  if (map) whole(map);
};

follow(`${path}/live`, hall.dataset.version, {
  map: whole,
  seats: (changed) => show(changed.seats, changed.seats_free),
}, look);
