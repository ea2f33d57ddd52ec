// A picture of 14 rows and 14 columns, and the part of it that two slices take.
import { controls, drawing, h, message, s, slider } from "./kit.js";
import { seven } from "./models/convolution.js";
import { view } from "./models/slices.js";

const SIZE = 14;
const CELL = 17;

export default function build(room) {
  const set = { top: 2, bottom: 9, left: 3, right: 11, step: 1 };
  const image = seven(SIZE);
  const told = message();
  const pixels = image.map((row, u) => row.map((ink, v) => s("rect", { x: v * CELL, y: u * CELL, width: CELL, height: CELL, class: "interactive__pixel interactive__ink", "fill-opacity": ink })));
  const marks = image.map((row, u) => row.map((_, v) => s("rect", { x: v * CELL + 1.5, y: u * CELL + 1.5, width: CELL - 3, height: CELL - 3, class: "interactive__window" })));
  const picture = drawing(SIZE * CELL, SIZE * CELL, "The picture, and what the slices take of it", ...pixels.flat(), ...marks.flat());
  const part = drawing(SIZE * CELL, SIZE * CELL, "The part by itself");

  function draw() {
    const { rows, columns, strides } = view(SIZE, [set.top, set.bottom], [set.left, set.right], set.step);
    marks.forEach((row, u) => row.forEach((mark, v) => mark.setAttribute("visibility", rows.includes(u) && columns.includes(v) ? "visible" : "hidden")));
    part.replaceChildren(
      ...rows.flatMap((u, i) => columns.map((v, j) => s("rect", { x: j * CELL, y: i * CELL, width: CELL, height: CELL, class: "interactive__pixel interactive__ink", "fill-opacity": image[u][v] }))),
    );
    const by = set.step > 1 ? `:${set.step}` : "";
    told.tell(
      `digit[${set.top}:${set.bottom}${by}, ${set.left}:${set.right}${by}] has the shape (${rows.length}, ${columns.length}): ${rows.length * columns.length} of ${SIZE ** 2} numbers, and no copy of them. In memory the next row is ${strides[0]} numbers further on, the next column ${strides[1]}.`,
    );
  }

  const control = (name, label, min, max) =>
    slider({ label, min, max, step: 1, value: set[name], show: String }, (value) => {
      set[name] = value;
      draw();
    });
  room.append(
    h("div", { class: "interactive__views" }, picture, part),
    told.element,
    controls(
      control("top", "Rows from", 0, SIZE - 1),
      control("bottom", "up to, not including", 1, SIZE),
      control("left", "Columns from", 0, SIZE - 1),
      control("right", "up to, not including", 1, SIZE),
      control("step", "Every so many", 1, 4),
    ),
  );
  draw();
}
