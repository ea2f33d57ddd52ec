// Parts of a page are laid out when the reader comes near them, and are made ready only then.
const waiting = new Map();

const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      for (const ready of waiting.get(target)) ready(target);
      waiting.delete(target);
    }
  },
  { rootMargin: "100%" },
);

// Calls `ready` with each part of the page, once, when it is no more than a screen away.
export function whenNear(ready) {
  for (const run of document.querySelectorAll(".run")) {
    if (!waiting.has(run)) waiting.set(run, []);
    waiting.get(run).push(ready);
    observer.observe(run);
  }
}

// What lies between here and the goal of a link has guessed heights until it is laid out. So where a jump has missed its
// goal it is made again, until the page rests there or the reader goes on.
let jump = 0;

function arrive() {
  const goal = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  cancelAnimationFrame(jump);
  let [rests, frames] = [0, 0];
  const look = () => {
    const { top, height } = goal.getBoundingClientRect();
    const missed = height > 0 && (top < 0 || top > innerHeight - 24);
    if (missed) goal.scrollIntoView({ behavior: "instant" });
    rests = missed ? 0 : rests + 1;
    if (rests < 5 && ++frames < 90) jump = requestAnimationFrame(look);
  };
  if (goal) jump = requestAnimationFrame(look);
}

// Calls `call` whenever the reader does something, and so goes on from where a link led.
export function whenGoingOn(call) {
  for (const sign of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(sign, call, { passive: true });
}

addEventListener("hashchange", arrive);
whenGoingOn(() => cancelAnimationFrame(jump));
