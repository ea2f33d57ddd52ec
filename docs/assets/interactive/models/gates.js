// One unit of an LSTM and one of a GRU, with gates that the reader sets.

export const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));

// The cell after one step, from its gates i, f, o, its candidate g, and the cell before.
export function lstm({ i, f, g, o }, cBefore) {
  const c = f * cBefore + i * g;
  return { c, h: o * Math.tanh(c) };
}

// The cell's states when the same gates are met at every step.
export function lstmRun(gates, c0, steps) {
  const all = [{ c: c0, h: gates.o * Math.tanh(c0) }];
  for (let t = 0; t < steps; t++) all.push(lstm(gates, all.at(-1).c));
  return all;
}

// ∂c_T/∂c_t for t = 0 … T along the cell: one factor f a step.
export function lstmGradient(f, steps) {
  return Array.from({ length: steps + 1 }, (_, t) => f ** (steps - t));
}

// One step of one GRU unit. `a` is what the input adds to the candidate; u and b are the recurrent weight and
// its bias. The reset gate stands after the product with its bias, or before it.
export function gru({ r, z, a, u, b }, hBefore, variant) {
  const n = Math.tanh(variant === "after" ? a + r * (u * hBefore + b) : a + u * (r * hBefore) + b);
  return { n, h: (1 - z) * n + z * hBefore };
}

// ∂h/∂h_before of that step, the gates held.
export function gruSlope({ r, z, a, u, b }, hBefore, variant) {
  const { n } = gru({ r, z, a, u, b }, hBefore, variant);
  return z + (1 - z) * (1 - n ** 2) * r * u;
}
