// A network of one hidden layer that tells two kinds of points apart: forward, backward, one step of descent.
import { normal, uniform } from "./random.js";

const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));

// log(1 + e^z) that does not overflow.
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

export const DATA = {
  moons: "Two moons",
  rings: "A ring around a disc",
  corners: "Opposite corners (XOR)",
};

// Points of [-1, 1]² with a label, 0 or 1, each.
export function points(kind, count, seed = 1) {
  const random = uniform(seed);
  const spread = normal(seed + 1);
  return Array.from({ length: count }, (_, n) => {
    const label = n % 2;
    if (kind === "moons") {
      const angle = Math.PI * random();
      const x = label ? 0.5 - Math.cos(angle) : Math.cos(angle) - 0.5;
      const y = label ? 0.25 - Math.sin(angle) : Math.sin(angle) - 0.25;
      return { x: 0.55 * x + 0.06 * spread(), y: 0.8 * y + 0.06 * spread(), label };
    }
    if (kind === "rings") {
      const angle = 2 * Math.PI * random();
      const radius = label ? 0.75 + 0.07 * spread() : 0.4 * Math.sqrt(random());
      return { x: radius * Math.cos(angle), y: radius * Math.sin(angle), label };
    }
    const side = random() < 0.5 ? -1 : 1;
    const x = side * (0.12 + 0.75 * random());
    const y = (label ? -side : side) * (0.12 + 0.75 * random());
    return { x, y, label };
  });
}

// Weights of a network with so many hidden units: h = tanh(x W + b), z = h · v + c.
export function network(units, seed = 1) {
  const draw = normal(seed);
  return {
    W: [0, 1].map(() => Array.from({ length: units }, draw)),
    b: Array.from({ length: units }, () => 0.5 * draw()),
    v: Array.from({ length: units }, () => draw() / Math.sqrt(units)),
    c: 0,
  };
}

function hidden({ W, b }, x, y) {
  return b.map((bias, m) => Math.tanh(x * W[0][m] + y * W[1][m] + bias));
}

function score({ v, c }, h) {
  return h.reduce((sum, value, m) => sum + value * v[m], c);
}

// The probability that a point is of kind 1.
export function probability(net, x, y) {
  return sigmoid(score(net, hidden(net, x, y)));
}

// The mean cross-entropy, and its gradient for every weight.
export function lossAndGradient(net, data) {
  const units = net.b.length;
  const zeros = () => new Array(units).fill(0);
  const gradient = { W: [zeros(), zeros()], b: zeros(), v: zeros(), c: 0 };
  let loss = 0;
  for (const { x, y, label } of data) {
    const h = hidden(net, x, y);
    const z = score(net, h);
    loss += softplus(z) - label * z;
    const dz = (sigmoid(z) - label) / data.length;
    gradient.c += dz;
    for (let m = 0; m < units; m++) {
      gradient.v[m] += dz * h[m];
      const da = dz * net.v[m] * (1 - h[m] ** 2);
      gradient.b[m] += da;
      gradient.W[0][m] += da * x;
      gradient.W[1][m] += da * y;
    }
  }
  return { loss: loss / data.length, gradient };
}

// One step of gradient descent; returns a new network, and the loss before the step.
export function step(net, data, rate) {
  const { loss, gradient } = lossAndGradient(net, data);
  const down = (weights, slopes) => weights.map((weight, m) => weight - rate * slopes[m]);
  return {
    loss,
    net: {
      W: net.W.map((row, d) => down(row, gradient.W[d])),
      b: down(net.b, gradient.b),
      v: down(net.v, gradient.v),
      c: net.c - rate * gradient.c,
    },
  };
}

export function accuracy(net, data) {
  const right = data.filter(({ x, y, label }) => probability(net, x, y) > 0.5 === (label === 1));
  return right.length / data.length;
}

// Where values at the corners of a square of `cells` by `cells` cells cross a level: in each cell, pieces from one of
// its sides to another, as [[x, y], [x, y]] in cells; between two corners a value goes in a straight line.
export function crossings(values, cells, level = 0.5) {
  const pieces = [];
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([x, y]) => [column + x, row + y]);
      const found = corners.flatMap((from, k) => {
        const to = corners[(k + 1) % 4];
        const [a, b] = [from, to].map(([x, y]) => values[y * (cells + 1) + x]);
        if (a > level === b > level) return [];
        const share = (level - a) / (b - a);
        return [from.map((place, axis) => place + share * (to[axis] - place))];
      });
      for (let k = 0; k < found.length; k += 2) pieces.push(found.slice(k, k + 2));
    }
  }
  return pieces;
}
