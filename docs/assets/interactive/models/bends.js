// The activations of the book and their slopes.
const LEAK = 0.1;
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const ROOT = Math.sqrt(2 / Math.PI);
const inner = (x) => Math.tanh(ROOT * (x + 0.044715 * x ** 3));

export const BENDS = {
  step: { name: "step", value: (x) => (x > 0 ? 1 : 0), slope: () => 0 },
  identity: { name: "identity", value: (x) => x, slope: () => 1 },
  sigmoid: { name: "sigmoid", value: sigmoid, slope: (x) => sigmoid(x) * (1 - sigmoid(x)) },
  tanh: { name: "tanh", value: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
  relu: { name: "ReLU", value: (x) => Math.max(0, x), slope: (x) => (x > 0 ? 1 : 0) },
  leaky: { name: "leaky ReLU", value: (x) => (x > 0 ? x : LEAK * x), slope: (x) => (x > 0 ? 1 : LEAK) },
  softplus: { name: "softplus", value: (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))), slope: sigmoid },
  gelu: {
    name: "GELU",
    value: (x) => (x / 2) * (1 + inner(x)),
    slope: (x) => (1 + inner(x)) / 2 + (x / 2) * (1 - inner(x) ** 2) * ROOT * (1 + 3 * 0.044715 * x * x),
  },
};
