// What a reader presses, in Firefox: an example is run, a symbol's card is shown, the menu leads on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "./firefox.mjs";

const LIMIT = { timeout: 120_000 };

test("an example is run, and prints what stands below it", LIMIT, async (t) => {
  const page = await open(t, "reference/linear/");
  await page.evaluate(() => document.querySelector(".highlight:has(.gp)").scrollIntoView({ block: "center" }));
  const example = await page.waitForSelector(".highlight:has(.example__start)");
  const printed = await example.$$eval(".go", (all) => all.map(({ textContent }) => textContent).join("\n"));
  await (await example.waitForSelector(".example__start")).click();
  await page.waitForFunction((one) => /done|failed/.test(one.dataset.example), { timeout: 100_000 }, example);
  const output = await example.$$eval(".example__output pre", (all) => all.map(({ textContent }) => textContent).join(""));
  assert.ok(printed.trim());
  assert.equal(output.trim(), printed.trim());
});

test("a symbol under the pointer has its card", LIMIT, async (t) => {
  const page = await open(t, "chapters/lstm/");
  const symbol = await page.waitForSelector(".equation:has(.equation__notes) .sym", { visible: true });
  await symbol.hover();
  const card = await page.waitForSelector(".card");
  const meaning = await symbol.evaluate((element) => [...document.getElementById(element.classList[1]).cells].at(-1).textContent);
  assert.ok((await card.evaluate(({ textContent }) => textContent)).includes(meaning));
});

test("the menu opens on a narrow window, and leads to a chapter", LIMIT, async (t) => {
  const page = await open(t, "chapters/lstm/", 390);
  await (await page.waitForSelector('.md-header label[for="__drawer"]', { visible: true })).click();
  const chapter = await page.waitForSelector('.md-sidebar--primary a.md-nav__link[href="../gru/"]', { visible: true });
  await page.waitForFunction(() => document.querySelector(".md-sidebar--primary").getBoundingClientRect().x >= 0);
  await chapter.scrollIntoView();
  await Promise.all([page.waitForNavigation(), chapter.click()]);
  assert.match(page.url(), /\/chapters\/gru\/$/);
});
