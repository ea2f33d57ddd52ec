// What scrolls sideways must be reachable from the keyboard: boxes that overflow take the focus.
const boxes = document.querySelectorAll(".equation__math, .source__code, .quoted__code pre, .highlight code");

function update() {
  for (const box of boxes) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

const observer = new ResizeObserver(update);
for (const box of boxes) observer.observe(box);
