// Each page laid out at eight widths, all its folds open: once for everything that is looked for in it, since laying a
// chapter out takes longer than looking.
import assert from "node:assert/strict";
import { test } from "node:test";
import { WIDTHS, beyond, unfold } from "./formulas.mjs";
import { chapters, pages } from "./site.mjs";
import { open } from "./tab.mjs";

const PHONE = 360;
const PHONES = [360, 390];
const DESK = 1440;
const IN_COLUMNS = 1000; // from here on nobody reads with a finger

// The boxes that scroll sideways, and the page itself if it does.
function sideways() {
  const boxes = [...document.querySelectorAll("article *")].filter(
    (box) => !box.closest("svg, math, .equation__math") && /auto|scroll/.test(getComputedStyle(box).overflowX),
  );
  const wide = [document.documentElement, ...boxes].filter((box) => box.clientWidth && box.scrollWidth > box.clientWidth);
  return wide.map((box) => `${box.className}: ${box.textContent.trim().slice(0, 80)}`);
}

// The links in the first column of a table that go on in another line in the middle of a word.
function words() {
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
}

// The pieces of formulas that are cut off although they would fit into a line of their own, and do not begin one.
// And the rules beside steps that have no room for a word.
function squeezed() {
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
}

// Of the formulas those that are wider than the box in which they then scroll.
function scrolling() {
  return [...document.querySelectorAll(".equation__math")]
    .filter((box) => box.clientWidth && box.scrollWidth > box.clientWidth + 1)
    .map((box) => box.textContent.slice(0, 40));
}

// The marks that do not stand in the first row of their line or not in view, and the arrows that take two rows.
function marks() {
  const faults = [];
  for (const mark of document.querySelectorAll(".source .line a.mark")) {
    const [line, own, source] = [mark.closest(".line"), mark, mark.closest(".source")].map((one) => one.getBoundingClientRect());
    if (!own.width) continue;
    const first = document.createRange();
    first.selectNodeContents(mark.closest(".line").querySelector(".line__code"));
    const row = [...first.getClientRects()].find(({ width }) => width);
    const text = mark.closest(".line").textContent.trim();
    if (own.bottom < row.top || own.top > row.bottom) faults.push(`below its line: ${text}`);
    if (own.right > line.right + 1) faults.push(`cut off: ${text}`);
    if (own.left < source.left || own.right > source.right) faults.push(`out of view: ${text}`);
  }
  for (const sign of document.querySelectorAll(".highlight .o")) {
    if (sign.textContent === "->" && sign.getClientRects().length > 1) faults.push(`in two rows: ${sign.parentElement.textContent.trim()}`);
  }
  return faults;
}

// The figures that are drawn wider than the text and are no wider than it, though there is room.
function narrow() {
  const measure = document.querySelector(".run > p").getBoundingClientRect().width;
  return [...document.querySelectorAll(".run > .figure--wide")]
    .filter((figure) => figure.getBoundingClientRect().width < 1.2 * measure)
    .map(({ id }) => id);
}

const always = () => true;
const CHECKS = [
  { title: "no page scrolls sideways, nor anything in it but a formula", look: sideways, at: (width) => width === PHONE, everywhere: true },
  { title: "no name in the first column of a table is broken within a word", look: words, at: (width) => width === PHONE, everywhere: true },
  { title: "the first and the last sign of every equation can be reached", look: beyond, at: always },
  { title: "a formula goes on below before it scrolls, and a rule has room for its words", look: squeezed, at: (width) => PHONES.includes(width) },
  { title: "a wide figure takes the room beside the text", look: narrow, at: (width) => width === DESK },
  { title: "no formula scrolls beside its code", look: scrolling, at: (width) => width === DESK },
  { title: "no line of code is broken before its mark, no arrow in the middle, and no mark is out of view", look: marks, at: always },
  { title: "hardly a formula scrolls on a phone", look: scrolling, at: (width) => width === PHONE, most: 2 },
];

test("every page at eight widths", { timeout: 1_200_000 }, async (t) => {
  const wide = new Set([...chapters(), "notation/"]);
  const found = new Map(CHECKS.map((check) => [check, []]));
  const looks = new Map(CHECKS.map((check) => [check, 0]));
  const [phone, desk] = [
    await open(t, "", { viewport: { width: PHONE, height: 900 }, hasTouch: true }),
    await open(t, "", { viewport: { width: DESK, height: 900 } }),
  ];
  const home = phone.url();
  const seen = { math: 0, phrases: 0, marks: 0, wide: 0 };
  for (const address of pages()) {
    for (const [page, widths] of [
      [phone, wide.has(address) ? WIDTHS.filter((width) => width < IN_COLUMNS) : [PHONE]],
      [desk, wide.has(address) ? WIDTHS.filter((width) => width >= IN_COLUMNS) : []],
    ]) {
      if (!widths.length) continue;
      await page.setViewportSize({ width: widths[0], height: 900 });
      await page.goto(home + address);
      await page.evaluate(unfold);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        for (const check of CHECKS.filter(({ at, everywhere }) => at(width) && (everywhere || wide.has(address)))) {
          const faults = await page.evaluate(check.look);
          looks.set(check, looks.get(check) + 1);
          found.get(check).push(...faults.map((fault) => `/${address} at ${width} px: ${fault}`));
        }
      }
    }
    seen.math += await phone.locator(".equation__math").count();
    seen.wide += await desk.locator(".run > .figure--wide").count();
    seen.phrases += await phone.locator(".phrase").count();
    seen.marks += await phone.locator(".source a.mark").evaluateAll((marks) => marks.filter((mark) => mark.getBoundingClientRect().width).length);
  }
  for (const [kind, count] of Object.entries(seen)) assert.ok(count > 0, `no ${kind} was met`);
  for (const [check, faults] of found) {
    await t.test(check.title, () => {
      assert.ok(looks.get(check) > 0, "at no width");
      assert.ok(faults.length <= (check.most ?? 0), faults.join("\n"));
    });
  }
});
