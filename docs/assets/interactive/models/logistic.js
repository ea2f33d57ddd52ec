// One feature, a weight and a bias through a sigmoid; the mean cross-entropy and its gradient.
import { normal } from "./random.js";

// Two overlapping kinds along one axis: x and whether it is a 1.
export function samples(count, seed = 4) {
  const draw = normal(seed);
  return Array.from({ length: count }, (_, n) => ({ x: (n % 2 ? 0.9 : -0.9) + 0.7 * draw(), t: n % 2 }));
}

// log(1 + e^-|z|) keeps every exponential at most 1.
export const loss = (w, b, data) =>
  data.reduce((sum, { x, t }) => {
    const z = w * x + b;
    return sum + Math.max(z, 0) - t * z + Math.log1p(Math.exp(-Math.abs(z)));
  }, 0) / data.length;

export function gradient(w, b, data) {
  let [dw, db] = [0, 0];
  for (const { x, t } of data) {
    const dz = 1 / (1 + Math.exp(-(w * x + b))) - t;
    dw += dz * x;
    db += dz;
  }
  return [dw / data.length, db / data.length];
}

// The points that a descent visits, the start included.
export function descent([w, b], rate, steps, data) {
  const path = [[w, b]];
  for (let step = 0; step < steps; step++) {
    const [dw, db] = gradient(w, b, data);
    [w, b] = [w - rate * dw, b - rate * db];
    path.push([w, b]);
  }
  return path;
}
