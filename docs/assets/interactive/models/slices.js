// What a slice start:stop:step takes of an axis, and how it lies in memory.
export function taken(size, start, stop, step) {
  const found = [];
  for (let k = start; k < Math.min(stop, size); k += step) found.push(k);
  return found;
}

// A row-major image: its shape under two slices, and how many numbers further the next row and the next column are.
export function view(size, rows, columns, step) {
  return {
    rows: taken(size, ...rows, step),
    columns: taken(size, ...columns, step),
    strides: [size * step, step],
  };
}
