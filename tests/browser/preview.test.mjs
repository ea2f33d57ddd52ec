// What a link leads to is shown on a card: by pointer and from the keyboard, and not by touch.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 120_000 };
const cardOf = (page) => page.locator(".card--link");

async function point(page, link) {
  await link.scrollIntoViewIfNeeded();
  await page.mouse.move(3, 300);
  await link.hover({ force: true });
}

// The card stands in the window, beside the part of the link that is pointed at.
async function standsBeside(page, link) {
  const boxes = await link.evaluate((element) => [...element.getClientRects()].map(({ x, y, width, height }) => ({ x, y, width, height })));
  const card = await cardOf(page).boundingBox();
  const { width, height } = page.viewportSize();
  assert.ok(card.x >= 0 && card.x + card.width <= width && card.y >= 0 && card.y + card.height <= height, JSON.stringify(card));
  const meets = (box) => box.x < card.x + card.width && card.x < box.x + box.width && box.y < card.y + card.height && card.y < box.y + box.height;
  assert.ok(!boxes.slice(0, 1).some(meets), "the card covers the link");
}

test("an equation of another chapter, of this one, and one that is in view", LIMIT, async (t) => {
  const page = await open(t, "chapters/initialization/");
  const away = page.locator('article a.eqref[href*="/#eq:"]:visible').first();
  await point(page, away);
  await cardOf(page).locator("math").first().waitFor();
  const number = await away.textContent();
  assert.ok((await cardOf(page).innerText()).startsWith(number), await cardOf(page).innerText());
  assert.equal(await cardOf(page).locator(".sym, [id]").count(), 0);
  assert.equal(await away.getAttribute("aria-describedby"), "card");
  await standsBeside(page, away);
  assert.deepEqual(await axe(page, ".card"), []);
  await page.keyboard.press("Escape");
  assert.equal(await cardOf(page).count(), 0);
  assert.equal(await away.getAttribute("aria-describedby"), null);

  const seen = page.locator(".equation .equation__number").first();
  await seen.scrollIntoViewIfNeeded();
  await page.evaluate(() => {
    const id = document.querySelector(".equation[id]").id;
    document.querySelector(".equation[id]").insertAdjacentHTML("afterend", `<p><a id="near" href="#${id}">it</a></p>`);
    document.querySelector("article h1").insertAdjacentHTML("afterend", `<p><a id="far" href="#${id}">it</a></p>`);
  });
  await page.locator("#near").hover();
  await page.waitForTimeout(600);
  assert.equal(await cardOf(page).count(), 0, "what is in view needs no card");
  await point(page, page.locator("#far"));
  await cardOf(page).locator("math").first().waitFor();
});

test("a citation shows the work, and the pointer may go there", LIMIT, async (t) => {
  const page = await open(t, "chapters/lstm/");
  const link = page.locator("a.citation").first();
  const title = await link.getAttribute("title");
  await point(page, link);
  await cardOf(page).waitFor();
  const work = await page.locator(`[id="${(await link.getAttribute("href")).slice(1)}"]`).textContent();
  assert.equal((await cardOf(page).textContent()).trim(), work.trim());
  assert.equal(await link.getAttribute("title"), null, "two cards would lie upon each other");
  await standsBeside(page, link);
  await cardOf(page).hover();
  await page.waitForTimeout(500);
  assert.ok(await cardOf(page).isVisible());
  await page.mouse.move(3, 300);
  await cardOf(page).waitFor({ state: "detached" });
  assert.equal(await link.getAttribute("title"), title);
});

