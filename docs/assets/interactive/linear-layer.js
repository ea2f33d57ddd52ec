// A linear layer: values go to the right, gradients come back. Each gradient shows whether its equation holds, once the
// equations of this page have been checked; its buttons have the page do so, see run/try.js.
import { button, controls, drawing, message, s } from "./kit.js";
import { gradientOf } from "./models/gradients.js";

const PLACES = { x: [24, 40], "×": [128, 40], "+": [214, 40], y: [298, 40], W: [128, 124], b: [214, 124] };
const WIRES = [["x", "×"], ["×", "+"], ["+", "y"], ["W", "×"], ["b", "+"]];
const LABELS = { x: [76, 64, "middle"], W: [140, 94, "start"], b: [226, 94, "start"], y: [256, 64, "middle"] };
const ASIDE = 6;
const ROOM = 17; // around a place, which an arrow leaves free

// From a place to another, a little to the left of the way.
function arrow(from, to) {
  const [[a, b], [c, d]] = [PLACES[from], PLACES[to]];
  const length = Math.hypot(c - a, d - b);
  const [along, down] = [(c - a) / length, (d - b) / length];
  const at = (far, side) => `${(a + along * far + down * side).toFixed(1)} ${(b + down * far - along * side).toFixed(1)}`;
  const end = length - ROOM;
  return [
    s("path", { d: `M${at(ROOM, ASIDE)}L${at(end - 6, ASIDE)}` }),
    s("path", { d: `M${at(end, ASIDE)}L${at(end - 8, ASIDE + 4)}L${at(end - 8, ASIDE - 4)}Z`, class: "flow__head" }),
  ];
}

export default function build(room) {
  const told = message();
  const labels = {};
  const gradients = {};
  const parts = WIRES.flatMap(([from, to]) => {
    const name = [from, to].find((end) => end in LABELS); // what comes back to a sign goes on, and has no name
    const back = s("g", { class: "flow flow--back" }, ...arrow(to, from));
    if (name) {
      const [x, y, anchor] = LABELS[name];
      labels[name] = s("text", { x, y, "text-anchor": anchor }, `∂L/∂${name}`);
      back.append(labels[name]);
      gradients[name] = back;
    }
    return [s("g", { class: "flow" }, ...arrow(from, to)), back];
  });
  const places = Object.entries(PLACES).map(([name, [x, y]]) => {
    const round = name === "×" || name === "+";
    const box = round ? s("circle", { cx: x, cy: y, r: 13 }) : s("rect", { x: x - 14, y: y - 13, width: 28, height: 26, rx: 4 });
    return s("g", { class: "flow__place" }, box, s("text", { x, y: y + 4.5, "text-anchor": "middle" }, name));
  });
  const view = drawing(330, 146, "A linear layer: x times W, plus b, is y. Gradients come back along the same wires", ...parts, ...places);

  function show(name, holds) {
    gradients[name].dataset.holds = holds;
    labels[name].textContent = `∂L/∂${name}${holds === "" ? "" : holds ? " ✓" : " ✗"}`;
  }

  let wrong = [];
  function clear() {
    wrong = [];
    for (const name of ["x", "W", "b"]) show(name, "");
    told.tell("Values go to the right, gradients come back. Check the equations: each gradient shows whether its equation holds.");
  }

  const ask = (what) => () => document.dispatchEvent(new CustomEvent("wanted", { detail: what }));

  document.addEventListener("checking", clear);
  document.addEventListener("checker", ({ detail }) => /…$/.test(detail) && told.tell(detail)); // on its way
  document.addEventListener("claim", ({ detail: { tex, holds } }) => {
    const name = gradientOf(tex);
    if (!name) return;
    show(name, holds);
    if (!holds) wrong.push(`∂L/∂${name}`);
    told.tell(wrong.length ? `Wrong: ${wrong.join(", ")}. What would be sent back there is not the gradient.` : "The gradients hold.");
  });
  clear();
  room.append(view, controls(button("Check the equations", ask("check")), button("Flip a sign", ask("flip"))), told.element);
}
