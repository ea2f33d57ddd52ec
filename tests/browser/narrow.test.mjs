// At 360 px nothing scrolls sideways but a wide equation in its box, which says that it does.
import assert from "node:assert/strict";
import { test } from "node:test";
import { WIDTHS, beyond, unfold } from "./formulas.mjs";
import { chapters, pages } from "./site.mjs";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 300_000 };
const NARROW = { viewport: { width: 360, height: 740 }, hasTouch: true };

// The boxes that scroll sideways, and the page itself if it does.
async function scrolling(page) {
  await page.evaluate(unfold);
  return page.evaluate(() => {
    const boxes = [...document.querySelectorAll("article *")].filter(
      (box) => !box.closest("svg, math, .equation__math") && /auto|scroll/.test(getComputedStyle(box).overflowX),
    );
    const wide = [document.documentElement, ...boxes].filter((box) => box.clientWidth && box.scrollWidth > box.clientWidth);
    return wide.map((box) => `${box.className}: ${box.textContent.trim().slice(0, 80)}`);
  });
}

test("no page scrolls sideways, nor anything in it", LIMIT, async (t) => {
  const page = await open(t, "", NARROW);
  const home = page.url();
  for (const address of pages()) {
    await page.goto(home + address);
    assert.deepEqual(await scrolling(page), [], `/${address}`);
  }
});

// The links in the first column of a table that go on in another line in the middle of a word.
const broken = (page) =>
  page.evaluate(() => {
    const range = document.createRange();
    return [...document.querySelectorAll("article td:first-child a")].flatMap((link) =>
      [...link.childNodes]
        .filter((node) => node.nodeType === Node.TEXT_NODE)
        .flatMap((node) =>
          [...node.data.matchAll(/[\p{L}]+/gu)]
            .filter(({ 0: word, index }) => {
              range.setStart(node, index);
              range.setEnd(node, index + word.length);
              return new Set([...range.getClientRects()].map(({ top }) => top)).size > 1;
            })
            .map(([word]) => word),
        ),
    );
  });

test("no name in the first column of a table is broken within a word", LIMIT, async (t) => {
  const page = await open(t, "", NARROW);
  const home = page.url();
  for (const address of pages()) {
    await page.goto(home + address);
    assert.deepEqual(await broken(page), [], `/${address}`);
  }
});

test("the first and the last sign of every equation can be reached, at eight widths", { timeout: 900_000 }, async (t) => {
  const page = await open(t, "", NARROW);
  const home = page.url();
  for (const address of [...chapters(), "notation/"]) {
    await page.goto(home + address);
    await page.evaluate(unfold);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      assert.deepEqual(await page.evaluate(beyond), [], `/${address} at ${width} px`);
    }
  }
});

// The pieces of formulas that are cut off although they would fit into a line of their own, and do not begin one.
// And the rules beside steps that have no room for a word.
const squeezed = (page) =>
  page.evaluate(() => {
    const rectOf = (element) => element.getBoundingClientRect();
    const beside = (one, other) => one.top < other.bottom && other.top < one.bottom;
    const pieces = [...document.querySelectorAll(".phrase > math")].filter((piece) => {
      const box = rectOf(piece.closest(".equation__math"));
      const rect = rectOf(piece);
      const before = [...piece.parentElement.children].slice(0, [...piece.parentElement.children].indexOf(piece));
      const start = rectOf(piece.parentElement).left + parseFloat(getComputedStyle(piece.parentElement).paddingLeft);
      const fits = start + rect.width < box.right;
      return rect.right > box.right + 1 && fits && before.some((other) => beside(rectOf(other), rect));
    });
    const notes = [...document.querySelectorAll(".chain__note")].filter((note) => note.clientWidth && note.clientWidth < 90 && rectOf(note).height > 80);
    return [...pieces, ...notes].map(({ textContent }) => textContent);
  });

test("a formula goes on below before it scrolls, and a rule has room for its words", LIMIT, async (t) => {
  const page = await open(t, "", NARROW);
  const home = page.url();
  let parted = 0;
  for (const address of chapters()) {
    await page.goto(home + address);
    await page.evaluate(unfold);
    for (const width of [360, 390]) {
      await page.setViewportSize({ width, height: 740 });
      assert.deepEqual(await squeezed(page), [], `/${address} at ${width} px`);
    }
    parted += await page.locator(".phrase").count();
  }
  assert.ok(parted > 0);
});

// Of the formulas those that are wider than the box in which they then scroll.
const wide = (page) =>
  page.locator(".equation__math").evaluateAll((boxes) =>
    boxes.filter((box) => box.clientWidth && box.scrollWidth > box.clientWidth + 1).map((box) => box.textContent.slice(0, 40)),
  );

test("hardly a formula scrolls on a phone, and none beside its code", { timeout: 900_000 }, async (t) => {
  const page = await open(t, "", NARROW);
  const home = page.url();
  const scrolling = [];
  for (const address of chapters()) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(home + address);
    await page.evaluate(unfold);
    assert.deepEqual(await wide(page), [], `/${address} at 1440 px`);
    await page.setViewportSize({ width: 360, height: 740 });
    scrolling.push(...(await wide(page)));
  }
  assert.ok(scrolling.length <= 2, scrolling.join("\n"));
});

test("a wide equation has a shade at the edge behind which there is more", LIMIT, async (t) => {
  const page = await open(t, "chapters/batch-normalization/", { ...NARROW, viewport: { width: 280, height: 740 } });
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
