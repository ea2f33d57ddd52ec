// Who looks at whom in a small attention, before and after its training, over steps that the reader changes.
import { button, choice, controls, drawing, h, message, s, stepper } from "./kit.js";
import { NAMES, START, VALUES, read, run, write } from "./models/looking.js";
import { WEIGHTS } from "./models/looking-weights.js";

const [CELL, LEFT, TOP] = [20, 44, 34];

export default function build(room) {
  const steps = read(START);
  const moments = Object.keys(WEIGHTS);
  let [at, moment] = [10, moments.at(-1)];
  const told = message();
  const T = steps.length;
  const [x, y] = [(u) => LEFT + u * CELL, (t) => TOP + t * CELL];
  const width = x(T) + 52;

  const above = steps.map((_, u) => s("text", { x: x(u) + CELL / 2, y: TOP - 6, "text-anchor": "middle" }));
  const beside = steps.map((_, t) => s("text", { x: LEFT - 6, y: y(t) + 14, "text-anchor": "end" }));
  const answers = steps.map((_, t) => s("text", { x: x(T) + 26, y: y(t) + 14, "text-anchor": "middle" }));
  const heads = [["looks", 2, "start", TOP - 20], ["is looked at", x(T / 2), "middle", TOP - 20], ["answer", x(T) + 26, "middle", TOP - 6]].map(
    ([text, left, anchor, top]) => s("text", { x: left, y: top, "text-anchor": anchor }, text),
  );
  const cells = steps.map((_, t) =>
    steps.slice(0, t + 1).map((_, u) => s("rect", { x: x(u), y: y(t), width: CELL, height: CELL, class: "interactive__pixel interactive__zero" })),
  );
  const frame = s("rect", { x: LEFT, height: CELL, class: "interactive__window" });
  const view = drawing(
    width, y(T) + 4, "A row for each step that looks, a column for each that it may look at, the darker the more; and each step's answer",
    s("g", { class: "interactive__axes" }, ...heads, ...above, ...beside, ...answers), ...cells.flat(), frame,
  );
  view.classList.add("interactive__view--wide");
  view.addEventListener("click", (event) => {
    const box = view.getBoundingClientRect();
    const t = Math.floor((((event.clientY - box.top) / box.height) * (y(T) + 4) - TOP) / CELL);
    if (t >= 0 && t < T) scrub.choose(t);
  });

  function draw() {
    const all = run(steps, WEIGHTS[moment]);
    all.forEach(({ looks, answer }, t) => {
      above[t].textContent = beside[t].textContent = write(steps[t]);
      answers[t].textContent = VALUES[answer];
      looks.forEach((weight, u) => cells[t][u].setAttribute("fill-opacity", weight.toFixed(3)));
    });
    frame.setAttribute("y", y(at));
    frame.setAttribute("width", (at + 1) * CELL);
    const { looks, answer } = all[at];
    const most = looks.map((weight, u) => [weight, u]).sort(([a], [b]) => b - a).slice(0, 3);
    const seen = most.map(([weight, u]) => `${weight.toFixed(2)} to step ${u + 1}, ${write(steps[u])}`).join("; ");
    const does = steps[at].value < 0 ? `asks for ${NAMES[steps[at].name]}` : `says ${write(steps[at])}`;
    told.tell(`Step ${at + 1} ${does}. It gives most weight, ${seen}. Its answer is ${VALUES[answer]}.`);
  }

  const scrub = stepper({ count: T, at }, (t) => {
    at = t;
    draw();
  });
  const change = (name, edit) =>
    button(name, () => {
      edit(steps[at]);
      draw();
    });
  const named = (updates) => (updates === "0" ? "untrained" : `after ${updates} updates`);
  room.append(
    h("div", { class: "interactive__views" }, view),
    told.element,
    controls(
      choice({ label: "Network", options: Object.fromEntries(moments.map((updates) => [updates, named(updates)])), value: moment }, (value) => {
        moment = value;
        draw();
      }),
      scrub.element,
      change("Another name", (step) => (step.name = (step.name + 1) % NAMES.length)),
      change("Another value", (step) => (step.value = ((step.value + 2) % (VALUES.length + 1)) - 1)),
    ),
  );
  draw();
}
