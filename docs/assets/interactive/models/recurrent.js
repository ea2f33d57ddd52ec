// A plain recurrent network without inputs of note: how large the gradient is at each step back.
import { normal } from "./random.js";

const times = (W, vector) => W.map((row) => row.reduce((sum, weight, j) => sum + weight * vector[j], 0));
const transposed = (W) => W[0].map((_, j) => W.map((row) => row[j]));
export const length = (vector) => Math.hypot(...vector);

// A random orthogonal matrix: rows of normal numbers, each made upright to those before (Gram and Schmidt).
export function orthogonal(size, seed = 1) {
  const draw = normal(seed);
  const rows = [];
  while (rows.length < size) {
    let row = Array.from({ length: size }, draw);
    for (const other of rows) {
      const along = row.reduce((sum, value, j) => sum + value * other[j], 0);
      row = row.map((value, j) => value - along * other[j]);
    }
    rows.push(row.map((value) => value / length(row)));
  }
  return rows;
}

// States h_0 … h_T: h_t = φ(W h_{t-1} + x_t), where φ is tanh, or nothing.
export function states(W, inputs, { linear }) {
  const all = [new Array(W.length).fill(0)];
  for (const x of inputs) {
    const a = times(W, all.at(-1)).map((value, j) => value + x[j]);
    all.push(linear ? a : a.map(Math.tanh));
  }
  return all;
}

// The gradients of a loss for h_0 … h_T, given its gradient for h_T.
export function backward(W, all, dLast, { linear }) {
  const back = transposed(W);
  const gradients = [dLast];
  for (let t = all.length - 1; t > 0; t--) {
    const da = gradients[0].map((value, j) => (linear ? value : value * (1 - all[t][j] ** 2)));
    gradients.unshift(times(back, da));
  }
  return gradients;
}

// The gradient's norm at each step, for a matrix whose singular values all are `scale`.
export function norms({ scale, steps, size = 16, inputScale = 0.5, linear = false, seed = 1 }) {
  const W = orthogonal(size, seed).map((row) => row.map((value) => scale * value));
  const draw = normal(seed + 1);
  const inputs = Array.from({ length: steps }, () => Array.from({ length: size }, () => inputScale * draw()));
  const last = Array.from({ length: size }, draw);
  const unit = last.map((value) => value / length(last));
  return backward(W, states(W, inputs, { linear }), unit, { linear }).map(length);
}
