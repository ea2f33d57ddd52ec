// A query that the reader turns and lengthens among five keys, the weights that they get, and the mean of the values.
import { controls, drawing, h, message, s, signed, slider } from "./kit.js";
import { KEYS, VALUES, answer, slope, weights } from "./models/attention.js";

const [SIDE, SCALE] = [210, 44];
const at = ([x, y]) => [SIDE / 2 + SCALE * x, SIDE / 2 - SCALE * y];

function arrow(name) {
  return s("path", { class: `interactive__line ${name}` });
}

function point(path, from, to) {
  const [[x0, y0], [x1, y1]] = [at(from), at(to)];
  const [length, angle] = [Math.hypot(x1 - x0, y1 - y0), Math.atan2(y1 - y0, x1 - x0)];
  const barb = (turn) => `M${x1} ${y1}L${x1 - 7 * Math.cos(angle + turn)} ${y1 - 7 * Math.sin(angle + turn)}`;
  path.setAttribute("d", length < 1 ? "" : `M${x0} ${y0}L${x1} ${y1}${barb(0.4)}${barb(-0.4)}`);
}

export default function build(room) {
  const set = { angle: 40, length: 2 };
  const told = message();

  const plane = s("g");
  KEYS.forEach((key, u) => {
    const path = arrow("interactive__line--0");
    point(path, [0, 0], key);
    const [x, y] = at(key.map((value) => 1.16 * value));
    plane.append(path, s("text", { x, y: y + 4, "text-anchor": "middle" }, String(u + 1)));
  });
  const [asks, learns] = [arrow("interactive__line--1"), arrow("interactive__line--bound")];
  const view = drawing(SIDE, SIDE, "Five keys as arrows, the query, and the way that it would turn to make the answer larger", plane, asks, learns);

  const bars = KEYS.map((_, u) => s("rect", { x: 60, y: 14 + 34 * u, height: 20, class: "interactive__zero" }));
  const rows = KEYS.map((_, u) => s("text", { x: 52, y: 28 + 34 * u, "text-anchor": "end" }, `${u + 1} has ${VALUES[u]}`));
  const shares = KEYS.map((_, u) => s("text", { y: 28 + 34 * u }));
  const chart = drawing(220, 190, "The weight of each step", ...rows, ...bars, ...shares);

  function draw() {
    const angle = (set.angle * Math.PI) / 180;
    const query = [set.length * Math.cos(angle), set.length * Math.sin(angle)];
    point(asks, [0, 0], query);
    const gradient = slope(query);
    point(learns, query, query.map((value, d) => value + gradient[d]));
    const found = weights(query);
    found.forEach((weight, u) => {
      bars[u].setAttribute("width", 110 * weight);
      shares[u].setAttribute("x", 64 + 110 * weight);
      shares[u].textContent = weight.toFixed(2);
    });
    const best = found.indexOf(Math.max(...found));
    told.tell(`Step ${best + 1} is looked at most, with ${found[best].toFixed(2)}. The answer is ${signed(answer(query))}. To make it larger, the query would move along the dotted arrow, by (${gradient.map((value) => signed(value)).join(", ")}).`);
  }

  const control = (name, label, min, max, step, show) =>
    slider({ label, min, max, step, value: set[name], show }, (value) => {
      set[name] = value;
      draw();
    });
  room.append(
    h("div", { class: "interactive__views" }, view, chart),
    controls(control("angle", "Direction", 0, 360, 5, (value) => `${value}°`), control("length", "Length", 0, 4, 0.1)),
    told.element,
  );
  draw();
}
