// Two clouds of points in space that a plane separates, and a perceptron that is corrected mistake by mistake.
import { normal } from "./random.js";

const dot = (a, b) => a.reduce((sum, value, d) => sum + value * b[d], 0);

// Points with a 1 for the bias, at least `margin` from the plane whose upright direction is the same for all.
export function clouds(count, seed = 3, margin = 0.25) {
  const draw = normal(seed);
  const upright = [0.6, 0.64, 0.48]; // of length 1
  const points = [];
  while (points.length < count) {
    const x = [draw(), draw(), draw()];
    const side = dot(x, upright);
    if (Math.abs(side) >= margin && Math.abs(side) < 2) points.push({ x: [...x, 1], t: Math.sign(side) });
  }
  return points;
}

export const start = () => ({ w: [0, 0, 0, 0], place: 0, right: 0, mistakes: 0, last: -1 });

// Goes on to the next mistake and corrects it. When all points in a row were right, it is done.
export function correct(run, points) {
  const next = { ...run, last: -1 };
  while (next.right < points.length) {
    const { x, t } = points[next.place];
    const wrong = t * dot(x, next.w) <= 0;
    if (wrong) Object.assign(next, { w: next.w.map((w, d) => w + t * x[d]), mistakes: next.mistakes + 1, right: 0, last: next.place });
    else next.right += 1;
    next.place = (next.place + 1) % points.length;
    if (wrong) break;
  }
  return next;
}

export const errors = (w, points) => points.filter(({ x, t }) => t * dot(x, w) <= 0).length;

// Where a point in space lies on the paper, for a reader who looks from `turn` and `tilt`, in radians.
export function seen([x, y, z], turn, tilt) {
  const right = -Math.sin(turn) * x + Math.cos(turn) * y;
  const ahead = Math.cos(turn) * x + Math.sin(turn) * y;
  return [right, z * Math.cos(tilt) - ahead * Math.sin(tilt)];
}
