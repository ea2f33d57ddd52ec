// On a phone a formula that is wider than its box says that there is more of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { unfold } from "./formulas.mjs";
import { open } from "./tab.mjs";

test("a wide equation has a shade at the edge behind which there is more", async (t) => {
  const page = await open(t, "chapters/batch-normalization/", { viewport: { width: 280, height: 740 }, hasTouch: true });
  await page.evaluate(unfold);
  const boxes = page.locator(".equation__math");
  const one = await boxes.evaluateAll((all) => all.findIndex((box) => box.scrollWidth > box.clientWidth + 40));
  assert.ok(one >= 0, "no formula is wide");
  const box = boxes.nth(one);
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
