// A GRU's unit whose gates the reader sets, with the reset gate after the product and before it.
import { axes, controls, drawing, h, message, path, s, signed, slider, ticks } from "./kit.js";
import { gru, gruSlope } from "./models/gates.js";

const POINTS = 80;

export default function build(room) {
  const set = { z: 0.4, r: 0.5, a: 0.2, u: 1.5, b: 0.8, h: 0.5 };
  const told = message();
  const before = (k) => -1 + (2 * k) / POINTS; // the state before the step

  const { group, toX, toY } = axes({
    width: 300, height: 170, left: 40, top: 18, xLabel: "state before the step", yLabel: "state after it",
    x: { range: [-1, 1], ticks: ticks([-1, 0, 1]) },
    y: { range: [-1, 1], ticks: ticks([-1, 0, 1]) },
  });
  const lines = { after: s("path", { class: "interactive__line interactive__line--0" }), before: s("path", { class: "interactive__line interactive__line--1" }) };
  const kept = s("path", { class: "interactive__line interactive__line--bound", d: `M${toX(-1)} ${toY(-1)}L${toX(1)} ${toY(1)}` });
  const dots = { after: s("circle", { r: 4, class: "interactive__dot interactive__dot--0" }), before: s("circle", { r: 4, class: "interactive__dot interactive__dot--1" }) };
  const view = drawing(350, 230, "The state after a step against the state before it: reset after the product solid, reset before it dashed", group, kept, ...Object.values(lines), ...Object.values(dots));

  function draw() {
    const words = [];
    for (const variant of ["after", "before"]) {
      const curve = Array.from({ length: POINTS + 1 }, (_, k) => gru(set, before(k), variant).h);
      lines[variant].setAttribute("d", path(curve, (k) => toX(before(k)), toY));
      const { n, h: state } = gru(set, set.h, variant);
      dots[variant].setAttribute("cx", toX(set.h));
      dots[variant].setAttribute("cy", toY(state));
      words.push(`Reset ${variant} the product: candidate ${signed(n)}, state ${signed(state)}, slope ${signed(gruSlope(set, set.h, variant))}.`);
    }
    told.tell(words.join(" "));
  }

  const control = (name, label, min, max) =>
    slider({ label, min, max, step: 0.01, value: set[name] }, (value) => {
      set[name] = value;
      draw();
    });
  room.append(
    h("div", { class: "interactive__views" }, view, h("div", { class: "interactive__side" }, told.element)),
    controls(
      control("z", "Update gate z", 0, 1),
      control("r", "Reset gate r", 0, 1),
      control("h", "State before", -1, 1),
      control("a", "From the input", -2, 2),
      control("u", "Recurrent weight", -2, 2),
      control("b", "Recurrent bias", -2, 2),
    ),
  );
  draw();
}
