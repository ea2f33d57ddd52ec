// Flips one sign of a text: of the side behind an equals sign, of a sum, of a difference.
const SIGNS = /&= (-?)|(?<=[^{\s]) ([+-]) /g;

export function flipped(text, random) {
  const body = text.indexOf("$$"); // the table above has no signs
  const signs = [...text.matchAll(SIGNS)].filter(({ index }) => index > body);
  if (!signs.length) return text;
  const sign = signs[Math.floor(random * signs.length)];
  const after = sign[2] ? (sign[2] === "+" ? " - " : " + ") : sign[1] ? "&= " : "&= -";
  return text.slice(0, sign.index) + after + text.slice(sign.index + sign[0].length);
}
