// Paths of optimisers down a narrow valley: the reader chooses the rule, the rate and the number of steps.
import { axes, brief, choice, controls, drawing, message, s, slider, ticks } from "./kit.js";
import { CURVATURE, loss, RULES, walk } from "./models/valley.js";

const X = [-5, 3];
const Y = [-1.5, 1.5];

export default function build(room, { narrow }) {
  const width = narrow ? 280 : 400;
  const set = { rule: "sgd", power: Math.log2(RULES.sgd.rate), steps: 40 };
  const told = message();
  const area = axes({
    width, height: 200, left: 40, top: 16, xLabel: "first weight", yLabel: "second weight",
    x: { range: X, ticks: ticks([-4, -2, 0, 2]) }, y: { range: Y, ticks: ticks([-1, 0, 1]) },
  });
  const levels = [0.1, 0.5, 2, 5, 10, 20].map((level) =>
    s("ellipse", {
      cx: area.toX(0), cy: area.toY(0), class: "interactive__level",
      rx: (Math.sqrt((2 * level) / CURVATURE[0]) * width) / (X[1] - X[0]), ry: (Math.sqrt((2 * level) / CURVATURE[1]) * 200) / (Y[1] - Y[0]),
    }),
  );
  const frame = s("svg", { x: 40, y: 16, width, height: 200, viewBox: `40 16 ${width} 200` }, ...levels);
  const way = s("path", { class: "interactive__line interactive__line--1" });
  const dots = s("g", {});
  const view = drawing(width + 50, 265, "Level lines of the valley and the path of the chosen rule", frame, area.group, way, dots);
  const clamp = (value, [low, high]) => Math.min(high, Math.max(low, value));

  const rate = slider({ label: "Rate", min: -12, max: 3, step: 0.25, value: set.power, show: (power) => brief(2 ** power) }, (power) => {
    set.power = power;
    draw();
  });

  function draw() {
    const path = walk(set.rule, 2 ** set.power, set.steps);
    const points = path.map(([a, b]) => [area.toX(clamp(a, X)), area.toY(clamp(b, Y))]);
    way.setAttribute("d", `M${points.map((point) => point.map((part) => part.toFixed(1)).join(" ")).join("L")}`);
    dots.replaceChildren(...points.map(([cx, cy]) => s("circle", { cx, cy, r: 2.2, class: "interactive__dot interactive__dot--1" })));
    const last = loss(path.at(-1));
    const end = Number.isFinite(last) && last < 1e6 ? brief(last) : "beyond all bounds";
    told.tell(`${RULES[set.rule].name}, rate ${brief(2 ** set.power)}: the loss is 18 at first and ${end} after ${set.steps} steps.`);
  }

  room.append(
    view,
    told.element,
    controls(
      choice({ label: "Rule", options: Object.fromEntries(Object.entries(RULES).map(([key, { name }]) => [key, name])), value: set.rule }, (rule) => {
        set.rule = rule;
        const input = rate.querySelector("input");
        input.value = Math.log2(RULES[rule].rate);
        input.dispatchEvent(new Event("input"));
      }),
      rate,
      slider({ label: "Steps", min: 1, max: 100, step: 1, value: set.steps, show: String }, (steps) => {
        set.steps = steps;
        draw();
      }),
    ),
  );
  draw();
}
