// An LSTM's unit whose gates the reader sets: what one step does, and what the same gates do at every step.
import { axes, drawing, h, message, path, s, signed, slider, ticks } from "./kit.js";
import { lstm, lstmGradient, lstmRun } from "./models/gates.js";

const STEPS = 30;

export default function build(room) {
  const set = { f: 0.9, i: 0.5, g: 0.3, o: 0.8, c: 1 };
  const told = message();

  function panel(title, range, at) {
    const area = axes({
      width: 270, height: 130, left: 34, top: 18, xLabel: "step", yLabel: title,
      x: { range: [0, STEPS], ticks: ticks([0, 10, 20, 30]) },
      y: { range, ticks: ticks(at) },
    });
    const lines = [0, 1].map((k) => s("path", { class: `interactive__line interactive__line--${k}` }));
    return {
      view: drawing(320, 190, title, area.group, ...lines),
      draw: (...curves) => curves.forEach((values, k) => lines[k].setAttribute("d", path(values, area.toX, area.toY))),
    };
  }

  const values = panel("cell c (solid) and state h (dashed)", [-3, 3], [-3, 0, 3]);
  const slopes = panel("gradient of the last cell for the cell at each step", [0, 1], [0, 0.5, 1]);

  function draw() {
    const run = lstmRun(set, set.c, STEPS);
    values.draw(run.map(({ c }) => c), run.map(({ h: state }) => state));
    slopes.draw(lstmGradient(set.f, STEPS));
    const { c, h: state } = lstm(set, set.c);
    told.tell(
      `One step: c = ${set.f.toFixed(2)} · ${signed(set.c)} + ${set.i.toFixed(2)} · ${signed(set.g)} = ${signed(c)}, ` +
        `h = ${set.o.toFixed(2)} · tanh ${signed(c)} = ${signed(state)}. ` +
        `Of a gradient, ${(100 * set.f ** STEPS).toPrecision(2)} % comes back through ${STEPS} steps.`,
    );
  }

  const control = (name, label, min, max) =>
    slider({ label, min, max, step: 0.01, value: set[name] }, (value) => {
      set[name] = value;
      draw();
    });
  room.append(
    h("div", { class: "interactive__views" }, values.view, slopes.view),
    told.element,
    h(
      "div",
      { class: "interactive__controls" },
      control("f", "Forget gate f", 0, 1),
      control("i", "Input gate i", 0, 1),
      control("g", "Candidate g", -1, 1),
      control("o", "Output gate o", 0, 1),
      control("c", "Cell at the start", -2, 2),
    ),
  );
  draw();
}
