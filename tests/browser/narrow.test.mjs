// At 360 px nothing scrolls sideways but a wide equation in its box, which says that it does.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pages } from "./site.mjs";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 300_000 };
const NARROW = { viewport: { width: 360, height: 740 }, hasTouch: true };

// Everything laid out, and everything that folds unfolded.
async function unfold(page) {
  await page.addStyleTag({ content: ".run { content-visibility: visible !important }" });
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
}

for (const address of pages()) {
  test(`/${address} at 360 px`, LIMIT, async (t) => {
    const page = await open(t, address, NARROW);
    await unfold(page);
    const found = await page.evaluate(() => {
      const boxes = [...document.querySelectorAll("article *")].filter(
        (box) => !box.closest("svg, math, .equation__math") && /auto|scroll/.test(getComputedStyle(box).overflowX),
      );
      const wide = boxes.filter((box) => box.clientWidth && box.scrollWidth > box.clientWidth);
      return [document.documentElement.scrollWidth, ...wide.map((box) => `${box.className}: ${box.textContent.slice(0, 80)}`)];
    });
    assert.deepEqual(found, [360]);
  });
}

test("a wide equation has a shade at the edge behind which there is more", LIMIT, async (t) => {
  const page = await open(t, "chapters/batch-normalization/", NARROW);
  await unfold(page);
  const boxes = page.locator(".equation__math");
  const wide = await boxes.evaluateAll((all) => all.findIndex((box) => box.scrollWidth > box.clientWidth + 40));
  const box = boxes.nth(wide);
  await box.scrollIntoViewIfNeeded();
  // What the corners of the box look like: no formula comes there.
  const edges = async () => {
    const { x, y, width } = await box.boundingBox();
    const strip = (left) => page.screenshot({ clip: { x: left, y: y + 1, width: 2, height: 2 } });
    return [await strip(x), await strip(x + width - 2)].map((png) => png.toString("base64"));
  };
  const [left, right] = await edges();
  assert.notEqual(left, right);
  await box.evaluate((element) => element.scrollTo(element.scrollWidth, 0));
  assert.notEqual((await edges())[0], left);
  assert.notEqual((await edges())[1], right);
});
