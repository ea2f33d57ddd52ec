// Light or dark: as the reader's system has it, from the first paint, until the reader chooses.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 120_000 };
const scheme = (page) => page.evaluate(() => document.body.dataset.mdColorScheme);

for (const [colorScheme, name] of [["dark", "slate"], ["light", "default"]]) {
  test(`a first visit is ${colorScheme} before anything is done`, LIMIT, async (t) => {
    const unmoved = (context) => context.route(/bundle/, (route) => route.fulfill({ body: "" })); // the theme's script
    const page = await open(t, "cite/", { colorScheme, prepare: unmoved });
    assert.equal(await scheme(page), name);
  });
}

test("what the reader chose stays", LIMIT, async (t) => {
  const page = await open(t, "cite/", { colorScheme: "dark" });
  await page.locator('label[title="Light"]').click();
  await page.waitForFunction(() => document.body.dataset.mdColorScheme === "default");
  await page.reload();
  assert.equal(await scheme(page), "default");
});
