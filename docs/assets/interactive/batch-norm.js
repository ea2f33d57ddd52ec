// Batch norm acts on a batch whose distribution the reader shifts, stretches and skews.
import { axes, controls, drawing, h, message, s, signed, slider, ticks } from "./kit.js";
import { batch, histogram, mean, normalize } from "./models/normalization.js";

const RANGE = [-8, 8];
const BINS = 64;

export default function build(room) {
  const set = { center: 3, spread: 1.5, skew: 0.4, gamma: 1, beta: 0, count: 512 };
  const told = message();

  function panel(title, kind) {
    const area = axes({
      width: 300, height: 120, left: 16, top: 18, yLabel: title,
      x: { range: RANGE, ticks: ticks([-8, -4, 0, 4, 8]) },
      y: { range: [0, 1], ticks: [] },
    });
    const bars = Array.from({ length: BINS }, (_, k) =>
      s("rect", { x: area.toX(RANGE[0] + ((RANGE[1] - RANGE[0]) * k) / BINS) + 0.3, width: 300 / BINS - 0.6, class: kind }),
    );
    const middle = s("path", { class: "interactive__line" });
    const band = s("path", { class: "interactive__line" });
    return {
      view: drawing(330, 165, title, ...bars, area.group, middle, band),
      draw(values, center, spread) {
        const counts = histogram(values, ...RANGE, BINS);
        const most = Math.max(...counts);
        bars.forEach((bar, k) => {
          const top = area.toY(counts[k] / most);
          bar.setAttribute("y", top);
          bar.setAttribute("height", area.toY(0) - top);
        });
        const ends = [center - spread, center + spread].map((value) => area.toX(Math.min(8, Math.max(-8, value))));
        middle.setAttribute("d", `M${area.toX(Math.min(8, Math.max(-8, center)))} 18V138`);
        band.setAttribute("d", `M${ends[0]} 24v8m0 -4H${ends[1]}m0 -4v8`);
      },
    };
  }

  const before = panel("x, before", "interactive__one");
  const after = panel("y, after", "interactive__zero");

  function draw() {
    const x = batch(set.count, set);
    const { mu, sigma, y } = normalize(x, set.gamma, set.beta);
    const center = mean(y);
    const spread = Math.sqrt(mean(y.map((value) => (value - center) ** 2)));
    const skew = set.gamma > 0 ? "The skew stays." : set.gamma < 0 ? "γ < 0 turns the skew round." : "γ = 0 leaves β alone.";
    before.draw(x, mu, sigma);
    after.draw(y, center, spread);
    told.tell(`Before: mean ${signed(mu)}, spread ${sigma.toFixed(2)}. After: mean ${signed(center)}, spread ${spread.toFixed(2)}. ${skew}`);
  }

  const control = (name, label, min, max, step, show) =>
    slider({ label, min, max, step, value: set[name], show }, (value) => {
      set[name] = value;
      draw();
    });
  room.append(
    h("div", { class: "interactive__views" }, before.view, after.view),
    told.element,
    controls(
      control("center", "Shift of x", -5, 5, 0.1),
      control("spread", "Stretch of x", 0.1, 3, 0.05),
      control("skew", "Skew of x", -0.8, 0.8, 0.05),
      control("count", "Samples in the batch", 4, 2048, 4, String),
      control("gamma", "γ", -3, 3, 0.1),
      control("beta", "β", -5, 5, 0.1),
    ),
  );
  draw();
}
