// How large the gradient is, step by step back in time, against the scale of the recurrent matrix.
import { axes, choice, controls, drawing, message, path, powerOfTen, s, scientific, slider, ticks } from "./kit.js";
import { norms } from "./models/recurrent.js";

const MOST = 60;

export default function build(room, { narrow }) {
  const width = narrow ? 268 : 500;
  const set = { scale: 0.9, steps: 40, inputScale: 0.5, linear: false };
  const told = message();
  const line = s("path", { class: "interactive__line interactive__line--1" });
  const bound = s("path", { class: "interactive__line interactive__line--bound" });
  const { group, toX, toY } = axes({
    width, height: 200, left: 52, top: 18, log: true,
    xLabel: "steps back from the loss", yLabel: "norm of the gradient",
    x: { range: [0, MOST], ticks: ticks(narrow ? [0, 20, 40, 60] : [0, 10, 20, 30, 40, 50, 60]) },
    y: { range: [1e-9, 1e6], ticks: [-9, -6, -3, 0, 3, 6].map((exponent) => [10 ** exponent, powerOfTen(exponent)]) },
  });
  const view = drawing(width + 66, 262, "The norm of the gradient against the number of steps back, on a logarithmic scale", group, bound, line);

  function draw() {
    const back = norms(set).reverse();
    line.setAttribute("d", path(back, toX, toY));
    bound.setAttribute("d", path(back.map((_, k) => set.scale ** k), toX, toY));
    const last = back.at(-1);
    const fate = last < 1e-3 ? "It has vanished." : last > 1e3 ? "It has exploded." : "It has come through.";
    told.tell(`After ${set.steps} steps back the norm is ${scientific(last)}, where it was 1. ${fate}`);
  }

  const control = (name, label, min, max, step, show) =>
    slider({ label, min, max, step, value: set[name], show }, (value) => {
      set[name] = value;
      draw();
    });
  room.append(
    view,
    told.element,
    controls(
      control("scale", "Singular values of W", 0.5, 1.5, 0.01),
      control("steps", "Steps", 5, MOST, 1, String),
      control("inputScale", "Size of the inputs", 0, 2, 0.05),
      choice({ label: "Activation", options: { tanh: "tanh", linear: "none" }, value: "tanh" }, (value) => {
        set.linear = value === "linear";
        draw();
      }),
    ),
  );
  draw();
}
