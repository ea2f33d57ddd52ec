// Two weights that should add up to 2, for a picture with pixels 1 and 1; weight decay pulls both to 0.
export const START = [3.5, -2.5];
const RATE = 0.1;

export const own = ([a, b]) => a + b;
export const other = ([a, b]) => 1.1 * a + 0.9 * b;

// Gradient descent on half the squared error, and half the decay times the squared weights.
export function walk(decay, steps) {
  const path = [START];
  for (let t = 0; t < steps; t++) {
    const [a, b] = path.at(-1);
    const error = a + b - 2;
    path.push([a - RATE * (error + decay * a), b - RATE * (error + decay * b)]);
  }
  return path;
}
