// Renders formulas with Temml: a line of JSON in, {tex, display}; a line of JSON out, {html} or {error, position}.
import { createInterface } from "node:readline";
import temml from "temml";

const SCRIPTS = new Set(["msub", "msup", "msubsup", "munder", "mover", "munderover"]);
const OPERANDS = new Set(["mi", "mn", "mfrac", "mrow", "msqrt", "mtable"]);
const FUNCTION = /^[a-z]{2,}$/;

// MathML says less of spaces than TeX does, and of some of them something else.
function mend(node, inScript = false) {
  if (inScript && node.type === "mo" && node.attributes.stretchy !== "true") {
    node.setAttribute("lspace", "0em");
    node.setAttribute("rspace", "0em");
  }
  if (node.type === "mtd" && !node.children.length) node.style = {};
  if (node.type === "math") {
    node.classes = [];
    node.style = {};
  }
  const children = node.children ?? [];
  children.forEach((child, place) => mend(child, inScript || (SCRIPTS.has(node.type) && place > 0)));
  if (!SCRIPTS.has(node.type) && node.type !== "mfrac") {
    node.children = children.flatMap((child, place) =>
      isFunction(child) && isOperand(children[place - 1]) ? [thinSpace(), child] : [child],
    );
  }
}

// What a node is about: the base of what has scripts, the first of a row.
function head(node) {
  return SCRIPTS.has(node.type) || node.type === "mrow" ? node.children[0] && head(node.children[0]) : node;
}

function isFunction(node) {
  const first = head(node);
  return ["mi", "mo"].includes(first?.type) && FUNCTION.test(first.children.map(({ text }) => text).join(""));
}

function isOperand(node) {
  if (!node || isFunction(node)) return false;
  return SCRIPTS.has(node.type) ? isOperand(node.children[0]) : OPERANDS.has(node.type);
}

// Temml does not export its nodes: one is taken from a formula.
function thinSpace() {
  return temml.__renderToMathMLTree("\\,", {}).children[0];
}

function render({ tex, display }) {
  try {
    const options = { displayMode: display, throwOnError: true, trust: ({ command }) => command === "\\class" };
    const tree = temml.__renderToMathMLTree(tex, options);
    mend(tree);
    return { html: tree.toMarkup() };
  } catch (error) {
    if (!(error instanceof temml.ParseError)) throw error;
    // The message repeats the formula; where it is broken is told by the position.
    return { error: error.message.trim().split(/ at (?:position|end of input)/)[0], position: error.position ?? 0 };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(render(JSON.parse(line))) + "\n");
}
