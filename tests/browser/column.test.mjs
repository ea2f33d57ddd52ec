// The code beside a derivation keeps up with it, and shows the marks of its lines at every width.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 300_000 };
// In columns that are higher than the window, and far down in them.
const FAR = [
  ["chapters/fast/", "eq:conv-fast-dX"],
  ["chapters/recurrent/", "eq:tbptt-windows"],
];

async function centre(page, id) {
  // Twice: parts of the page that were not laid out yet have other heights than were guessed.
  for (let count = 0; count < 2; count++) {
    await page.evaluate((id) => document.getElementById(id).scrollIntoView({ block: "center" }), id);
    await page.waitForTimeout(300);
  }
}

// Waits until a line that carries the equation is seen in the column beside it.
const seen = (page, id) =>
  page.waitForFunction(
    (id) => {
      const column = document.getElementById(id).closest(".pair").querySelector(".pair__code");
      const box = column.getBoundingClientRect();
      return [...column.querySelectorAll(`a.mark[href="#${id}"]`)].some((mark) => {
        const { top, bottom } = mark.getBoundingClientRect();
        return top >= Math.max(box.top, 0) && bottom <= Math.min(box.bottom, innerHeight);
      });
    },
    id,
    { timeout: 10_000 },
  );

for (const width of [1440, 1200, 1000]) {
  for (const [address, id] of FAR) {
    test(`at ${width} px the column beside ${id} shows its line`, LIMIT, async (t) => {
      const page = await open(t, address, { viewport: { width, height: 800 } });
      await centre(page, id);
      await seen(page, id);
    });
  }
}

test("the column stays while its derivation scrolls", LIMIT, async (t) => {
  const page = await open(t, "chapters/batch-normalization/", { viewport: { width: 1200, height: 800 } });
  for (const id of ["eq:bn-dsigma", "eq:bn-dmean", "eq:bn-dx"]) {
    await centre(page, id);
    const top = await page.evaluate((id) => document.getElementById(id).closest(".pair").lastChild.getBoundingClientRect().top, id);
    assert.ok(top >= 48 && top < 100, `beside ${id} the column begins at ${top} px`);
  }
});

test("at 1100 px the pointer lights lines that are in view", LIMIT, async (t) => {
  const page = await open(t, "chapters/recurrent/", { viewport: { width: 1100, height: 800 } });
  await centre(page, "eq:tbptt-windows");
  await page.locator('[id="eq:tbptt-windows"] .equation__math').hover({ position: { x: 3, y: 3 } });
  await page.locator('.pair__code .line.lit:has(a[href="#eq:tbptt-windows"])').waitFor();
  await seen(page, "eq:tbptt-windows");
});

for (const width of [1440, 1200, 1000, 360]) {
  test(`at ${width} px no mark of a line is out of view`, LIMIT, async (t) => {
    const page = await open(t, "chapters/convolution/", { viewport: { width, height: 800 } });
    await page.addStyleTag({ content: ".run { content-visibility: visible !important }" });
    const [marks, hidden] = await page.locator(".source a.mark").evaluateAll((marks) => [
      marks.length,
      marks.filter((mark) => {
        const [inside, outside] = [mark, mark.closest(".source")].map((one) => one.getBoundingClientRect());
        return inside.left < outside.left || inside.right > outside.right;
      }).length,
    ]);
    assert.ok(marks > 20, `${marks} marks`);
    assert.equal(hidden, 0);
  });
}
