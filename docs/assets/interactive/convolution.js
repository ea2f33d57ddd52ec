// A kernel steps over a digit that the reader draws; the products under the window, and their sum, are shown.
import { button, choice, controls, drawing, h, message, minus, player, s } from "./kit.js";
import { KERNELS, convolve, outputSize, products, seven } from "./models/convolution.js";

const SIZE = 14;
const CELL = 18;

export default function build(room) {
  let image = seven(SIZE);
  let kernel = "vertical";
  let at; // the window, counted in reading order
  let reached; // the last window whose output is shown
  let pen; // what a stroke paints: 1, or 0 when it began on ink
  let cursor = [0, 0];
  const size = outputSize(SIZE, 3);
  const told = message();

  const pixels = image.map((row, u) => row.map((_, v) => s("rect", { x: v * CELL, y: u * CELL, width: CELL, height: CELL, class: "interactive__pixel" })));
  const frame = s("rect", { width: 3 * CELL, height: 3 * CELL, class: "interactive__window" });
  const caret = s("rect", { width: CELL, height: CELL, class: "interactive__caret" });
  const paper = drawing(SIZE * CELL, SIZE * CELL, "Paper to draw on. Arrow keys move, the space bar inks a pixel or clears it.", ...pixels.flat(), frame, caret);
  paper.setAttribute("tabindex", 0);
  paper.setAttribute("role", "application");
  paper.classList.add("interactive__paper");
  const results = Array.from({ length: size ** 2 }, (_, k) =>
    s("rect", { x: (k % size) * CELL, y: Math.floor(k / size) * CELL, width: CELL, height: CELL, class: "interactive__pixel" }),
  );
  const spot = s("rect", { width: CELL, height: CELL, class: "interactive__window" });
  const map = drawing(size * CELL, size * CELL, "What the kernel gives at each place", ...results, spot);
  const table = h("table", { class: "interactive__products" });

  function draw() {
    const { weights } = KERNELS[kernel];
    const [u, v] = [Math.floor(at / size), at % size];
    const out = convolve(image, weights);
    const most = Math.max(1, ...out.flat().map(Math.abs));
    image.forEach((row, p) => row.forEach((value, q) => pixels[p][q].setAttribute("fill-opacity", value)));
    results.forEach((rect, k) => {
      const value = out[Math.floor(k / size)][k % size];
      rect.setAttribute("class", `interactive__pixel ${value < 0 ? "interactive__one" : "interactive__zero"}`);
      rect.setAttribute("fill-opacity", k <= reached ? (Math.abs(value) / most).toFixed(2) : 0);
    });
    frame.setAttribute("x", v * CELL);
    frame.setAttribute("y", u * CELL);
    spot.setAttribute("x", v * CELL);
    spot.setAttribute("y", u * CELL);
    caret.setAttribute("x", cursor[1] * CELL);
    caret.setAttribute("y", cursor[0] * CELL);
    const cells = products(image, weights, u, v);
    table.replaceChildren(
      h("caption", {}, "weight · pixel"),
      ...cells.map((row, p) => h("tr", {}, ...row.map((value, q) => h("td", { class: value ? "interactive__counts" : "" }, `${minus(weights[p][q])} · ${image[u + p][v + q]}`)))),
    );
    told.tell(`Window ${v + 1} of row ${u + 1}: the nine products add up to ${minus(out[u][v])}.`);
  }

  const move = (by) => {
    at = (at + by + size ** 2) % size ** 2;
    reached = at;
    draw();
    return at < size ** 2 - 1;
  };
  const paint = (u, v) => {
    if (!pixels[u]?.[v]) return;
    pen ??= 1 - image[u][v];
    image[u][v] = pen;
    draw();
  };
  const place = (event) => {
    const box = paper.getBoundingClientRect();
    return [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width].map((share) => Math.floor(share * SIZE));
  };
  paper.addEventListener("pointerdown", (event) => {
    paper.setPointerCapture(event.pointerId);
    pen = undefined;
    cursor = place(event);
    paint(...cursor);
    event.preventDefault();
    paper.focus();
  });
  paper.addEventListener("pointermove", (event) => event.buttons && paint(...place(event)));
  paper.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (event.key === " ") {
      pen = undefined;
      paint(...cursor);
    } else if (event.key in steps) {
      cursor = cursor.map((value, axis) => Math.min(SIZE - 1, Math.max(0, value + steps[event.key][axis])));
      draw();
      told.tell(`Row ${cursor[0] + 1}, column ${cursor[1] + 1}: ${image[cursor[0]][cursor[1]] ? "ink" : "blank"}.`);
    } else return;
    event.preventDefault();
  });

  const clock = player(() => move(1), { every: 70 });
  room.append(
    h("div", { class: "interactive__views" }, paper, h("div", { class: "interactive__side" }, table, told.element), map),
    controls(
      clock.control,
      button("Back", () => move(-1)),
      button("Forward", () => move(1)),
      choice({ label: "Kernel", options: Object.fromEntries(Object.entries(KERNELS).map(([key, { name }]) => [key, name])), value: kernel }, (value) => {
        kernel = value;
        draw();
      }),
      button("Clear the paper", () => {
        image = image.map((row) => row.map(() => 0));
        draw();
      }),
      button("A seven", () => {
        image = seven(SIZE);
        draw();
      }),
    ),
  );
  // All is shown, and the window stands on the bar of the seven, where there is something to see.
  at = 2 * size + 1;
  reached = size ** 2 - 1;
  draw();
}
