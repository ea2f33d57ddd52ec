// Probabilities of scores, how wrong they are, and which way each score is pushed.
export function softmax(scores) {
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most));
  const sum = powers.reduce((all, power) => all + power);
  return powers.map((power) => power / sum);
}

export const loss = (scores, right) => -Math.log(softmax(scores)[right]);

// The loss's gradient with its sign turned: up for the right class by what it lacks, down for others by what they have.
export const push = (scores, right) => softmax(scores).map((p, k) => (k === right ? 1 : 0) - p);
