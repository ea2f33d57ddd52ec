// Gradient descent on two numbers: the curve they make, the landscape of the loss, and the way down.
import { axes, brief, controls, drawing, h, message, path as line, s, signed, slider, ticks } from "./kit.js";
import { descent, loss, samples } from "./models/logistic.js";

const CELLS = 24;
const W = [-2, 8];
const B = [-4, 4];

export default function build(room) {
  const data = samples(60);
  const set = { rate: 0, steps: 20 };
  const start = [-1.5, 3];
  const told = message();

  const curve = axes({
    width: 200, height: 150, left: 34, top: 18, xLabel: "ink in the middle", yLabel: "probability of a 1",
    x: { range: [-3, 3], ticks: ticks([-2, 0, 2]) }, y: { range: [-0.08, 1.08], ticks: ticks([0, 1]) },
  });
  const fitted = s("path", { class: "interactive__line interactive__line--0" });
  const dots = data.map(({ x, t }) => s("circle", { cx: curve.toX(x), cy: curve.toY(t), r: 2.5, class: `interactive__dot interactive__dot--${t}` }));

  const land = axes({
    width: 200, height: 150, left: 34, top: 18, xLabel: "weight", yLabel: "bias",
    x: { range: W, ticks: ticks([-2, 0, 2, 4, 6, 8]) }, y: { range: B, ticks: ticks([-4, 0, 4]) },
  });
  const cells = [];
  for (let i = 0; i < CELLS; i++) {
    for (let j = 0; j < CELLS; j++) {
      const [w, b] = [W[0] + ((W[1] - W[0]) * (i + 0.5)) / CELLS, B[0] + ((B[1] - B[0]) * (j + 0.5)) / CELLS];
      const shade = Math.min(1, Math.log1p(loss(w, b, data)) / 1.6);
      cells.push(s("rect", { x: land.toX(w) - 100 / CELLS, y: land.toY(b) - 75 / CELLS, width: 200 / CELLS + 0.4, height: 150 / CELLS + 0.4, class: "interactive__zero", "fill-opacity": shade.toFixed(2) }));
    }
  }
  const way = s("path", { class: "interactive__line interactive__line--1" });
  const stops = s("g", {});

  const clamp = (value, [low, high]) => Math.min(high, Math.max(low, value));
  function draw() {
    const rate = 10 ** set.rate;
    const visited = descent(start, rate, set.steps, data);
    const [w, b] = visited.at(-1);
    const points = Array.from({ length: 61 }, (_, k) => -3 + k / 10);
    fitted.setAttribute("d", line(points.map((x) => 1 / (1 + Math.exp(-(w * x + b)))), (k) => curve.toX(points[k]), curve.toY));
    const seen = visited.map(([left, up]) => [land.toX(clamp(left, W)), land.toY(clamp(up, B))]);
    way.setAttribute("d", `M${seen.map((point) => point.map((part) => part.toFixed(1)).join(" ")).join("L")}`);
    stops.replaceChildren(...seen.map(([cx, cy]) => s("circle", { cx, cy, r: 2, class: "interactive__dot interactive__dot--1" })));
    const outside = visited.some(([left, up]) => clamp(left, W) !== left || clamp(up, B) !== up);
    told.tell(`After ${set.steps} steps with rate ${brief(rate)}: weight ${signed(w)}, bias ${signed(b)}, loss ${loss(w, b, data).toFixed(3)}.${outside ? " The way leaves the drawing." : ""}`);
  }

  const control = (name, options) =>
    slider({ ...options, value: set[name] }, (value) => {
      set[name] = value;
      draw();
    });
  room.append(
    h(
      "div",
      { class: "interactive__views" },
      drawing(250, 210, "The model's probability of a 1 against the ink in the middle", curve.group, ...dots, fitted),
      drawing(250, 210, "The loss for each weight and bias, darker where it is larger, and the way of the descent", ...cells, land.group, way, stops),
    ),
    told.element,
    controls(
      control("rate", { label: "Learning rate", min: -2, max: 2, step: 0.1, show: (power) => brief(10 ** power) }),
      control("steps", { label: "Steps", min: 0, max: 60, step: 1, show: String }),
    ),
  );
  draw();
}
