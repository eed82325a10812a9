// Counts a hold down; without it the page still says until when the seats are held.
const left = document.getElementById("left");
const until = Date.parse(left.dataset.until);
const tick = () => {
  const seconds = Math.max(0, Math.floor((until - Date.now()) / 1000));
  left.textContent = `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  if (seconds === 0) {
    clearInterval(timer);
    location.reload();
  }
};
const timer = setInterval(tick, 1000);
