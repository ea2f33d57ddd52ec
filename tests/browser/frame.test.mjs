// What stands around a page: the way to the next page, the menu on a phone; and links in drawings.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 120_000 };
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true };

test("each chapter leads to the next and back, on a phone too", LIMIT, async (t) => {
  for (const options of [{}, PHONE]) {
    const page = await open(t, "chapters/convolution/", options);
    const next = page.locator(".md-footer__link--next");
    await next.scrollIntoViewIfNeeded();
    for (const link of [next, page.locator(".md-footer__link--prev")]) {
      const { x, width, height } = await link.boundingBox();
      assert.ok(x >= 0 && x + width <= page.viewportSize().width && height >= 44, "is too small to be pressed");
    }
    await (options.hasTouch ? next.tap() : next.click());
    await page.waitForURL(/chapters\/convolutional-networks\//);
    await page.locator(".md-footer__link--prev").scrollIntoViewIfNeeded();
    await page.locator(".md-footer__link--prev").click();
    await page.waitForURL(/chapters\/convolution\//);
  }
});

test("the menu opens on a phone, lists the pages and leads to one", LIMIT, async (t) => {
  const page = await open(t, "chapters/lstm/", PHONE);
  await page.locator('.md-header label[for="__drawer"]').tap();
  const menu = page.locator(".md-sidebar--primary");
  const chapter = menu.locator('a.md-nav__link[href="../gru/"]');
  await chapter.waitFor();
  await page.waitForTimeout(400); // it slides in
  const { x } = await menu.boundingBox();
  assert.ok(x >= 0, `stands at ${x}`);
  assert.deepEqual(await axe(page, ".md-sidebar--primary"), []);
  await chapter.tap();
  await page.waitForURL(/gru/);
});

test("the menu marks the section, the address follows, the header names chapter and section", LIMIT, async (t) => {
  const page = await open(t, "chapters/lstm/");
  await page.waitForTimeout(500); // the theme passes over what happens at first
  const active = page.locator(".md-sidebar--primary .md-nav__link--active[href^='#']");
  for (const id of ["forward", "backward"]) {
    await page.evaluate(async (id) => {
      for (let count = 0; count < 5; count++) {
        document.getElementById(id).scrollIntoView();
        await new Promise((ready) => setTimeout(ready, 100));
      }
    }, id);
    await page.waitForFunction((id) => location.hash === `#${id}`, id);
    assert.equal(await active.last().getAttribute("href"), `#${id}`);
  }
  assert.ok(await page.locator(".md-header__title--active").isVisible());
  assert.match(await page.locator(".md-header__topic").last().innerText(), /^(\d+) LSTM · \1\.3 Backward/);
  assert.match(await active.last().innerText(), /^\d+\.3 Backward/);
});

test("what was searched for is marked in the page that it leads to", LIMIT, async (t) => {
  const page = await open(t, "chapters/lstm/?h=forget");
  await page.locator("article mark[data-md-highlight]").first().waitFor();
  assert.match(await page.locator("article mark[data-md-highlight]").first().textContent(), /forget/i);
});

test("every arrow of the LSTM's cell leads to an equation", LIMIT, async (t) => {
  const page = await open(t, "chapters/lstm/");
  const drawing = page.locator('[data-figure="lstm-cell"] svg').first(); // the second is for phones
  await drawing.scrollIntoViewIfNeeded();
  const links = await drawing.locator("a").evaluateAll((all) =>
    all.map((link) => ({ found: !!document.getElementById(link.getAttribute("href").slice(1)), name: link.tabIndex === 0 && link.querySelector("title").textContent })),
  );
  assert.ok(links.length > 30, `${links.length} links`);
  assert.ok(links.every(({ found }) => found));
  const named = links.filter(({ name }) => name).map(({ name }) => name);
  assert.equal(named.length, 8);
  assert.ok(named.some((name) => /^Equation \d+\.\d+: f_tnj := σ\(a_tnj\^f\)$/.test(name)), named.join("\n"));

  const arrow = drawing.locator('a[href="#eq:lstm-f"]');
  await arrow.first().hover({ force: true });
  assert.equal(await arrow.first().evaluate((link) => getComputedStyle(link).cursor), "pointer");
  await arrow.first().click({ force: true });
  await page.locator('[id="eq:lstm-f"]:target').waitFor();

  await drawing.locator('a[href="#eq:lstm-o"]').last().focus();
  await page.keyboard.press("Enter");
  await page.locator('[id="eq:lstm-o"]:target').waitFor();
  assert.deepEqual(await axe(page, '[data-figure="lstm-cell"]'), []);
});
