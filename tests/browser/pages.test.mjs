// Chapters as they are opened: jumps arrive, code stands where it should, and nothing needs JavaScript.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lighting } from "./site.mjs";
import { open, until } from "./tab.mjs";

const LIMIT = { timeout: 120_000 };

// Parts of a page that are far off have heights that are guessed, and a column follows its derivation: a jump must
// arrive all the same, below the header.
async function inView(locator) {
  let before;
  return until(async () => {
    const { top, seen } = await locator.evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return { top, seen: top >= document.querySelector(".md-header").offsetHeight && bottom <= innerHeight };
    });
    const rests = top === before;
    before = top;
    return rests && seen;
  });
}

for (const address of lighting()) {
  test(`/${address}: an equation leads to its code and back`, LIMIT, async (t) => {
    const page = await open(t, address);
    // The first, the last, and the last that is not folded away.
    const notes = await page.locator('.equation__notes a[href^="#code:"]').evaluateAll((links) => {
      const plain = links.filter((link) => !link.closest("details"));
      return [...new Set([plain[0], plain.at(-1), links.at(-1)])].map((link) => links.indexOf(link));
    });
    for (const place of notes) {
      const note = page.locator('.equation__notes a[href^="#code:"]').nth(place);
      await note.evaluate((link) => {
        for (let fold = link.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      });
      const equation = await note.evaluate((link) => link.closest(".equation").id);
      await note.click();
      const line = page.locator(".line:target");
      assert.ok(await inView(line), `the line of ${equation} is not in view`);
      await line.locator(`a.mark[href="#${equation}"]`).first().click();
      assert.equal(decodeURIComponent(new URL(page.url()).hash), `#${equation}`);
      assert.ok(await inView(page.locator(".equation:target > .equation__math")), `${equation} is not in view`);
    }
  });
}

// What follows is the same code for all chapters.
for (const address of lighting().slice(0, 3)) {
  test(`/${address}: code stands beside its derivation from 1000 px on, below it on a phone`, LIMIT, async (t) => {
    const page = await open(t, address);
    for (const [width, beside] of [[1440, true], [1000, true], [999, false], [390, false]]) {
      await page.setViewportSize({ width, height: 900 });
      const pair = page.locator(".pair").first();
      const text = await pair.locator(".pair__text").boundingBox();
      const code = await pair.locator(".pair__code").boundingBox();
      assert.equal(code.x >= text.x + text.width, beside, `at ${width} px`);
      assert.equal(code.y >= text.y + text.height, !beside, `at ${width} px`);
    }
  });

  test(`/${address}: reads without JavaScript`, LIMIT, async (t) => {
    const page = await open(t, address, { javaScriptEnabled: false });
    assert.ok(await page.locator(".equation math").first().isVisible());
    assert.ok(await page.locator(".source .line").filter({ visible: true }).first().isVisible());
  });

  test(`/${address}: the citation can be copied`, LIMIT, async (t) => {
    const page = await open(t, address, { permissions: ["clipboard-read", "clipboard-write"] });
    await page.locator(".bibtex").scrollIntoViewIfNeeded();
    await page.locator(".bibtex .copy").click();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^@incollection\{backprop-/);
  });
}
