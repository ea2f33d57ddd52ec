import { button, typed } from "./make.js";
import { whenNear } from "./near.js";

// What scrolls sideways must be reachable from the keyboard: boxes that overflow take the focus.
const BOXES = ".equation__math, .source__code, .quoted__code pre, .highlight .code, .bibtex code, .table-box";
const observer = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

// A button to copy code; of a doctest it takes what was typed, without prompts and answers.
function text(block) {
  const code = block.querySelector(".source__code, pre");
  const lines = typed(code);
  if (lines.length) return `${lines.join("\n")}\n`;
  const whole = code.cloneNode(true);
  for (const short of whole.querySelectorAll(".source__short")) short.remove();
  return `${whole.textContent.trimEnd()}\n`;
}

function offerCopy(block) {
  const copy = async (button) => {
    await navigator.clipboard.writeText(text(block));
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  };
  block.classList.add("copy-box");
  block.append(button("Copy", copy, "copy"));
}

whenNear((run) => {
  run.querySelectorAll(BOXES).forEach((box) => observer.observe(box));
  run.querySelectorAll(".source, .highlight:has(> pre):not(.output)").forEach(offerCopy);
});
