// A small LSTM that was trained to keep the last letter with a mark: its gates and states at every step.
import { sigmoid } from "./gates.js";

export const LETTERS = ["A", "B", "C"];

// What a step is to the network: a one-hot letter, and 1 or 0 for a mark.
const features = ({ letter, marked }) => [...LETTERS.map((_, k) => (k === letter ? 1 : 0)), marked ? 1 : 0];

const product = (x, W) => W[0].map((_, m) => x.reduce((sum, value, d) => sum + value * W[d][m], 0));

// For each step i, f, g, o, c and h, a number for each unit, and the answer, a letter.
export function run(steps, weights) {
  const { W_x_l0: Wx, W_h_l0: Wh, b_l0: b, "out.W": outW, "out.b": outB } = weights;
  const H = Wh.length;
  let [h, c] = [Array(H).fill(0), Array(H).fill(0)];
  return steps.map((step) => {
    const [fromX, fromH] = [product(features(step), Wx), product(h, Wh)];
    const a = b.map((bias, m) => fromX[m] + fromH[m] + bias);
    const gate = (q, shape) => a.slice(q * H, (q + 1) * H).map(shape);
    const [i, f, g, o] = [gate(0, sigmoid), gate(1, sigmoid), gate(2, Math.tanh), gate(3, sigmoid)];
    c = c.map((old, j) => f[j] * old + i[j] * g[j]);
    h = c.map((value, j) => o[j] * Math.tanh(value));
    const scores = product(h, outW).map((score, k) => score + outB[k]);
    return { i, f, g, o, c, h, answer: scores.indexOf(Math.max(...scores)) };
  });
}
