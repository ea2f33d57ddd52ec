// The column beside the text: where a window is wide, and nothing else stands in it, it has room for what explains.
const wide = matchMedia("(min-width: 75em)");
const LEAST = 12; // rem
const TAKEN = ".pair__code, .figure--wide, .table-box, .highlight, .doc, .equation__lines, .quoted";

const lengthOf = (name) => parseFloat(getComputedStyle(document.body).getPropertyValue(name));

// Where the column of a part of the page begins and ends, in pixels of the window; nothing where there is none.
export function columnOf(run) {
  if (!wide.matches) return null;
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const { left: start, right } = run.getBoundingClientRect();
  const left = start + (lengthOf("--book-measure") + lengthOf("--book-gap")) * rem;
  return right - left < LEAST * rem ? null : { left, right };
}

// What reaches into the column from a part of the page.
export function takenIn(run, { left }) {
  const boxes = [...run.querySelectorAll(TAKEN)].map((each) => each.getBoundingClientRect());
  return boxes.filter((box) => box.width && box.right > left);
}
