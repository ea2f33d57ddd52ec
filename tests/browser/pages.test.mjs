// Opens every page of the built site, wide and narrow, light and dark.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { chromium as playwright } from "playwright-core";
import { FLAGS, chromium, pages, serve } from "./site.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LIMIT = { timeout: 120_000 };
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

async function violations(page) {
  await page.evaluate(axe);
  // KaTeX's boxes are hidden from assistive technology, which reads the MathML beside them.
  const { violations } = await page.evaluate(() => window.axe.run({ exclude: [".katex-html"] }, { resultTypes: ["violations"] }));
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 3).map(({ html, any }) => `${id}: ${help}: ${html.slice(0, 160)} ${any[0]?.message ?? ""}`),
  );
}

for (const address of pages()) {
  for (const view of VIEWS) {
    test(`/${address} at ${view.width}, ${view.colorScheme}`, async () => {
      const { page, faults } = await open(t, address, view);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `scrolls sideways by ${overflow} px`);
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(faults, []);
      });
  }
}

const chapters = pages().filter((address) => address.startsWith("chapters/"));

for (const address of chapters) {
  test(`/${address}: an equation leads to its code and back`, LIMIT, async (t) => {
    const { page } = await open(t, address, VIEWS[0]);
    const note = page.locator('.equation__notes a[href^="#code:"]').first();
    const equation = await note.evaluate((link) => link.closest(".equation").id);
    await note.click();
    const line = page.locator(".line:target");
    assert.ok(await line.isVisible());
    await line.locator("a.mark").first().click();
    assert.equal(decodeURIComponent(new URL(page.url()).hash), `#${equation}`);
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
    assert.ok(await page.locator(".equation .katex").first().isVisible());
    assert.ok(await page.locator(".source .line").first().isVisible());
    assert.deepEqual(faults, []);
  });

  test(`/${address}: the citation can be copied`, LIMIT, async (t) => {
    const { page } = await open(t, address, { ...VIEWS[0], permissions: ["clipboard-read", "clipboard-write"] });
    await page.locator(".bibtex .copy").click();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^@incollection\{backprop-/);
  });
}

test("search finds a chapter by a word of its TeX and shows no error", LIMIT, async (t) => {
  const { page, faults } = await open(t, "", VIEWS[0]);
  await page.locator(".md-search__input").fill("gradient");
  await page.locator(".md-search-result__item").first().waitFor();
  assert.deepEqual(faults, []);
});
