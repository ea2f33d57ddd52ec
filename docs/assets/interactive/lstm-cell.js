// An LSTM's unit whose gates the reader sets: what one step does, and what the same gates do at every step.
import { axes, brief, controls, drawing, h, message, path, s, signed, slider, ticks } from "./kit.js";
import { lstm, lstmGradient, lstmRun } from "./models/gates.js";

const STEPS = 30;

export default function build(room) {
  const set = { f: 0.9, i: 0.5, g: 0.3, o: 0.8, c: 1 };
  const told = message();

  function panel(title) {
    const view = drawing(320, 190, title);
    return {
      view,
      draw(marks, ...curves) {
        const area = axes({
          width: 270, height: 130, left: 34, top: 18, xLabel: "step", yLabel: title,
          x: { range: [0, STEPS], ticks: ticks([0, 10, 20, 30]) },
          y: { range: [marks[0], marks.at(-1)], ticks: ticks(marks) },
        });
        const lines = curves.map((values, k) => s("path", { class: `interactive__line interactive__line--${k}`, d: path(values, area.toX, area.toY) }));
        view.replaceChildren(area.group, ...lines);
      },
    };
  }

  const values = panel("cell c (solid), state h (dashed)");
  const slopes = panel("gradient of the last cell for each step's");

  function draw() {
    const run = lstmRun(set, set.c, STEPS);
    const cells = run.map(({ c }) => c);
    const most = [3, 10, 35].find((limit) => Math.max(...cells.map(Math.abs)) <= limit);
    values.draw([-most, 0, most], cells, run.map(({ h: state }) => state));
    slopes.draw([0, 0.5, 1], lstmGradient(set.f, STEPS));
    const { c, h: state } = lstm(set, set.c);
    told.tell(
      `One step: c = ${signed(set.f)} · ${signed(set.c)} + ${signed(set.i)} · ${signed(set.g)} = ${signed(c)}, ` +
        `h = ${signed(set.o)} · tanh ${signed(c)} = ${signed(state)}. ` +
        `Of a gradient, ${brief(100 * set.f ** STEPS)} % comes back through ${STEPS} steps.`,
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
    controls(
      control("f", "Forget gate f", 0, 1),
      control("i", "Input gate i", 0, 1),
      control("g", "Candidate g", -1, 1),
      control("o", "Output gate o", 0, 1),
      control("c", "Cell at the start", -2, 2),
    ),
  );
  draw();
}
