// The chapters in Firefox (Debian's `firefox-esr`, or FIREFOX=...), which sets formulas with its own layout.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { WIDTHS, beyond, unfold } from "../browser/formulas.mjs";
import { chapters, serve } from "../browser/site.mjs";

const LIMIT = { timeout: 120_000 };
let site, browser;

before(async () => {
  const executablePath = process.env.FIREFOX ?? execFileSync("which", ["firefox-esr"], { encoding: "utf8" }).trim();
  site = await serve();
  browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
});

after(async () => {
  await browser?.close();
  site?.close();
});

for (const address of chapters()) {
  test(`/${address}: every sign can be reached and nothing scrolls sideways, at eight widths`, LIMIT, async (t) => {
    const page = await browser.newPage();
    t.after(() => page.close());
    const faults = [];
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(site.url + address);
    await page.evaluate(unfold);
    for (const width of WIDTHS) {
      await page.setViewport({ width, height: 900 });
      assert.deepEqual(await page.evaluate(beyond), [], `at ${width} px`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `at ${width} px the page is ${overflow} px too wide`);
    }
    assert.deepEqual(faults, []);
  });
}
