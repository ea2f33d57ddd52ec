// One image, one kernel, stride 1, no padding: what a window sees, and what it gives.

export const KERNELS = {
  vertical: { name: "Upright edges", weights: [[1, 0, -1], [2, 0, -2], [1, 0, -1]] },
  horizontal: { name: "Level edges", weights: [[1, 2, 1], [0, 0, 0], [-1, -2, -1]] },
  blur: { name: "Blur", weights: [[1, 1, 1], [1, 1, 1], [1, 1, 1]] },
  point: { name: "Points", weights: [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]] },
};

export const outputSize = (size, kernel) => size - kernel + 1;

// The products under the window whose first pixel is (u, v).
export function products(image, weights, u, v) {
  return weights.map((row, p) => row.map((weight, q) => weight * image[u + p][v + q]));
}

export function output(image, weights, u, v) {
  return products(image, weights, u, v).flat().reduce((sum, value) => sum + value, 0);
}

export function convolve(image, weights) {
  const U = outputSize(image.length, weights.length);
  const V = outputSize(image[0].length, weights[0].length);
  return Array.from({ length: U }, (_, u) => Array.from({ length: V }, (_, v) => output(image, weights, u, v)));
}

// A seven, drawn with a thick pen: what the reader finds before drawing.
export function seven(size) {
  return Array.from({ length: size }, (_, h) =>
    Array.from({ length: size }, (_, w) => {
      const bar = h >= 2 && h <= 3 && w >= 2 && w <= size - 3;
      const down = h > 3 && h < size - 1 && Math.abs(w - (size - 3 - 0.55 * (h - 3))) <= 0.9;
      return bar || down ? 1 : 0;
    }),
  );
}
