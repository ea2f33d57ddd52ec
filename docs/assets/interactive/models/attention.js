// One query among keys in the plane: weights by a softmax of the scaled products, the mean of the values, and the
// slope of that mean along the query.
export const KEYS = [[1.6, 0.4], [0.5, 1.5], [-1.3, 1.0], [-1.0, -1.2], [0.9, -1.4]];
export const VALUES = [1, 5, 3, 0, 2];

const dot = ([a, b], [c, d]) => a * c + b * d;

export function weights(query, keys = KEYS) {
  const scores = keys.map((key) => dot(query, key) / Math.sqrt(2));
  const largest = Math.max(...scores);
  const parts = scores.map((score) => Math.exp(score - largest));
  const sum = parts.reduce((total, part) => total + part, 0);
  return parts.map((part) => part / sum);
}

export const answer = (query) => weights(query).reduce((total, weight, u) => total + weight * VALUES[u], 0);

export function slope(query) {
  const mean = answer(query);
  const gradient = [0, 0];
  weights(query).forEach((weight, u) => {
    for (const d of [0, 1]) gradient[d] += (weight * (VALUES[u] - mean) * KEYS[u][d]) / Math.sqrt(2);
  });
  return gradient;
}
