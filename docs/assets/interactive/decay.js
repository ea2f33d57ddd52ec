// Where gradient descent leads two weights that only their sum is told of, with weight decay and without.
import { axes, controls, drawing, message, s, signed, slider, ticks } from "./kit.js";
import { other, own, walk } from "./models/decay.js";

const X = [-1, 5];
const Y = [-3, 3];

export default function build(room) {
  const set = { decay: 0.05, steps: 300 };
  const told = message();
  const area = axes({
    width: 280, height: 280, left: 40, top: 18, xLabel: "first weight", yLabel: "second weight",
    x: { range: X, ticks: ticks([0, 2, 4]) }, y: { range: Y, ticks: ticks([-2, 0, 2]) },
  });
  const fits = s("path", { d: `M${area.toX(-1)} ${area.toY(3)}L${area.toX(5)} ${area.toY(-3)}`, class: "interactive__line interactive__line--bound" });
  const way = s("path", { class: "interactive__line interactive__line--1" });
  const end = s("circle", { r: 4, class: "interactive__dot interactive__dot--1" });
  const view = drawing(330, 345, "The weights that fit, a line, and the path of gradient descent", area.group, fits, way, end);

  function draw() {
    const path = walk(set.decay, set.steps);
    const points = path.map(([a, b]) => [area.toX(a).toFixed(1), area.toY(b).toFixed(1)]);
    way.setAttribute("d", `M${points.map((point) => point.join(" ")).join("L")}`);
    const last = path.at(-1);
    end.setAttribute("cx", points.at(-1)[0]);
    end.setAttribute("cy", points.at(-1)[1]);
    told.tell(`After ${set.steps} steps the weights are ${signed(last[0])} and ${signed(last[1])}. They say ${signed(own(last))} to their own picture and ${signed(other(last))} to the other; 2 is right for both.`);
  }

  room.append(
    view,
    told.element,
    controls(
      slider({ label: "Weight decay", min: 0, max: 0.5, step: 0.01, value: set.decay }, (decay) => {
        set.decay = decay;
        draw();
      }),
      slider({ label: "Steps", min: 0, max: 600, step: 10, value: set.steps, show: String }, (steps) => {
        set.steps = steps;
        draw();
      }),
    ),
  );
  draw();
}
