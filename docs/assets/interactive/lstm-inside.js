// Inside a trained LSTM: its gates and its cell state over a sequence that the reader changes.
import { button, controls, drawing, h, message, s, signed, stepper } from "./kit.js";
import { LETTERS, run } from "./models/marked.js";
import { WEIGHTS } from "./models/marked-weights.js";

const STEPS = 24;
const [CELL, LEFT] = [12, 60];
const START = { letters: "ACBBACACBCABCBABCCABACBA", marks: [0, 7, 13, 20] };
const GROUPS = [["f", "forget"], ["i", "input"], ["o", "output"], ["c", "cell state"]];
const UNITS = 3;
const TOP = 42; // below the letters

export default function build(room) {
  const steps = [...START.letters].map((name, t) => ({ letter: LETTERS.indexOf(name), marked: START.marks.includes(t) }));
  let at = 7;
  const told = message();
  const x = (t) => LEFT + t * CELL;
  const y = (group, unit) => TOP + group * (UNITS * CELL + 6) + unit * CELL;
  const bottom = y(GROUPS.length, 0);
  const text = (t, top) => s("text", { x: x(t) + CELL / 2, y: top, "text-anchor": "middle", class: "interactive__letter" });

  const letters = steps.map((_, t) => text(t, 14));
  const marks = steps.map((_, t) => text(t, 30));
  const answers = steps.map((_, t) => text(t, bottom + 12));
  const cells = GROUPS.map((_, group) =>
    Array.from({ length: UNITS }, (_, unit) =>
      steps.map((_, t) => s("rect", { x: x(t), y: y(group, unit), width: CELL, height: CELL, class: "interactive__pixel" })),
    ),
  );
  const names = [...GROUPS.map(([, name], group) => [name, y(group, 1) + 10]), ["letter", 14], ["mark", 30], ["answer", bottom + 12]].map(
    ([name, top]) => s("text", { x: LEFT - 5, y: top, "text-anchor": "end" }, name),
  );
  const frame = s("rect", { y: 2, width: CELL, height: bottom + 14, class: "interactive__window" });
  const view = drawing(
    LEFT + STEPS * CELL + 2, bottom + 20, "Letters and marks, the gates and the cell state of three units, and the answer, at every step",
    s("g", { class: "interactive__axes" }, ...names, ...letters, ...marks, ...answers), ...cells.flat(2), frame,
  );
  view.classList.add("interactive__view--wide");
  view.addEventListener("click", (event) => {
    const box = view.getBoundingClientRect();
    const t = Math.floor((((event.clientX - box.left) / box.width) * (LEFT + STEPS * CELL + 2) - LEFT) / CELL);
    if (t >= 0 && t < STEPS) scrub.choose(t);
  });

  function draw() {
    const all = run(steps, WEIGHTS);
    all.forEach((step, t) => {
      letters[t].textContent = LETTERS[steps[t].letter];
      marks[t].textContent = steps[t].marked ? "▲" : "";
      answers[t].textContent = LETTERS[step.answer];
      GROUPS.forEach(([key], group) =>
        step[key].forEach((value, unit) => {
          const rect = cells[group][unit][t];
          rect.setAttribute("class", `interactive__pixel ${value < 0 ? "interactive__one" : "interactive__zero"}`);
          rect.setAttribute("fill-opacity", Math.min(1, Math.abs(value)).toFixed(2));
        }),
      );
    });
    frame.setAttribute("x", x(at));
    const { f, i, c, answer } = all[at];
    const list = (values) => values.map((value) => signed(value)).join(", ");
    const { letter, marked } = steps[at];
    told.tell(
      `Step ${at + 1}: ${LETTERS[letter]}${marked ? ", marked" : ""}. Forget gates ${list(f)}, input gates ${list(i)}, ` +
        `cell state ${list(c)}. The answer would be ${LETTERS[answer]}.`,
    );
  }

  const scrub = stepper({ count: STEPS, at }, (t) => {
    at = t;
    draw();
  });
  const change = (name, edit) =>
    button(name, () => {
      edit(steps[at]);
      draw();
    });
  room.append(
    h("div", { class: "interactive__views" }, view),
    told.element,
    controls(
      scrub.element,
      change("Mark or unmark it", (step) => (step.marked = !step.marked)),
      change("Another letter", (step) => (step.letter = (step.letter + 1) % LETTERS.length)),
    ),
  );
  draw();
}
