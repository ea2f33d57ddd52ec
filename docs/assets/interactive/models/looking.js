// A small causal attention that was trained to say the value of each step's name: who looks at whom, and the answers.
export const NAMES = ["A", "B", "C", "D", "E"];
export const VALUES = ["1", "2", "3", "4"];
export const START = "A3 B1 A C3 B C D2 A D E4 B E";

// A step's text is its name, and its value where it is said; `value` is −1 where it is asked for.
export const read = (text) =>
  text.split(" ").map(([name, value]) => ({ name: NAMES.indexOf(name), value: VALUES.indexOf(value) }));
export const write = ({ name, value }) => NAMES[name] + (VALUES[value] ?? "");

const features = ({ name, value }) => [...NAMES.map((_, k) => (k === name ? 1 : 0)), ...VALUES.map((_, k) => (k === value ? 1 : 0))];

const linear = (x, W, b) => b.map((bias, m) => x.reduce((sum, value, d) => sum + value * W[d][m], bias));

const dot = (a, b) => a.reduce((sum, value, d) => sum + value * b[d], 0);

function softmax(scores) {
  const largest = Math.max(...scores);
  const parts = scores.map((score) => Math.exp(score - largest));
  const sum = parts.reduce((total, part) => total + part, 0);
  return parts.map((part) => part / sum);
}

// For each step the weights that it gives to itself and all before it, and its answer, a value.
export function run(steps, weights) {
  const H = weights["attend.b_o"].length;
  const all = steps.map((step) => linear(linear(features(step), weights["into.W"], weights["into.b"]), weights["attend.W_x"], weights["attend.b"]));
  const part = (k) => all.map((row) => row.slice(k * H, (k + 1) * H));
  const [queries, keys, values] = [part(0), part(1), part(2)];
  return steps.map((_, t) => {
    const looks = softmax(keys.slice(0, t + 1).map((key) => dot(queries[t], key) / Math.sqrt(H)));
    const mean = values[0].map((_, e) => looks.reduce((sum, weight, u) => sum + weight * values[u][e], 0));
    const scores = linear(linear(mean, weights["attend.W_o"], weights["attend.b_o"]), weights["out.W"], weights["out.b"]);
    return { looks, answer: scores.indexOf(Math.max(...scores)) };
  });
}
