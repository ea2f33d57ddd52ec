// A small network learns to tell two kinds of points apart, and its boundary moves while it does.
import { axes, button, choice, drawing, h, message, path, player, s, slider, ticks } from "./kit.js";
import { DATA, accuracy, network, points, probability, step } from "./models/classifier.js";

const CELLS = 36;
const SIDE = 260;

export default function build(room) {
  const set = { kind: "moons", units: 8, rate: 1 };
  let data, net, losses;

  const cells = Array.from({ length: CELLS ** 2 }, (_, k) =>
    s("rect", { x: ((k % CELLS) * SIDE) / CELLS, y: (Math.floor(k / CELLS) * SIDE) / CELLS, width: SIDE / CELLS + 0.3, height: SIDE / CELLS + 0.3 }),
  );
  const marks = s("g");
  const boundary = s("path", { class: "interactive__line" });
  const map = drawing(SIDE, SIDE, "Points of two kinds, and how probable the network thinks each kind is everywhere", s("g", {}, ...cells), boundary, marks);
  const line = s("path", { class: "interactive__line interactive__line--1" });
  const { group, toX, toY } = axes({
    width: 190, height: 110, left: 34, xLabel: "step", yLabel: "loss",
    x: { range: [0, 1], ticks: [] },
    y: { range: [0, 0.8], ticks: ticks([0, 0.4, 0.8]) },
  });
  const curve = drawing(240, 160, "The loss, step by step", group, line);
  const told = message();

  function draw() {
    const at = (k) => ((k + 0.5) / CELLS) * 2 - 1;
    const p = cells.map((_, k) => probability(net, at(k % CELLS), -at(Math.floor(k / CELLS))));
    cells.forEach((cell, k) => {
      cell.setAttribute("class", p[k] > 0.5 ? "interactive__one" : "interactive__zero");
      cell.setAttribute("fill-opacity", (0.55 * Math.abs(2 * p[k] - 1)).toFixed(2));
    });
    // The boundary runs between neighbours on different sides of one half.
    const size = SIDE / CELLS;
    let edges = "";
    for (let row = 0; row < CELLS; row++) {
      for (let column = 0; column < CELLS; column++) {
        const here = p[row * CELLS + column] > 0.5;
        if (column + 1 < CELLS && here !== p[row * CELLS + column + 1] > 0.5) edges += `M${(column + 1) * size} ${row * size}v${size}`;
        if (row + 1 < CELLS && here !== p[(row + 1) * CELLS + column] > 0.5) edges += `M${column * size} ${(row + 1) * size}h${size}`;
      }
    }
    boundary.setAttribute("d", edges);
    const all = losses.length - 1;
    line.setAttribute("d", path(losses, (k) => toX(all ? k / all : 0), toY));
    const loss = losses.at(-1);
    told.tell(`Step ${all}. ${loss === undefined ? "" : `Loss ${loss.toFixed(3)}. `}${(100 * accuracy(net, data)).toFixed(0)} % of the points are on the right side.`);
  }

  function restart() {
    clock.stop();
    data = points(set.kind, 160);
    net = network(set.units);
    losses = [step(net, data, 0).loss];
    const place = (value) => ((value + 1) / 2) * SIDE;
    marks.replaceChildren(
      ...data.map(({ x, y, label }) =>
        label
          ? s("rect", { x: place(x) - 2.6, y: place(-y) - 2.6, width: 5.2, height: 5.2, class: "interactive__point interactive__one" })
          : s("circle", { cx: place(x), cy: place(-y), r: 3, class: "interactive__point interactive__zero" }),
      ),
    );
    draw();
  }

  function learn(count) {
    for (let k = 0; k < count; k++) {
      const next = step(net, data, set.rate);
      net = next.net;
      losses.push(next.loss);
    }
    draw();
    return losses.length < 6000;
  }

  const clock = player(() => learn(10), { every: 50, name: "Train" });
  const change = (name) => (value) => {
    set[name] = value;
    restart();
  };
  room.append(
    h("div", { class: "interactive__views" }, map, h("div", { class: "interactive__side" }, curve, told.element)),
    h(
      "div",
      { class: "interactive__controls" },
      clock.control,
      button("One step", () => learn(1)),
      button("Start again", restart),
      choice({ label: "Points", options: DATA, value: set.kind }, change("kind")),
      slider({ label: "Hidden units", min: 1, max: 16, step: 1, value: set.units, show: String }, change("units")),
      slider({ label: "Learning rate", min: 0.05, max: 5, step: 0.05, value: set.rate }, (value) => (set.rate = value)),
    ),
  );
  restart();
}
