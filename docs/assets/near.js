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
