// What is not laid out yet is taken for about as high as it will be: the scrollbar does not lie, jumps do not stray.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chapters } from "./site.mjs";
import { open } from "./tab.mjs";

const OFF = 0.15; // of the page's height

for (const width of [360, 800, 1440]) {
  test(`at ${width} px every chapter is about as high before any scrolling as when all is laid out`, { timeout: 300_000 }, async (t) => {
    const page = await open(t, "", { viewport: { width, height: 800 } });
    const home = page.url();
    const height = () => page.evaluate(() => document.documentElement.scrollHeight);
    const faults = [];
    for (const address of chapters()) {
      await page.goto(home + address, { waitUntil: "domcontentloaded" });
      const assumed = await height();
      await page.addStyleTag({ content: ".run { content-visibility: visible !important }" });
      const share = assumed / (await height());
      if (Math.abs(share - 1) > OFF) faults.push(`/${address}: ${share.toFixed(2)} of its height`);
    }
    assert.deepEqual(faults, []);
  });
}
