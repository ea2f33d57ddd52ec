// Every page of the built site as it is first opened, and as axe sees it: wide and narrow, light and dark.
import assert from "node:assert/strict";
import { test } from "node:test";
import { COLOURS, LOOKS, axe } from "./axe.mjs";
import { pages } from "./site.mjs";
import { open, overflow } from "./tab.mjs";

const LIMIT = { timeout: 120_000 };
const MOST = 300_000; // bytes that a first visit fetches, gzipped as a host sends them, fonts apart
// The themes differ in their colours alone, and colours do not depend on the width.
const VIEWS = [
  { widths: [1024, 1440], colorScheme: "light" },
  { widths: [390, 360], colorScheme: "dark", rules: LOOKS },
];

// Chapters come from one template, and so do the pages of the reference: every other one is opened in each view, and
// then changes its colours.
const seenInBoth = (address) => !/^(chapters|reference)\//.test(address);

function viewsOf(address, place) {
  if (seenInBoth(address)) return VIEWS;
  const { widths, colorScheme } = VIEWS[place % 2];
  return [{ widths, colorScheme }];
}

for (const [place, address] of pages().entries()) {
  for (const { widths, colorScheme, rules } of viewsOf(address, place)) {
    test(`/${address} at ${widths.join(" and ")}, ${colorScheme}`, LIMIT, async (t) => {
      const fetched = [];
      let counts = true;
      const prepare = (context) =>
        context.on("requestfinished", (request) => {
          if (counts && request.resourceType() !== "font") fetched.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
        });
      const page = await open(t, address, { colorScheme, prepare });
      await page.waitForLoadState("networkidle");
      counts = false;
      const bytes = (await Promise.all(fetched)).reduce((sum, size) => sum + size, 0);
      assert.ok(bytes > 10_000 && bytes <= MOST, `a first visit fetches ${bytes} bytes`);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        assert.ok((await overflow(page)) <= 0, `at ${width} px it scrolls sideways by ${await overflow(page)} px`);
      }
      assert.deepEqual(await axe(page, undefined, rules), []);
      if (rules !== undefined || seenInBoth(address)) return;
      await page.locator(".md-header [data-md-component=palette] label:visible").click();
      const other = colorScheme === "light" ? "slate" : "default";
      await page.waitForSelector(`body[data-md-color-scheme=${other}]`);
      assert.deepEqual(await axe(page, undefined, COLOURS), []);
    });
  }
}
