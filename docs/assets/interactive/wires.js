// A bill as a graph: the reader sets what goes in, and lets the gradients come back, a node at a time.
import { button, controls, drawing, message, minus, s, slider } from "./kit.js";
import { backward, forward, GIVEN, PAID } from "./models/bill.js";

const WIDE = {
  size: [510, 280],
  places: { kilos: [96, 24], kiloPrice: [96, 84], rolls: [96, 144], rollPrice: [96, 204], tax: [96, 258] },
  nodes: { apples: [216, 54, "×"], bread: [216, 174, "×"], sum: [316, 114, "+"], bill: [406, 176, "×"] },
  end: 480, // of the last wire
  name: ([x, y]) => ({ x: x - 4, y: y + 4, "text-anchor": "end" }),
  share: 0.33, // of a wire, where its numbers stand
};
// Where there is less room, names stand over wires that fall and below those that rise.
const NARROW = {
  size: [330, 312],
  places: { kilos: [4, 26], kiloPrice: [4, 98], rolls: [4, 158], rollPrice: [4, 230], tax: [4, 290] },
  nodes: { apples: [116, 62, "×"], bread: [116, 194, "×"], sum: [186, 128, "+"], bill: [246, 200, "×"] },
  end: 300,
  name: ([x, y], [, end]) => ({ x, y: end > y ? y - 8 : y + 17 }),
  share: 0.46,
};
const ENDS = { kilos: "apples", kiloPrice: "apples", rolls: "bread", rollPrice: "bread", apples: "sum", bread: "sum", sum: "bill", tax: "bill" };
const NAMES = { kilos: "apples, kg", kiloPrice: "price of a kg", rolls: "rolls", rollPrice: "price of a roll", tax: "tax" };
const SAID = [
  "The bill rises by 1 if the bill rises by 1.",
  "Multiply swaps: the sum gets the tax, and the tax gets the sum.",
  "Add distributes: both shares get what arrived.",
  "Multiply swaps: kilos get the price, the price gets the kilos, each times what arrived.",
  "Multiply swaps once more, for the rolls.",
];
const RADIUS = 13;
const round = (number) => minus(Math.round(number * 1000) / 1000);

// From the rim of one place to that of another.
function wire([x1, y1], [x2, y2], first, last) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const at = (share) => [x1 + ((x2 - x1) * share) / length, y1 + ((y2 - y1) * share) / length].map((part) => part.toFixed(1)).join(" ");
  return `M${at(first)}L${at(length - last)}`;
}

export default function build(room, { narrow }) {
  const { size, places, nodes, end: last, name: label, share: along } = narrow ? NARROW : WIDE;
  const set = { ...GIVEN };
  let paid = PAID.length;
  const told = message();
  const group = s("g", {});
  const shown = {};
  for (const [name, place] of [...Object.entries(places), ...Object.entries(nodes)]) {
    const end = ENDS[name] ? nodes[ENDS[name]] : [last, place[1]];
    const start = nodes[name] ? RADIUS : 4;
    group.append(s("path", { d: wire(place, end, start, ENDS[name] ? RADIUS : 0), class: "interactive__wire" }));
    const share = nodes[name] ? 0.52 : along;
    const x = place[0] + share * (end[0] - place[0]);
    const y = place[1] + share * (end[1] - place[1]);
    shown[name] = {
      value: s("text", { x, y: y - 5, "text-anchor": "middle" }),
      gradient: s("text", { x, y: y + 14, "text-anchor": "middle", class: "interactive__gradient" }),
    };
    group.append(shown[name].value, shown[name].gradient);
    if (NAMES[name]) group.append(s("text", label(place, end), NAMES[name]));
  }
  for (const [x, y, sign] of Object.values(nodes)) {
    group.append(s("circle", { cx: x, cy: y, r: RADIUS, class: "interactive__node" }), s("text", { x, y: y + 5, "text-anchor": "middle" }, sign));
  }
  group.append(s("text", { x: last + 4, y: nodes.bill[1] + 4 }, "bill"));
  const view = drawing(...size, "The graph of the bill, with a value above each wire and a gradient below it", group);

  function draw() {
    const values = forward(set);
    const gradients = backward(values);
    const known = new Set(PAID.slice(0, paid).flat());
    for (const [name, { value, gradient }] of Object.entries(shown)) {
      value.textContent = round(values[name]);
      gradient.textContent = known.has(name) ? round(gradients[name]) : "";
    }
    told.tell(
      paid < PAID.length
        ? `${paid} of ${PAID.length}. ${paid ? SAID[paid - 1] : "Values only. Press Step back."}`
        : `The bill is ${round(values.bill)}. A roll more costs ${round(gradients.rolls)}, a kilo more ${round(gradients.kilos)}; a cent more on the kilo ${round(gradients.kiloPrice)} cents.`,
    );
  }

  const control = (name, label, min, max, step) =>
    slider({ label, min, max, step, value: set[name], show: round }, (value) => {
      set[name] = value;
      draw();
    });
  const back = button("Step back", () => {
    paid = paid === PAID.length ? 0 : paid + 1;
    draw();
  });
  room.append(
    view,
    told.element,
    controls(
      back,
      control("kilos", "Apples, kg", 0, 5, 0.5),
      control("kiloPrice", "Price of a kg", 0, 5, 0.25),
      control("rolls", "Rolls", 0, 10, 1),
      control("rollPrice", "Price of a roll", 0, 2, 0.1),
      control("tax", "Tax factor", 1, 1.5, 0.05),
    ),
  );
  draw();
}
