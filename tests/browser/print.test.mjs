// A chapter on paper: everything is shown, nothing is cut, nothing waits to be pressed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 300_000 };
const PAPER = { viewport: { width: 680, height: 980 } }; // what is left of A4

const seen = (page, what) =>
  page.locator(what).evaluateAll((all) => all.filter((one) => one.checkVisibility({ visibilityProperty: true })).length);

for (const address of ["chapters/convolution/", "chapters/recurrent/"]) {
  test(`/${address} on paper`, LIMIT, async (t) => {
    const page = await open(t, address, PAPER);
    await page.evaluate(() => scrollTo(0, innerHeight)); // some parts have got their controls
    await page.locator(".example__button, .copy").first().waitFor({ state: "attached" });
    await page.emulateMedia({ media: "print" });
    for (const control of ["button", "input", "canvas", ".md-header", ".md-sidebar", ".md-footer", ".figure__narrow"]) {
      assert.equal(await seen(page, control), 0, control);
    }
    for (const part of ["details.success > :not(summary)", ".chain__step", ".figure svg:not(.interactive *, .figure__narrow)"]) {
      assert.equal(await seen(page, part), await page.locator(part).count(), part);
    }
    const cut = await page.locator(".equation__math, .source__code, .highlight .code, .bibtex code, .table-box").evaluateAll((boxes) =>
      boxes.filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.textContent.slice(0, 80)),
    );
    assert.deepEqual(cut, []);
  });
}

test("no page break goes through an equation", LIMIT, async (t) => {
  const page = await open(t, "chapters/lstm/", PAPER);
  await page.emulateMedia({ media: "print" });
  const splits = await page.locator(".equation, .figure, tr").evaluateAll((all) =>
    all.filter((one) => getComputedStyle(one).breakInside !== "avoid").length,
  );
  assert.equal(splits, 0);
});
