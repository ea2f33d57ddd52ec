// What a reader finds beside the text: the keys, and where reading stopped.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 120_000 };

test("the keys are listed on ?, and work", LIMIT, async (t) => {
  const page = await open(t, "chapters/lstm/");
  await page.keyboard.press("?");
  const list = page.getByRole("dialog", { name: "Keys" });
  await list.waitFor();
  assert.ok((await list.locator("kbd").count()) > 4);
  assert.deepEqual(await axe(page, ".keys"), []);
  await page.keyboard.press("Escape");
  assert.equal(await list.isVisible(), false);
  await page.getByRole("button", { name: "Keys: ?" }).click();
  await list.getByRole("button", { name: "Close" }).click();
  assert.equal(await list.isVisible(), false);
  await page.keyboard.press("n");
  await page.waitForURL(/chapters\/gru\//);
  await page.keyboard.press("p");
  await page.waitForURL(/chapters\/lstm\//);
});

test("a question mark that is typed is one", LIMIT, async (t) => {
  const page = await open(t, "chapters/lstm/");
  await page.keyboard.press("/");
  await page.locator(".md-search__input:focus").waitFor();
  await page.keyboard.type("why?");
  assert.equal(await page.locator(".md-search__input").inputValue(), "why?");
  assert.equal(await page.locator(".keys").count(), 0);
});

test("the first page tells where reading stopped, until it is told to forget", LIMIT, async (t) => {
  const page = await open(t, "");
  const home = page.url();
  assert.equal(await page.locator(".place").count(), 0);
  await page.goto(`${home}chapters/lstm/#backward`);
  await page.waitForTimeout(500);
  await page.goto(home);
  const told = page.locator(".place");
  assert.match(await told.textContent(), /You stopped reading at LSTM, \d+\.3 Backward, one gate at a time\./);
  assert.equal(await told.getByRole("link").getAttribute("href"), `${home}chapters/lstm/#backward`);
  assert.deepEqual(await axe(page, ".place"), []);
  await told.getByRole("button", { name: "forget" }).click();
  await page.reload();
  assert.equal(await page.locator(".place").count(), 0);
});

test("a link to an equation shows what leads to it, and no card over it", LIMIT, async (t) => {
  const page = await open(t, "chapters/lstm/");
  await page.mouse.move(700, 300);
  await page.evaluate(() => (location.hash = "eq:lstm-dc"));
  const equation = page.locator('[id="eq:lstm-dc"]');
  await page.waitForTimeout(1000);
  const before = await equation.evaluate((element) => {
    const sentence = element.previousElementSibling.getBoundingClientRect();
    return sentence.bottom - document.querySelector(".md-header").getBoundingClientRect().bottom;
  });
  assert.ok(before > 60, `${before} px of the sentence are seen`);
  assert.equal(await page.locator(".card").count(), 0);
});
