// What is looked for in a page at every width, in whichever browser: run in the page.

// Everything laid out, and everything that folds unfolded.
export function unfold() {
  const style = document.createElement("style");
  style.textContent = ".run { content-visibility: visible !important }";
  document.head.append(style);
  for (const details of document.querySelectorAll("details")) details.open = true;
}

// The formulas that begin left of where their box can be scrolled to, or end right of it.
export function beyond() {
  return [...document.querySelectorAll(".equation__math")]
    .filter((box) => box.clientWidth)
    .flatMap((box) => {
      const start = box.getBoundingClientRect().left + box.clientLeft - box.scrollLeft;
      return [...box.querySelectorAll("math")]
        .map((formula) => ({ formula, rect: formula.getBoundingClientRect() }))
        .filter(({ rect }) => rect.width && (rect.left < start - 1 || rect.right > start + box.scrollWidth + 1))
        .map(({ formula, rect }) => `${Math.round(rect.left - start)} to ${Math.round(rect.right - start)} of ${box.scrollWidth}: ${formula.textContent.slice(0, 40)}`);
    });
}

export const WIDTHS = [360, 390, 600, 768, 1024, 1200, 1440, 1920];
