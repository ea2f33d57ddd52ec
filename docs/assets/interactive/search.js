// A grid and random trials side by side: how many values of the setting that matters each of them tries.
import { axes, button, choice, controls, drawing, h, message, s, slider } from "./kit.js";
import { uniform } from "./models/random.js";
import { chances, good, successes, trials } from "./models/search.js";

const SEARCHES = 1000;
const SIDE = 180;
const percent = (share) => `${Math.round(100 * share)} %`;

export default function build(room) {
  const set = { side: 3, width: 0.2, place: 0.55, both: false };
  let seed = 4;
  const told = message();

  function panel(title) {
    const area = axes({
      width: SIDE, height: SIDE, left: 14, top: 18, yLabel: title, xLabel: "the setting that matters",
      x: { range: [0, 1], ticks: [] }, y: { range: [0, 1], ticks: [] },
    });
    const band = s("rect", { class: "interactive__zero", "fill-opacity": 0.25 });
    const dots = s("g", {});
    return {
      view: drawing(SIDE + 24, SIDE + 60, `${title}, and the values of the setting that matters`, band, area.group, dots),
      draw(points) {
        const [left, right] = [area.toX(set.place), area.toX(set.place + set.width)];
        const [top, bottom] = set.both ? [area.toY(set.place + set.width), area.toY(set.place)] : [area.toY(1), area.toY(0)];
        for (const [name, value] of Object.entries({ x: left, width: right - left, y: top, height: bottom - top })) band.setAttribute(name, value);
        dots.replaceChildren(
          ...points.flatMap((point) => {
            const kind = good(point, set) ? 1 : 0;
            const [x, y] = [area.toX(point[0]), area.toY(point[1])];
            return [
              s("circle", { cx: x, cy: y, r: 3.5, class: `interactive__dot interactive__dot--${kind}` }),
              s("path", { d: `M${x} ${area.toY(0) + 3}v9`, class: `interactive__line interactive__line--${kind}` }),
            ];
          }),
        );
      },
    };
  }

  const views = { grid: panel("grid"), random: panel("random") };

  function draw() {
    const points = trials(set.side, uniform(seed));
    for (const [kind, view] of Object.entries(views)) view.draw(points[kind]);
    const found = successes(set.side, set, SEARCHES, seed + 1);
    const wanted = chances(set.side, set);
    const said = (kind) => `${percent(found[kind] / SEARCHES)} (expected ${percent(wanted[kind])})`;
    told.tell(`${set.side ** 2} trials: the grid tries ${set.side} values of each setting, random ${set.side ** 2}. Of ${SEARCHES} searches of each kind, one of the trials was good in ${said("grid")} on the grid and ${said("random")} at random.`);
  }

  const control = (name, label, min, max, step, show) =>
    slider({ label, min, max, step, value: set[name], show }, (value) => {
      set[name] = value;
      draw();
    });
  room.append(
    h("div", { class: "interactive__views" }, views.grid.view, views.random.view),
    told.element,
    controls(
      control("side", "Trials", 2, 6, 1, (side) => `${side} × ${side}`),
      control("width", "Width of what is good", 0.02, 0.4, 0.01),
      choice({ label: "What matters", options: { one: "one setting", both: "both settings" }, value: "one" }, (value) => {
        set.both = value === "both";
        draw();
      }),
      button("Draw again", () => {
        seed += 2;
        draw();
      }),
    ),
  );
  draw();
}
