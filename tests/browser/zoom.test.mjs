// At 200 %: everything twice as large in the same window, and letters alone twice as large, as a browser's setting has it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { unfold } from "./formulas.mjs";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 120_000 };
const PAGES = ["", "notation/", "chapters/lstm/"];

// What scrolls sideways but formulas, tables and examples; and the controls that are cut off.
function cut() {
  const width = document.documentElement.clientWidth;
  const may = ".equation__math, .highlight .code, .table-box, .bibtex *";
  const found = document.documentElement.scrollWidth > innerWidth ? ["the page scrolls sideways"] : [];
  for (const box of document.querySelectorAll("article *, .md-search *")) {
    if (box.closest("svg, math") || box.matches(may) || !/auto|scroll/.test(getComputedStyle(box).overflowX)) continue;
    if (box.clientWidth && box.scrollWidth > box.clientWidth + 1) found.push(`scrolls: ${box.className}`);
  }
  for (const control of document.querySelectorAll("button, select, input, textarea, summary, .md-header label, .md-header a, .md-footer a, .md-search a")) {
    const { left, right, width: own } = control.getBoundingClientRect();
    if (own < 2 || !control.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || control.closest(".md-sidebar")) continue;
    const name = `${control.tagName} ${control.textContent.trim().slice(0, 30) || control.className}`;
    if (left < -1 || right > width + 1) found.push(`beyond the window: ${name}`);
    if (control.matches("button, summary") && control.scrollWidth > control.clientWidth + 2) found.push(`cut: ${name}`);
  }
  return found;
}

const twice = async (page) => {
  const session = await page.context().newCDPSession(page);
  await session.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
};
const WAYS = [
  ["everything", { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 }, async () => {}],
  ["letters", {}, twice],
];

for (const [what, options, enlarge] of WAYS) {
  test(`${what} at 200 %: nothing scrolls sideways but what may, no control is cut`, LIMIT, async (t) => {
    const page = await open(t, "", options);
    const home = page.url();
    await enlarge(page);
    for (const address of PAGES) {
      await page.goto(home + address);
      if (what === "letters") assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), "40px");
      await page.evaluate(unfold);
      await page.waitForTimeout(500); // the scripts have come near to everything
      assert.deepEqual(await page.evaluate(cut), [], `/${address}`);
    }
    await page.keyboard.press("/");
    await page.locator(".md-search__input:focus").waitFor();
    await page.keyboard.type("softmax");
    await page.locator(".md-search-result__item").first().waitFor();
    await page.waitForTimeout(500); // it slides in
    assert.deepEqual((await page.evaluate(cut)).filter((fault) => !/md-search__overlay/.test(fault)), [], "the search");
  });
}
