// The keys that a reader can press, listed on `?`: the theme's and the book's own.
import { button, element } from "./make.js";

const KEYS = [
  ["/", "search the book"],
  ["n, p", "next page, previous page"],
  ["← →", "the steps of a derivation, once it is stepped through"],
  ["Ctrl Enter", "run the example that is edited"],
  ["Esc", "close what is open, put out what is lit"],
  ["?", "these keys"],
];

let dialog;

function list() {
  const entries = KEYS.flatMap(([keys, text]) => [element("dt", "", element("kbd", "", keys)), element("dd", "", text)]);
  const title = element("h2", "", "Keys");
  title.id = "keys-title";
  const made = element("dialog", "keys md-typeset", title, element("dl", "", ...entries), button("Close", () => dialog.close()));
  made.setAttribute("aria-labelledby", title.id);
  made.addEventListener("click", ({ target }) => target === made && made.close()); // beside it
  return document.body.appendChild(made);
}

function open() {
  dialog ??= list();
  if (!dialog.open) dialog.showModal();
}

addEventListener("keydown", (event) => {
  if (event.key !== "?" || event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  open();
});

document.querySelector(".md-footer-meta__inner")?.append(button("Keys: ?", open, "keys-opener"));
