// Moves the numbers of the room's timer between two loads of the page. What counts is the console's time:
// the page says how much was left when it was made.
"use strict";

const clock = document.getElementById("clock");
const over = document.getElementById("over");
const title = document.title;

function show(left, total) {
  const shown = Math.max(0, left);
  clock.textContent = Math.floor(shown / 60) + ":" + String(shown % 60).padStart(2, "0");
  document.title = clock.textContent + " · " + title;
  if (left <= 0) {
    const late = -left;
    const text = late < 60 ? "Time is up." : "Time is up, by " + Math.floor(late / 60) + " min.";
    // Only a new text is read out.
    if (over.textContent !== text) over.textContent = text;
    clock.classList.add("up");
  }
  const passed = total - left;
  for (const phase of document.querySelectorAll("[data-from]")) {
    const now = passed >= Number(phase.dataset.from) && passed < Number(phase.dataset.to);
    if (now) phase.setAttribute("aria-current", "step");
    else phase.removeAttribute("aria-current");
  }
}

if (clock.dataset.running === "true") {
  const total = Number(clock.dataset.total);
  const end = Date.now() + Number(clock.dataset.left) * 1000;
  const tick = () => show(Math.ceil((end - Date.now()) / 1000), total);
  tick();
  setInterval(tick, 250);
}

// A page out of the back button's cache is older than the console's timer.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
