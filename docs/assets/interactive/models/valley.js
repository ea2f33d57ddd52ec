// A valley, twenty times steeper across than along, and the rules that go down it.
export const CURVATURE = [1, 20];
export const START = [-4, 1];
export const loss = ([a, b]) => (CURVATURE[0] * a * a + CURVATURE[1] * b * b) / 2;

// Each rule: how it begins for one weight, and a step from (weight, gradient, memory) to a new weight.
const adam = (weight, g, kept, rate, t) => {
  kept.m = 0.9 * kept.m + 0.1 * g;
  kept.v = 0.999 * kept.v + 0.001 * g * g;
  return weight - (rate * (kept.m / (1 - 0.9 ** t))) / (Math.sqrt(kept.v / (1 - 0.999 ** t)) + 1e-8);
};

export const RULES = {
  sgd: { name: "gradient descent", rate: 0.09, step: (weight, g, _, rate) => weight - rate * g },
  momentum: {
    name: "momentum", rate: 0.02,
    step(weight, g, kept, rate) {
      kept.v = 0.9 * kept.v + g;
      return weight - rate * kept.v;
    },
  },
  nesterov: {
    name: "Nesterov", rate: 0.02,
    step(weight, g, kept, rate) {
      kept.v = 0.9 * kept.v + g;
      return weight - rate * (g + 0.9 * kept.v);
    },
  },
  adagrad: {
    name: "Adagrad", rate: 0.8,
    step(weight, g, kept, rate) {
      kept.v += g * g;
      return weight - (rate * g) / (Math.sqrt(kept.v) + 1e-10);
    },
  },
  rmsprop: {
    name: "RMSprop", rate: 0.05,
    step(weight, g, kept, rate) {
      kept.v = 0.99 * kept.v + 0.01 * g * g;
      return weight - (rate * g) / (Math.sqrt(kept.v) + 1e-8);
    },
  },
  adam: { name: "Adam", rate: 0.2, step: adam },
};

export function walk(rule, rate, steps) {
  let at = [...START];
  const kept = [{ m: 0, v: 0 }, { m: 0, v: 0 }];
  const path = [at];
  for (let t = 1; t <= steps; t++) {
    at = at.map((weight, i) => RULES[rule].step(weight, CURVATURE[i] * weight, kept[i], rate, t));
    path.push(at);
  }
  return path;
}
