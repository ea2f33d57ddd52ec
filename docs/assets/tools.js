// Beside each numbered equation: its address to copy, and how to cite it.
import { button, element, toolLine } from "./make.js";
import { whenNear } from "./near.js";

function addressOf(equation, page = location.href) {
  const address = new URL(page, location.href);
  address.search = "";
  address.hash = equation.id;
  return address.href;
}

// The chapter's entry, with the equation's number and address.
function citationOf(equation) {
  const number = equation.querySelector(".equation__number").textContent;
  const published = document.querySelector('link[rel="canonical"]')?.href;
  return document
    .querySelector(".bibtex code")
    .textContent.trim()
    .replace(",", `-${equation.id.replace("eq:", "")},`)
    .replace(/(\n *note *= \{)/, `$1Equation ${number}. `)
    .replace(/\n *url *= .*/, "")
    .replace(/\n\}$/, `\n  url       = {${addressOf(equation, published)}},\n}`);
}

// Says that a text was copied; where it may not be, shows it, selected.
async function copy(equation, text, done) {
  const line = toolLine(equation);
  const said = line.querySelector("output") ?? line.appendChild(element("output", "equation__said"));
  said.textContent = "";
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = done;
  } catch {
    said.textContent = text;
    getSelection().selectAllChildren(said);
  }
}

whenNear((run) => {
  for (const equation of run.querySelectorAll(".equation[id]")) {
    toolLine(equation).prepend(
      button("copy link", () => copy(equation, addressOf(equation), "link copied"), "quiet"),
      button("cite", () => copy(equation, citationOf(equation), "citation copied"), "quiet"),
    );
  }
});
