// The works that a text cites stand in short beside it, as far as the column there is free.
import { columnOf, takenIn } from "./column.js";
import { element } from "./make.js";
import { whenNear } from "./near.js";

const BLOCKS = ":scope > :is(p, blockquote, dl), :scope > :is(ul, ol) > li";
const GAP = 6;

function noteOf(block) {
  const works = new Map([...block.querySelectorAll("a.citation")].map(({ textContent, title }) => [textContent, title]));
  if (!works.size) return null;
  const lines = [...works].map(([number, work]) => element("span", "works__work", `${number}\u2002${work}`));
  const note = element("div", "works", ...lines);
  note.setAttribute("aria-hidden", "true"); // the link says the same
  return note;
}

// Each note at the height of its text, or below the last; none where something else stands.
function arrange(run, notes) {
  const column = columnOf(run);
  if (!column) return;
  const { top: start, height } = run.getBoundingClientRect();
  const taken = takenIn(run, column);
  let free = 0;
  for (const [block, note] of notes) {
    const at = Math.max(free, block.getBoundingClientRect().top - start);
    const top = Math.max(free, Math.min(at, height - note.offsetHeight));
    const bottom = top + note.offsetHeight;
    const hidden = bottom > height + 1 || taken.some((box) => box.top - start < bottom && box.bottom - start > top);
    note.style.top = `${top}px`;
    note.style.visibility = hidden ? "hidden" : "";
    if (!hidden) free = bottom + GAP;
  }
}

whenNear((run) => {
  const notes = [...run.querySelectorAll(BLOCKS)].map((block) => [block, noteOf(block)]).filter(([, note]) => note);
  if (!notes.length) return;
  run.append(...notes.map(([, note]) => note));
  new ResizeObserver(() => arrange(run, notes)).observe(run);
});
