// The roof of a machine, and where the product of two square matrices lies under it.
import { axes, choice, controls, drawing, h, message, powerOfTen, s, slider } from "./kit.js";
import { MACHINES, bound, work } from "./models/roofline.js";

const X = [-1, 4];
const Y = [-3, 3];
const STEPS = 60;
const power = (exponent) => String(2 ** exponent);
const short = (number) => (number >= 100 ? Math.round(number).toLocaleString("en") : String(Number(number.toPrecision(2))));
const amount = (number) => {
  const [name, unit] = [["billion", 1e9], ["million", 1e6], ["thousand", 1e3]].find(([, least]) => number >= least) ?? ["", 1];
  return `${short(number / unit)} ${name}`.trim();
};
const decades = ([low, high]) => Array.from({ length: high - low + 1 }, (_, k) => [low + k, powerOfTen(low + k)]);
const SAID = { calls: "the call", bytes: "memory", operations: "the core" };

export default function build(room) {
  const set = { side: 10, block: 3, machine: "core" };
  const told = message();
  const view = h("div", { class: "interactive__views" });

  function draw() {
    const machine = MACHINES[set.machine];
    const top = set.machine === "card" ? [0, 6] : Y;
    const area = axes({
      width: 290, height: 210, left: 40, top: 20, xLabel: "operations for each byte", yLabel: "billion operations a second",
      x: { range: X, ticks: decades(X) }, y: { range: top, ticks: decades(top).slice(0, -1) },
    });
    const at = (intensity, rate) => {
      const [x, y] = [Math.log10(intensity), Math.log10(rate / 1e9)];
      return [area.toX(Math.min(X[1], Math.max(X[0], x))).toFixed(1), area.toY(y).toFixed(1)];
    };
    const roof = Array.from({ length: STEPS + 1 }, (_, k) => {
      const intensity = 10 ** (X[0] + ((X[1] - X[0]) * k) / STEPS);
      return at(intensity, Math.min(machine.peak, machine.bandwidth * intensity)).join(" ");
    });
    const [side, block] = [2 ** set.side, 2 ** Math.min(set.side, set.block)];
    const product = work(side, block, machine.size);
    const found = bound(product, machine);
    const intensity = product.operations / product.bytes;
    const [cx, cy] = at(intensity, found.rate);
    view.replaceChildren(
      drawing(
        350, 270, "The roof, and the product under it", area.group,
        s("path", { d: `M${roof.join("L")}`, class: "interactive__line" }),
        s("path", { d: `M${cx} ${area.toY(top[0])}V${cy}`, class: "interactive__line interactive__line--bound" }),
        s("circle", { cx, cy, r: 5, class: "interactive__dot interactive__dot--1" }),
      ),
    );
    told.tell(`Side ${side}, in blocks of ${block}: ${amount(product.operations)} operations, ${amount(product.bytes)} bytes, ${short(intensity)} operations for each. It waits for ${SAID[found.waits]}, and reaches at most ${amount(found.rate)} of ${amount(machine.peak)} operations a second.`);
  }

  const control = (name, label, min, max) =>
    slider({ label, min, max, step: 1, value: set[name], show: power }, (value) => {
      set[name] = value;
      draw();
    });
  room.append(
    view,
    told.element,
    controls(
      control("side", "Side of the matrices", 1, 13),
      control("block", "Side of a block, at most", 0, 13),
      choice({ label: "Machine", options: Object.fromEntries(Object.entries(MACHINES).map(([key, { name }]) => [key, name])), value: set.machine }, (value) => {
        set.machine = value;
        draw();
      }),
    ),
  );
  draw();
}
