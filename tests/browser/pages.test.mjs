// Opens every page of the built site, wide and narrow, light and dark.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { chromium as playwright } from "playwright-core";
import { FLAGS, chromium, pages, serve } from "./site.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LIMIT = { timeout: 300_000 };
const VIEWS = [1440, 390].flatMap((width) => ["light", "dark"].map((colorScheme) => ({ width, colorScheme })));

let site, browser;

before(async () => {
  site = await serve();
  browser = await playwright.launch({ executablePath: chromium(), args: FLAGS });
});

after(async () => {
  await browser?.close();
  site?.close();
});

async function open(t, address, { width, colorScheme, ...options }) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    const leaves = !request.url().startsWith(site.url) && !request.url().startsWith("data:");
    if (leaves) faults.push(`request outside the site: ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
  });
  await page.goto(site.url + address, { waitUntil: "networkidle" });
  await page.evaluate(() => document.fonts.ready);
  return { page, faults };
}

// Parts of a page that are far off have heights that are guessed: a jump must arrive all the same.
async function inView(locator) {
  await locator.page().waitForTimeout(300);
  return locator.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  });
}

// What axe objects to. The dark theme differs from the light one in its colours alone.
async function violations(page, colorScheme) {
  // axe looks at all of the page: every part of it is come near to, then laid out for good.
  await page.evaluate(async () => {
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
      scrollTo(0, y);
      await new Promise((ready) => requestAnimationFrame(() => setTimeout(ready, 5)));
    }
  });
  await page.addStyleTag({ content: ".run { content-visibility: visible !important }" });
  await page.waitForTimeout(300);
  await page.evaluate(axe);
  const options = { resultTypes: ["violations"], ...(colorScheme === "dark" && { runOnly: ["color-contrast"] }) };
  const { violations } = await page.evaluate((options) => window.axe.run(document, options), options);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 3).map(({ html, any }) => `${id}: ${help}: ${html.slice(0, 160)} ${any[0]?.message ?? ""}`),
  );
}

for (const address of pages()) {
  // The pages of the reference come from one template: two of the four views tell enough.
  for (const view of address.startsWith("reference/") ? [VIEWS[0], VIEWS[3]] : VIEWS) {
    test(`/${address} at ${view.width}, ${view.colorScheme}`, LIMIT, async (t) => {
      const { page, faults } = await open(t, address, view);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `scrolls sideways by ${overflow} px`);
      assert.deepEqual(await violations(page, view.colorScheme), []);
      assert.deepEqual(faults, []);
    });
  }
}

const chapters = pages().filter((address) => address.startsWith("chapters/"));

for (const address of chapters) {
  test(`/${address}: an equation leads to its code and back`, LIMIT, async (t) => {
    const { page } = await open(t, address, VIEWS[0]);
    const note = page.locator('.equation__notes a[href^="#code:"]').last();
    const equation = await note.evaluate((link) => link.closest(".equation").id);
    await note.click();
    const line = page.locator(".line:target");
    assert.ok(await inView(line));
    await line.locator("a.mark").first().click();
    assert.equal(decodeURIComponent(new URL(page.url()).hash), `#${equation}`);
    assert.ok(await inView(page.locator(".equation:target")));
  });

  test(`/${address}: code stands beside its derivation from 1000 px on, below it on a phone`, LIMIT, async (t) => {
    for (const [width, beside] of [[1440, true], [1000, true], [999, false], [390, false]]) {
      const { page } = await open(t, address, { width, colorScheme: "light" });
      const pair = page.locator(".pair").first();
      const text = await pair.locator(".pair__text").boundingBox();
      const code = await pair.locator(".pair__code").boundingBox();
      assert.equal(code.x >= text.x + text.width, beside, `at ${width} px`);
      assert.equal(code.y >= text.y + text.height, !beside, `at ${width} px`);
      }
  });

  test(`/${address}: reads without JavaScript`, LIMIT, async (t) => {
    const { page, faults } = await open(t, address, { ...VIEWS[0], javaScriptEnabled: false });
    assert.ok(await page.locator(".equation math").first().isVisible());
    assert.ok(await page.locator(".source .line").first().isVisible());
    assert.deepEqual(faults, []);
  });

  test(`/${address}: the citation can be copied`, LIMIT, async (t) => {
    const { page } = await open(t, address, { ...VIEWS[0], permissions: ["clipboard-read", "clipboard-write"] });
    await page.locator(".bibtex").scrollIntoViewIfNeeded();
    await page.locator(".bibtex .copy").click();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^@incollection\{backprop-/);
  });
}

test("search finds a chapter by a word of its TeX and shows no error", LIMIT, async (t) => {
  const { page, faults } = await open(t, "", VIEWS[0]);
  await page.locator(".md-search__input").click(); // wakes the theme's script
  // The theme searches at each key, from when its index has been read.
  await page.locator(".md-search-result__meta", { hasText: "Type to start searching" }).waitFor();
  await page.locator(".md-search__input").pressSequentially("gradient", { delay: 20 });
  await page.locator(".md-search-result__item").first().waitFor();
  assert.deepEqual(faults, []);
});
