// An equation as MathML that means the same elsewhere: without what ties it to this page and its styles.
const SPACE = "http://www.w3.org/1998/Math/MathML";
const OF_PAGE = ["class", "href", "id", "style"];

function made(name, ...children) {
  const element = document.createElementNS(SPACE, name);
  element.append(...children);
  return element;
}

function bare(formula) {
  const copy = formula.cloneNode(true);
  for (const link of copy.querySelectorAll("a")) link.replaceWith(...link.childNodes);
  for (const each of [copy, ...copy.querySelectorAll("*")]) {
    const side = /\btml-(left|right)\b/.exec(each.getAttribute("class"));
    if (side && each.localName === "mtd") each.setAttribute("columnalign", side[1]);
    for (const name of OF_PAGE) each.removeAttribute(name);
  }
  return copy;
}

// What stands in a formula, or in the pieces of a long one.
function inside(part) {
  const formulas = part.localName === "math" ? [part] : part.querySelectorAll("math");
  return [...formulas].flatMap((formula) => [...bare(formula).childNodes]);
}

// The rule beside a step: words, with formulas among them.
function rule(note) {
  const parts = [...note.childNodes].map((part) => {
    const formula = part.querySelector?.("math");
    if (formula) return made("mrow", ...bare(formula).childNodes);
    return made("mtext", part.textContent.replace(/^\s|\s$/g, "\u00a0").replace(/\s+/g, " "));
  });
  const space = made("mspace");
  space.setAttribute("width", "2em");
  return made("mrow", space, ...parts);
}

function row(step) {
  const cell = (name, content) => {
    const found = step.querySelector(`:scope > .${name}`);
    return made("mtd", ...(found ? content(found) : []));
  };
  return made("mtr", cell("chain__left", inside), cell("chain__right", inside), cell("chain__note", (note) => [rule(note)]));
}

export function mathmlOf(equation) {
  const chain = equation.querySelector(".chain");
  const math = made("math", ...(chain ? [] : inside(equation.querySelector(".equation__math").firstElementChild)));
  if (chain) {
    const table = made("mtable", ...[...chain.children].map(row));
    table.setAttribute("columnalign", "right left left");
    table.setAttribute("displaystyle", "true");
    math.append(table);
  }
  math.setAttribute("display", "block");
  return new XMLSerializer().serializeToString(math);
}
