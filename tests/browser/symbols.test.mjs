// A card for every symbol: by pointer, by touch and from the keyboard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { chapters } from "./site.mjs";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 300_000 };

const symbolOf = (page) => page.locator(".equation:has(.equation__notes):visible .sym").first();

async function meaning(symbol) {
  const row = await symbol.evaluate((element) => element.classList[1]);
  return symbol.page().locator(`[id="${row}"] td`).last().innerText();
}

for (const address of chapters()) {
  test(`/${address}: the pointer on a symbol shows its row and lights its like`, LIMIT, async (t) => {
    const page = await open(t, address);
    const symbol = symbolOf(page);
    await symbol.hover();
    assert.ok((await page.locator(".card").innerText()).includes(await meaning(symbol)));
    const background = (element) => getComputedStyle(element).backgroundColor;
    const row = await symbol.evaluate((element) => element.classList[1]);
    const others = page.locator(`.sym.${row}`);
    assert.ok((await others.count()) > 1);
    assert.equal(await others.last().evaluate(background), await symbol.evaluate(background));
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".card").count(), 0);
  });
}

// What follows is the same code for all chapters.
for (const address of chapters().slice(0, 2)) {
  test(`/${address}: axe finds nothing wrong in a card`, LIMIT, async (t) => {
    const page = await open(t, address);
    await symbolOf(page).hover();
    assert.deepEqual(await axe(page, ".card"), []);
  });

  test(`/${address}: a touch shows the card, inside the window`, LIMIT, async (t) => {
    const page = await open(t, address, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    const symbol = symbolOf(page);
    await symbol.tap();
    const box = await page.locator(".card").boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 360, JSON.stringify(box));
  });

  test(`/${address}: the keyboard goes through the symbols of an equation`, LIMIT, async (t) => {
    const page = await open(t, address);
    await symbolOf(page).scrollIntoViewIfNeeded();
    const button = page.getByRole("button", { name: "symbols" }).first();
    await button.focus();
    assert.ok(await button.isVisible());
    await page.keyboard.press("Enter");
    const first = await page.locator(".card").innerText();
    await page.keyboard.press("Enter");
    assert.notEqual(await page.locator(".card").innerText(), first);
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(".card").count(), 0);
  });
}

test("an index has a card too, which says along which axis it runs", LIMIT, async (t) => {
  const page = await open(t, "chapters/gru/");
  await page.locator('[id="eq:gru-n"] .sym:text-is("t")').first().hover();
  const card = await page.locator(".card").innerText();
  assert.match(card.replaceAll("\n", ""), /^𝑡=1,…,𝑇step/);
  assert.match(card, /input of step t, sample n/);
  assert.equal(await page.locator(".letters").isVisible(), false);
});
