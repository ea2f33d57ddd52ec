// Unit normal numbers through many layers with random weights, and a gradient back: how large both are.
import { normal } from "./random.js";

const SAMPLES = 24;
export const BENDS = {
  relu: { name: "ReLU", value: (z) => Math.max(0, z), slope: (z) => (z > 0 ? 1 : 0) },
  tanh: { name: "tanh", value: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2 },
  identity: { name: "none", value: (z) => z, slope: () => 1 },
};

export const size = (rows) => Math.sqrt(rows.flat().reduce((sum, value) => sum + value * value, 0) / (rows.length * rows[0].length));

const matrix = (rows, columns, draw) => Array.from({ length: rows }, () => Array.from({ length: columns }, draw));
const transposed = (W) => W[0].map((_, m) => W.map((row) => row[m]));
const product = (x, W) => {
  const columns = transposed(W);
  return x.map((row) => columns.map((column) => column.reduce((sum, weight, d) => sum + weight * row[d], 0)));
};

// Sizes of the signal behind each layer, and of the gradient for what each layer was given; the first comes first.
export function sizes({ units, depth, std, bend, seed = 1 }) {
  const draw = normal(seed);
  const { value, slope } = BENDS[bend];
  let h = matrix(SAMPLES, units, draw);
  const layers = [];
  const signal = [];
  for (let layer = 0; layer < depth; layer++) {
    const W = matrix(units, units, () => std * draw());
    const z = product(h, W);
    h = z.map((row) => row.map(value));
    layers.push({ W, z });
    signal.push(size(h));
  }
  let dh = matrix(SAMPLES, units, draw);
  const gradient = [];
  for (const { W, z } of layers.reverse()) {
    dh = product(dh.map((row, n) => row.map((dy, m) => dy * slope(z[n][m]))), transposed(W));
    gradient.unshift(size(dh));
  }
  return { signal, gradient };
}
