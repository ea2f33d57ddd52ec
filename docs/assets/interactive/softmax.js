// Three scores that the reader moves: their probabilities, the loss, and the push on each score.
import { axes, button, choice, controls, drawing, h, message, s, signed, slider, ticks } from "./kit.js";
import { loss, push, softmax } from "./models/softmax.js";

const NAMES = ["A", "B", "C"];

export default function build(room) {
  const scores = [2, 1, -1];
  let right = 1;
  const told = message();

  function panel(title, range, marks) {
    const area = axes({
      width: 190, height: 130, left: 34, top: 20, yLabel: title,
      x: { range: [-0.5, 2.5], ticks: NAMES.map((name, k) => [k, name]) },
      y: { range, ticks: ticks(marks) },
    });
    const bars = NAMES.map((_, k) => s("rect", { x: area.toX(k) - 15, width: 30 }));
    const zero = s("path", { d: `M34 ${area.toY(0)}H224`, class: "interactive__line interactive__line--bound" });
    return {
      view: drawing(234, 175, `${title} of each class`, ...bars, area.group, zero),
      draw: (values) =>
        bars.forEach((bar, k) => {
          const [from, to] = [area.toY(Math.max(0, values[k])), area.toY(Math.min(0, values[k]))];
          bar.setAttribute("y", from);
          bar.setAttribute("height", to - from);
          bar.setAttribute("class", k === right ? "interactive__one" : "interactive__zero");
        }),
    };
  }

  const probability = panel("probability", [0, 1], [0, 0.5, 1]);
  const pushes = panel("push on the score", [-1, 1], [-1, 0, 1]);

  function draw() {
    const [p, pushed] = [softmax(scores), push(scores, right)];
    probability.draw(p);
    pushes.draw(pushed);
    const all = NAMES.map((name, k) => `${name} ${signed(pushed[k])}`).join(", ");
    told.tell(`The right class, ${NAMES[right]}, has the probability ${p[right].toFixed(3)}, so the loss is ${loss(scores, right).toFixed(3)}. The pushes add up to 0: ${all}.`);
  }

  const sliders = NAMES.map((name, k) =>
    slider({ label: `Score of ${name}`, min: -5, max: 5, step: 0.05, value: scores[k] }, (value) => {
      scores[k] = value;
      draw();
    }),
  );
  room.append(
    h("div", { class: "interactive__views" }, probability.view, pushes.view),
    told.element,
    controls(
      ...sliders,
      choice({ label: "Right class", options: Object.fromEntries(NAMES.map((name, k) => [k, name])), value: String(right) }, (value) => {
        right = Number(value);
        draw();
      }),
      button("Follow the push", () => {
        push(scores, right).forEach((by, k) => {
          const input = sliders[k].querySelector("input");
          input.value = scores[k] + by;
          input.dispatchEvent(new Event("input"));
        });
      }),
    ),
  );
  draw();
}
