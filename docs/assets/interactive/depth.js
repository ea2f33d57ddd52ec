// What depth makes of sizes: the reader chooses the spread of the weights, the units, the layers, the bend.
import { axes, brief, choice, controls, drawing, h, message, path, s, slider, ticks } from "./kit.js";
import { BENDS, sizes } from "./models/depth.js";

const DEPTH = 12;
const RANGE = [1e-6, 1e6];

export default function build(room) {
  const set = { std: 0.1, units: 60, bend: "relu" };
  const told = message();

  function panel(title, kind) {
    const area = axes({
      width: 205, height: 150, left: 44, top: 20, xLabel: "layer", yLabel: title, log: true,
      x: { range: [1, DEPTH], ticks: ticks([1, 4, 8, 12]) },
      y: { range: RANGE, ticks: [[1e-6, "10⁻⁶"], [1e-3, "10⁻³"], [1, "1"], [1e3, "10³"], [1e6, "10⁶"]] },
    });
    const even = s("path", { d: `M${area.toX(1)} ${area.toY(1)}H${area.toX(DEPTH)}`, class: "interactive__line interactive__line--bound" });
    const line = s("path", { class: `interactive__line interactive__line--${kind}` });
    return {
      view: drawing(260, 210, `${title}, layer by layer`, area.group, even, line),
      draw: (values) => line.setAttribute("d", path(values, (k) => area.toX(k + 1), area.toY)),
    };
  }

  const views = { signal: panel("signal", 0), gradient: panel("gradient", 1) };

  function draw() {
    const found = sizes({ ...set, depth: DEPTH });
    for (const [name, view] of Object.entries(views)) view.draw(found[name]);
    const factor = set.std * Math.sqrt(set.units / (set.bend === "relu" ? 2 : 1));
    const expected = set.bend === "tanh" ? "" : ` Arithmetic expects a factor of ${factor.toFixed(2)} a layer.`;
    told.tell(`After ${DEPTH} layers the signal has the size ${brief(found.signal.at(-1))}; back at the first, the gradient has ${brief(found.gradient[0])}. Both began at 1.${expected}`);
  }

  room.append(
    h("div", { class: "interactive__views" }, views.signal.view, views.gradient.view),
    told.element,
    controls(
      slider({ label: "Spread of the weights", min: -2, max: 0, step: 0.02, value: -1, show: (power) => (10 ** power).toFixed(3) }, (power) => {
        set.std = 10 ** power;
        draw();
      }),
      slider({ label: "Units in a layer", min: 10, max: 100, step: 5, value: set.units, show: String }, (units) => {
        set.units = units;
        draw();
      }),
      choice({ label: "Bend", options: Object.fromEntries(Object.entries(BENDS).map(([key, { name }]) => [key, name])), value: set.bend }, (bend) => {
        set.bend = bend;
        draw();
      }),
    ),
  );
  draw();
}
