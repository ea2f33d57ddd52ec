// Parts of a page are laid out when the reader comes near them, and are made ready only then.
const runs = document.querySelectorAll(".run");

// Whether the browser leaves the part for later; one that cannot leaves nothing.
function isPending(run) {
  const inside = run.firstElementChild;
  return "oncontentvisibilityautostatechange" in run && !inside?.checkVisibility({ contentVisibilityAuto: true });
}

// Calls `ready` with each part of the page, once, when the browser lays it out.
export function whenNear(ready) {
  for (const run of runs) {
    if (!isPending(run)) {
      ready(run);
      continue;
    }
    const near = ({ skipped, target }) => {
      if (skipped || target !== run) return;
      run.removeEventListener("contentvisibilityautostatechange", near);
      ready(run);
    };
    run.addEventListener("contentvisibilityautostatechange", near);
  }
}
