// All pages with formulas in Firefox, which sets them with its own layout.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { WIDTHS, beyond, unfold } from "../browser/formulas.mjs";
import { SITE, pages } from "../browser/site.mjs";
import { open } from "./firefox.mjs";

const LIMIT = { timeout: 120_000 };
const widths = process.env.WIDTHS ? process.env.WIDTHS.split(" ").map(Number) : WIDTHS;
const withFormulas = pages().filter((address) =>
  readFileSync(join(SITE, address, address.endsWith(".html") ? "" : "index.html"), "utf8").includes("equation__math"),
);

test("home, notation and the checker's manual are among them", () => {
  for (const address of ["", "notation/", "how-equations-run/", "chapters/lstm/"]) assert.ok(withFormulas.includes(address), address);
});

for (const address of withFormulas) {
  test(`/${address}: every sign can be reached and nothing scrolls sideways, at ${widths.join(", ")} px`, LIMIT, async (t) => {
    const page = await open(t, address, widths[0]);
    await page.evaluate(unfold);
    for (const width of widths) {
      await page.setViewport({ width, height: 900 });
      assert.deepEqual(await page.evaluate(beyond), [], `at ${width} px`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `at ${width} px the page is ${overflow} px too wide`);
    }
  });
}
