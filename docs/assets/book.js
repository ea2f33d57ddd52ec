import { button, element, typed } from "./make.js";
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

// The head of the page names the section, as the theme marks it in the list of contents.
const contents = document.querySelector(".md-sidebar--primary .md-nav--secondary > .md-nav__list");
const named = document.querySelector('[data-md-component="header-topic"] > .md-ellipsis');

const label = element("span", "section-name");

function nameSection() {
  const active = [...contents.querySelectorAll(".md-nav__link--active")].at(-1);
  const section = [...contents.children].find((item) => item.contains(active));
  label.textContent = section ? ` · ${section.querySelector("a").textContent.trim()}` : "";
}

if (contents && named) {
  named.textContent = named.textContent.trim();
  named.append(label);
  new MutationObserver(nameSection).observe(contents, { attributeFilter: ["class"], subtree: true });
  nameSection();
}
