// A small network learns to tell two kinds of points apart, and its boundary moves while it does.
import { axes, button, choice, controls, drawing, h, message, path, player, s, slider, ticks } from "./kit.js";
import { DATA, accuracy, crossings, network, points, probability, step } from "./models/classifier.js";

const CELLS = 36;
const SIDE = 260;
const SIZE = SIDE / CELLS;

export default function build(room) {
  const set = { kind: "moons", units: 8, rate: 1 };
  let data, net, losses;

  const cells = Array.from({ length: CELLS ** 2 }, (_, k) =>
    s("rect", { x: (k % CELLS) * SIZE, y: Math.floor(k / CELLS) * SIZE, width: SIZE, height: SIZE }),
  );
  const marks = s("g");
  const boundary = s("path", { class: "interactive__line" });
  const map = drawing(SIDE, SIDE, "Points of two kinds, and how probable the network thinks each kind is everywhere", s("g", { "shape-rendering": "crispEdges" }, ...cells), boundary, marks);
  const line = s("path", { class: "interactive__line interactive__line--1" });
  const { group, toX, toY } = axes({
    width: 190, height: 110, left: 34, xLabel: "step", yLabel: "loss",
    x: { range: [0, 1], ticks: [] },
    y: { range: [0, 0.8], ticks: ticks([0, 0.4, 0.8]) },
  });
  const curve = drawing(240, 160, "The loss, step by step", group, line);
  const told = message();

  function draw() {
    const at = (k) => (k / CELLS) * 2 - 1;
    const corners = Array.from({ length: (CELLS + 1) ** 2 }, (_, k) => probability(net, at(k % (CELLS + 1)), -at(Math.floor(k / (CELLS + 1)))));
    cells.forEach((cell, k) => {
      const first = k + Math.floor(k / CELLS);
      const sum = corners[first] + corners[first + 1] + corners[first + CELLS + 1] + corners[first + CELLS + 2];
      cell.setAttribute("class", sum > 2 ? "interactive__one" : "interactive__zero");
      cell.setAttribute("fill-opacity", (0.55 * Math.abs(sum / 2 - 1)).toFixed(2));
    });
    const pieces = crossings(corners, CELLS).map((piece) => piece.map(([x, y]) => `${(x * SIZE).toFixed(2)} ${(y * SIZE).toFixed(2)}`));
    boundary.setAttribute("d", pieces.map(([from, to]) => `M${from}L${to}`).join(""));
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
    controls(
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