test("a chapter and a section show how they begin; links on the card lead where they lead", LIMIT, async (t) => {
  const page = await open(t, "chapters/gru/");
  const link = page.locator('article p a[href^="../"][href*="#"]:not(.eqref):visible').first();
  await point(page, link);
  await cardOf(page).locator(".card__head").waitFor();
  const target = new URL(await link.getAttribute("href"), page.url()).href;
  const other = await page.context().newPage();
  await other.goto(target);
  const wanted = (await other.locator(":target").textContent()).replace(/#$/, "").trim();
  assert.equal(await cardOf(page).locator(".card__head strong").textContent(), wanted);
  const text = await cardOf(page).locator(".card__text").textContent();
  assert.ok(text.length > 40 && (await other.locator("article").textContent()).includes(text.slice(0, 20)), text);
  for (const href of await cardOf(page).locator("a").evaluateAll((all) => all.map((each) => each.getAttribute("href")))) {
    assert.match(href, /^https?:/);
  }
  await page.evaluate(() => document.querySelector("article h1").insertAdjacentHTML("afterend", '<p><a id="to" href="../lstm/">it</a></p>'));
  await point(page, page.locator("#to"));
  await cardOf(page).getByText(/^\d+ LSTM$/).waitFor();
  assert.match(await cardOf(page).locator(".card__head").textContent(), /about \d+ minutes/);
});

test("from the keyboard: shown at the focus, gone with it", LIMIT, async (t) => {
  const page = await open(t, "chapters/lstm/");
  const link = page.locator("a.citation").first();
  await link.scrollIntoViewIfNeeded();
  await link.focus();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  await cardOf(page).waitFor();
  await standsBeside(page, link);
  await page.keyboard.press("Tab");
  await page.waitForTimeout(100);
  assert.equal(await link.getAttribute("aria-describedby"), null);
});

test("a touch shows no card, and follows the link", LIMIT, async (t) => {
  const page = await open(t, "chapters/lstm/", { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });
  const link = page.locator("a.citation").first();
  await link.tap();
  await page.waitForTimeout(600);
  assert.equal(await cardOf(page).count(), 0);
  assert.ok(await page.locator(".references li:target").evaluate((work) => work.getBoundingClientRect().top < innerHeight));
});

test("a card comes at once where motion is not wanted", LIMIT, async (t) => {
  const page = await open(t, "chapters/lstm/", { reducedMotion: "reduce" });
  await point(page, page.locator("a.citation").first());
  await cardOf(page).waitFor();
  assert.equal(await cardOf(page).evaluate((card) => getComputedStyle(card).animationName), "none");
});

// Where the column beside the text is free, cards and the works that are cited stand in it.
test("beside a stretch without code the column carries works and cards, and nothing moves", LIMIT, async (t) => {
  const page = await open(t, "chapters/gru/", { viewport: { width: 1200, height: 900 }, reducedMotion: "reduce" });
  const paragraph = page.locator(".run > p:has(a.citation)").first();
  const link = paragraph.locator("a.citation").first();
  const symbol = page.locator(".run > :is(.equation:not(.equation--quotes), p) .sym").first();
  const boxOf = (locator) => locator.evaluate((element) => element.getBoundingClientRect().toJSON());
  await page.evaluate(() => {
    const add = (list) => list.getEntries().forEach(({ value }) => (window.moved += value));
    new PerformanceObserver(add).observe({ type: "layout-shift" });
  });
  for (const width of [1200, 1440, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    await link.scrollIntoViewIfNeeded();
    await page.waitForTimeout(500); // what comes near is laid out
    const works = page.locator(".works").filter({ hasText: await link.evaluate(({ title }) => title) }).first();
    const [text, beside] = [await boxOf(paragraph), await boxOf(works)];
    assert.ok(beside.left > text.right && beside.right <= width, `at ${width} px the works stand at ${beside.left}`);
    assert.ok(Math.abs(beside.top - text.top) < 60, `at ${width} px they stand at ${beside.top}, the text at ${text.top}`);
    for (const pointed of [link, symbol]) {
      await pointed.scrollIntoViewIfNeeded();
      await page.waitForTimeout(500);
      await page.evaluate(() => (window.moved = 0));
      await point(page, pointed);
      const card = page.locator(".card--docked");
      await card.waitFor();
      const [at, shown] = [await boxOf(pointed), await boxOf(card)];
      const { right } = await boxOf(pointed.locator("xpath=ancestor::p|ancestor::div[contains(@class, 'equation__math')]").first());
      assert.ok(shown.left > right && shown.right <= width + 1, `at ${width} px the card stands at ${shown.left}`);
      assert.ok(Math.abs(shown.top - at.top) < 40, `at ${width} px it stands at ${shown.top}, the pointer at ${at.top}`);
      assert.equal(await page.evaluate(() => window.moved), 0);
      await page.keyboard.press("Escape");
    }
  }
  await page.setViewportSize({ width: 1100, height: 900 });
  assert.equal(await page.locator(".works:visible").count(), 0);
  await point(page, link);
  await cardOf(page).waitFor();
  assert.equal(await page.locator(".card--docked").count(), 0);
});
