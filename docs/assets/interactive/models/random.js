// Random numbers with a seed, so that a figure begins alike for every reader.

// Uniform numbers in [0, 1): Marsaglia's xorshift with 32 bits.
export function uniform(seed) {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

// Standard normal numbers, by Box and Muller's transform.
export function normal(seed) {
  const draw = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}
