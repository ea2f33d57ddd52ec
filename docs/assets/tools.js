// Beside each numbered equation: its address to copy, how to cite it, the equation itself for use elsewhere, and where an
// error in it is reported. On a phone all that can be done with it is behind one button.
import { published } from "./home.js";
import { button, element, toolLine } from "./make.js";
import { whenNear } from "./near.js";

// An equation's own address, which leads to it wherever it stands: from a folder, the file of that page.
function addressOf(equation) {
  const file = published.startsWith("file:") ? "index.html" : "";
  return new URL(`eq/${equation.id.replace("eq:", "")}/${file}`, published).href;
}

// The chapter's entry, with the equation's number and address.
function citationOf(equation) {
  const number = equation.querySelector(".equation__number").textContent;
  return document
    .querySelector(".bibtex code")
    .textContent.trim()
    .replace(",", `-${equation.id.replace("eq:", "")},`)
    .replace(/(\n *note *= \{)/, `$1Equation ${number}. `)
    .replace(/\n *url *= .*/, "")
    .replace(/\n\}$/, `\n  url       = {${addressOf(equation)}},\n}`);
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

// Where an error of the page is reported, if it says so: with the equation in the report.
function report(equation) {
  const found = document.querySelector('.mend a[href*="issues/new"]');
  if (!found) return [];
  const link = element("a", "quiet", "report");
  const url = new URL(found.href);
  for (const [name, value] of url.searchParams) {
    const number = equation.querySelector(".equation__number").textContent;
    if (/title/.test(name)) url.searchParams.set(name, value.replace(/: $/, `, ${number}: `));
    else url.searchParams.set(name, value.replace(/(Where: .*)/, `$1#${equation.id}`));
  }
  link.href = url.href;
  return [link];
}

function more(line) {
  const opener = button("⋯", () => {
    const open = line.classList.toggle("equation__notes--open");
    opener.setAttribute("aria-expanded", String(open));
  });
  opener.className = "equation__more";
  opener.ariaLabel = opener.title = "More of this equation";
  opener.setAttribute("aria-expanded", "false");
  return opener;
}

const TOOLS = [
  ["copy link", "link copied", addressOf],
  ["cite", "citation copied", citationOf],
  ["copy LaTeX", "LaTeX copied", ({ dataset }) => dataset.tex],
  ["copy MathML", "MathML copied", async (equation) => (await import("./mathml.js")).mathmlOf(equation)],
];

whenNear((run) => {
  for (const equation of run.querySelectorAll(".equation[id]")) {
    const line = toolLine(equation);
    line.prepend(
      more(line),
      ...TOOLS.map(([name, done, text]) => button(name, async () => copy(equation, await text(equation), done), "quiet")),
      ...report(equation),
    );
  }
});
