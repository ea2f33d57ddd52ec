// A perceptron learns to separate two clouds in space, mistake by mistake; the reader turns the space.
import { button, controls, drawing, message, minus, s, slider } from "./kit.js";
import { clouds, correct, errors, seen, start } from "./models/perceptron.js";

const SCALE = 46;
const [X, Y] = [180, 135];

// The square of the plane around the point that is nearest to the origin, as four corners; nothing while all weights are 0.
function square([a, b, c, bias]) {
  const length = Math.hypot(a, b, c);
  if (length === 0) return [];
  const upright = [a, b, c].map((part) => part / length);
  const foot = upright.map((part) => (-bias / length) * part);
  const other = Math.abs(upright[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
  const cross = (p, q) => [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]];
  const first = cross(upright, other).map((part, _, all) => part / Math.hypot(...all));
  const second = cross(upright, first);
  return [[1, 1], [1, -1], [-1, -1], [-1, 1]].map(([i, j]) => foot.map((part, d) => part + 2 * (i * first[d] + j * second[d])));
}

export default function build(room) {
  const points = clouds(40);
  const set = { turn: 35, tilt: 15 };
  let run = start();
  const told = message();
  const plane = s("path", { class: "interactive__plane" });
  const marks = points.map(({ t }) =>
    t > 0 ? s("circle", { r: 4, class: "interactive__dot interactive__dot--0" }) : s("rect", { width: 7, height: 7, class: "interactive__dot interactive__dot--1" }),
  );
  const ring = s("circle", { r: 9, class: "interactive__ring" });
  const view = drawing(360, 270, "Points of two kinds in space, and the plane of the perceptron", plane, ...marks, ring);

  function place(point) {
    const [x, y] = seen(point, (set.turn * Math.PI) / 180, (set.tilt * Math.PI) / 180);
    return [X + SCALE * x, Y - SCALE * y];
  }

  function draw() {
    points.forEach(({ x, t }, k) => {
      const [left, top] = place(x);
      if (t > 0) marks[k].setAttribute("cx", left), marks[k].setAttribute("cy", top);
      else marks[k].setAttribute("x", left - 3.5), marks[k].setAttribute("y", top - 3.5);
    });
    const corners = square(run.w).map(place);
    plane.setAttribute("d", corners.length ? `M${corners.map((corner) => corner.map((part) => part.toFixed(1)).join(" ")).join("L")}Z` : "");
    const [x, y] = run.last < 0 ? [-20, -20] : place(points[run.last].x);
    ring.setAttribute("cx", x);
    ring.setAttribute("cy", y);
    const wrong = errors(run.w, points);
    const done = run.right >= points.length;
    told.tell(`${run.mistakes} mistake${run.mistakes === 1 ? "" : "s"} so far. ${done ? "All points are right: the rule has come to its end." : `${wrong} of ${points.length} points are wrong now.`}`);
  }

  const turning = (name, label, min, max) =>
    slider({ label, min, max, step: 1, value: set[name], show: (degrees) => `${minus(degrees)}°` }, (value) => {
      set[name] = value;
      draw();
    });
  view.addEventListener("pointermove", (event) => {
    if (!(event.buttons & 1)) return;
    set.turn -= event.movementX / 2;
    set.tilt = Math.min(90, Math.max(-90, set.tilt + event.movementY / 2));
    draw();
  });
  room.append(
    view,
    told.element,
    controls(
      button("Next mistake", () => {
        run = correct(run, points);
        draw();
      }),
      button("Begin again", () => {
        run = start();
        draw();
      }),
      turning("turn", "Turn", 0, 360),
      turning("tilt", "Tilt", -90, 90),
    ),
  );
  draw();
}
