// How fast a product of square matrices can be: by the core's peak, by what memory moves, and by the call that starts it.

// Bytes of a number, operations and bytes a second, and seconds for a call: as measured for a core, in round numbers; for an A100 as
// published, with the same call, since a core makes it.
export const MACHINES = {
  core: { name: "one core, float32", size: 4, peak: 240e9, bandwidth: 45e9, call: 0.8e-6 },
  double: { name: "one core, float64", size: 8, peak: 100e9, bandwidth: 45e9, call: 0.8e-6 },
  card: { name: "a graphics card, half precision", size: 2, peak: 312e12, bandwidth: 1555e9, call: 0.8e-6 },
};

// Operations of a product of matrices with `side` rows and columns, in blocks of `block`, and the bytes that they move:
// two blocks come for each product of two, and each block of the result is written once.
export function work(side, block, size) {
  const width = Math.min(block, side);
  return { operations: 2 * side ** 3, bytes: size * ((2 * side ** 3) / width + side ** 2) };
}

// What a computation waits for, and the rate that it reaches at most.
export function bound({ operations, bytes }, { peak, bandwidth, call }) {
  const seconds = { calls: call, bytes: bytes / bandwidth, operations: operations / peak };
  const waits = Object.keys(seconds).reduce((longest, name) => (seconds[name] > seconds[longest] ? name : longest));
  return { seconds, waits, rate: operations / (call + Math.max(seconds.bytes, seconds.operations)) };
}
