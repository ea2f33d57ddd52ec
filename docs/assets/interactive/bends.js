// One activation, a point on it that the reader moves, its slope there, and what several in a row let through.
import { axes, choice, controls, drawing, h, message, path, s, signed, slider, ticks } from "./kit.js";
import { BENDS } from "./models/bends.js";

const X = [-4, 4];
const POINTS = Array.from({ length: 161 }, (_, k) => X[0] + ((X[1] - X[0]) * k) / 160);

export default function build(room) {
  const set = { bend: "sigmoid", x: 1.5, count: 4 };
  const told = message();

  function panel(title, range, marks, kind) {
    const area = axes({
      width: 205, height: 150, left: 34, top: 20, xLabel: "input", yLabel: title,
      x: { range: X, ticks: ticks([-4, -2, 0, 2, 4]) },
      y: { range, ticks: ticks(marks) },
    });
    const line = s("path", { class: `interactive__line interactive__line--${kind}` });
    const tangent = s("path", { class: "interactive__line interactive__line--bound" });
    const dot = s("circle", { r: 4, class: `interactive__dot interactive__dot--${kind}` });
    return { area, line, tangent, dot, view: drawing(250, 210, `${title} of the activation`, area.group, line, tangent, dot) };
  }

  const value = panel("value", [-1.5, 4], [-1, 0, 1, 2, 3, 4], 0);
  const slope = panel("slope", [-0.2, 1.2], [0, 0.5, 1], 1);

  function draw() {
    const bend = BENDS[set.bend];
    for (const [{ area, line, dot }, f] of [[value, bend.value], [slope, bend.slope]]) {
      line.setAttribute("d", path(POINTS.map(f), (k) => area.toX(POINTS[k]), area.toY));
      dot.setAttribute("cx", area.toX(set.x));
      dot.setAttribute("cy", area.toY(f(set.x)));
    }
    const [at, rise] = [bend.value(set.x), bend.slope(set.x)];
    const ends = [-0.8, 0.8].map((by) => `${value.area.toX(set.x + by).toFixed(1)} ${value.area.toY(at + by * rise).toFixed(1)}`);
    value.tangent.setAttribute("d", `M${ends.join("L")}`);
    told.tell(`${bend.name} of ${signed(set.x)} is ${signed(at)}, with the slope ${signed(rise, 3)}. Through ${set.count} of them in a row, each with this slope, ${signed(rise ** set.count, 4)} of a change gets through.`);
  }

  room.append(
    h("div", { class: "interactive__views" }, value.view, slope.view),
    told.element,
    controls(
      choice({ label: "Activation", options: Object.fromEntries(Object.entries(BENDS).map(([key, { name }]) => [key, name])), value: set.bend }, (bend) => {
        set.bend = bend;
        draw();
      }),
      slider({ label: "Input", min: -3, max: 3, step: 0.05, value: set.x }, (x) => {
        set.x = x;
        draw();
      }),
      slider({ label: "In a row", min: 1, max: 10, step: 1, value: set.count, show: String }, (count) => {
        set.count = count;
        draw();
      }),
    ),
  );
  draw();
}
