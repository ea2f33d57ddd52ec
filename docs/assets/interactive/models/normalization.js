// Batch norm of one feature: its numbers, and the gradient that comes back through it.
import { normal } from "./random.js";

const EPS = 1e-5;

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// A batch of numbers of this mean and spread; `skew` bends the bell to one side.
export function batch(count, { center, spread, skew }, seed = 1) {
  const draw = normal(seed);
  const bend = (z) => (Math.abs(skew) < 1e-9 ? z : (Math.exp(skew * z) - 1) / skew);
  return Array.from({ length: count }, () => center + spread * bend(draw()));
}

export function normalize(x, gamma, beta) {
  const mu = mean(x);
  const variance = mean(x.map((value) => (value - mu) ** 2));
  const sigma = Math.sqrt(variance + EPS);
  const standard = x.map((value) => (value - mu) / sigma);
  return { mu, sigma, standard, y: standard.map((value) => gamma * value + beta) };
}

// The fused backward pass: what of dy is left in dx.
export function backward(dy, { standard, sigma }, gamma) {
  const first = mean(dy);
  const second = mean(dy.map((value, n) => value * standard[n]));
  return dy.map((value, n) => (gamma / sigma) * (value - first - standard[n] * second));
}

// How many values fall into each of so many bins between two ends; what lies outside, at the ends.
export function histogram(values, low, high, bins) {
  const counts = new Array(bins).fill(0);
  for (const value of values) {
    const bin = Math.floor(((value - low) / (high - low)) * bins);
    counts[Math.min(bins - 1, Math.max(0, bin))] += 1;
  }
  return counts;
}
