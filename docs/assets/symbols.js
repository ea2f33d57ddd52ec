// A card for every symbol, made of its row in the symbols table; its other occurrences are lit.
import { hide, isAbout, points, show } from "./card.js";
import { button, element } from "./make.js";
import { whenNear } from "./near.js";

const style = document.head.appendChild(document.createElement("style"));
const rowOf = (symbol) => document.getElementById(symbol.classList[1]);

const copies = (cell) => [...cell.cloneNode(true).childNodes];

function facts(row) {
  const [, code, shape] = row.cells;
  const parts = [];
  const axis = document.getElementById(row.dataset.see);
  if (axis) parts.push(["of ", ...copies(axis.cells[0]), ": ", ...copies(axis.cells[3])]);
  if (code.textContent.trim()) parts.push(["in the code ", ...copies(code)]);
  if (shape.textContent.trim()) parts.push(["shape ", ...copies(shape)]);
  if (row.dataset.defined) {
    const [number, address] = row.dataset.defined.split(" ");
    const link = element("a", "", `(${number})`);
    link.href = address;
    parts.push(["defined by ", link]);
  } else {
    const link = element("a", "", "symbols table");
    link.href = `#${row.dataset.see ?? row.id}`;
    parts.push(["see the ", link]);
  }
  return parts.flatMap((part, place) => (place ? [" · ", ...part] : part));
}

function fill(row) {
  const [symbol, , , meaning] = row.cells;
  return [
    element("div", "", element("span", "card__symbol", ...copies(symbol)), ...copies(meaning)),
    element("div", "card__facts", ...facts(row)),
  ];
}

// The variable in the code beside and below: its name comes from the table.
function lightCode(row) {
  CSS.highlights?.delete("symbol");
  const name = row?.cells[1].textContent.trim();
  if (!CSS.highlights || !/^\w+$/.test(name ?? "")) return;
  const word = new RegExp(`(?<![\\w."'])${name}(?!\\w)`, "g");
  const ranges = [];
  for (const code of document.querySelectorAll(".source__code")) {
    if (!code.checkVisibility({ contentVisibilityAuto: true })) continue;
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      for (const { index } of walker.currentNode.data.matchAll(word)) {
        const range = new Range();
        range.setStart(walker.currentNode, index);
        range.setEnd(walker.currentNode, index + name.length);
        ranges.push(range);
      }
    }
  }
  CSS.highlights.set("symbol", new Highlight(...ranges));
}

function tell(row, anchor) {
  if (isAbout(anchor)) return;
  const box = element("div", "", ...fill(row));
  box.setAttribute("role", "status");
  const gone = () => {
    style.textContent = "";
    lightCode(null);
  };
  show(anchor, box, { pointed: !anchor.matches("button"), gone });
  style.textContent = `.${row.id} { background: var(--book-mark); border-radius: 2px; outline: 1px solid transparent; }`; // seen in forced colours
  lightCode(row);
}

addEventListener("pointerover", (event) => {
  const symbol = points(event) && event.target.closest?.(".sym");
  const row = symbol && rowOf(symbol);
  if (row) tell(row, symbol);
});

// From the keyboard: each press of a button goes on to the next symbol of the equation.
function next(equation, opener) {
  const names = [...new Set([...equation.querySelectorAll(".sym")].map(({ classList }) => classList[1]))];
  const at = Number(opener.dataset.at ?? 0) % names.length;
  opener.dataset.at = String(at + 1);
  hide();
  tell(document.getElementById(names[at]), opener);
}

whenNear((run) => {
  for (const equation of run.querySelectorAll(".equation:has(.sym)")) {
    const notes = equation.querySelector(".equation__notes");
    if (!notes) continue;
    const opener = button("symbols", () => next(equation, opener), "equation__symbols");
    opener.title = "What each symbol means, one by one";
    opener.addEventListener("blur", hide);
    notes.prepend(opener);
  }
});
