// Trials of two settings, each from 0 to 1: on a grid that lies as it happens, and at random.
import { uniform } from "./random.js";

// The points of both searches; `draw` says how the grid lies and where the others fall.
export function trials(side, draw) {
  const [across, down] = [draw(), draw()];
  const cells = Array.from({ length: side ** 2 }, (_, k) => [((k % side) + across) / side, (Math.floor(k / side) + down) / side]);
  return { grid: cells, random: cells.map(() => [draw(), draw()]) };
}

// Whether a trial is good: in the window of the first setting and, if both count, in that of the second.
export const good = ([first, second], { place, width, both }) => first >= place && first < place + width && (!both || (second >= place && second < place + width));

// How probable it is that one of side² trials is good. A grid's values stand 1 / side apart.
export function chances(side, { width, both }) {
  const along = Math.min(1, side * width);
  const share = both ? width ** 2 : width;
  return { grid: both ? along ** 2 : along, random: 1 - (1 - share) ** (side ** 2) };
}

// In how many of `count` searches, each of both kinds, some trial was good.
export function successes(side, window, count, seed) {
  const draw = uniform(seed);
  const found = { grid: 0, random: 0 };
  for (let k = 0; k < count; k++) {
    for (const [kind, points] of Object.entries(trials(side, draw))) found[kind] += points.some((point) => good(point, window));
  }
  return found;
}
