// The search of the built site: what it finds, how its results read, and that it can be used by keyboard.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { SITE } from "./site.mjs";
import { open, overflow } from "./tab.mjs";

const LIMIT = { timeout: 120_000 };
const index = JSON.parse(readFileSync(join(SITE, "search", "sections.json"), "utf8"));

// Opens the search as a reader would: by the key / or, where there is no keyboard, by its button.
async function opened(page, { touch = false } = {}) {
  if (touch) await page.locator('.md-header__button[for="__search"]').tap();
  else await page.keyboard.press("/");
  await page.locator(".md-search-result__meta", { hasText: "Type to start searching" }).waitFor();
}

async function ask(page, words) {
  const input = page.locator(".md-search__input");
  await input.fill("");
  await input.pressSequentially(words);
  await input.press("Shift"); // the theme searches when a key comes up, which a sign that has none does not
  await page.locator(".md-search-result__item mark").first().waitFor();
  await page.waitForFunction(
    (words) =>
      [...document.querySelectorAll(".md-search-result__item:first-child mark")].some(({ textContent }) =>
        words.split(" ").some((word) => textContent.toLowerCase().startsWith(word.toLowerCase())),
      ),
    words,
  );
  return page.locator(".md-search-result__item").first().locator("article").evaluateAll((articles) =>
    articles.map((article) => ({
      address: new URL(article.parentElement.href).pathname.slice(1) + new URL(article.parentElement.href).hash,
      title: article.querySelector("h1, h2").textContent,
      text: [...article.querySelectorAll(":scope > p")].map((p) => p.textContent).join("\n"),
      score: Number(article.dataset.mdScore),
    })),
  );
}

const best = (results) => results.reduce((one, other) => (other.score > one.score ? other : one));

test("no result shows a formula as TeX", () => {
  // What is said of TeX itself stands in code, and in code alone.
  const told = ({ title, text }) => title + text.replace(/<code>.*?<\/code>/gs, "");
  assert.ok(index.length > 100);
  assert.deepEqual(index.filter((entry) => /[\\$]|<math/.test(told(entry))).map(({ location }) => location), []);
});

test("words, symbols, names in code and numbers of equations are found", LIMIT, async (t) => {
  const page = await open(t, "");
  await opened(page);
  for (const [words, address, text] of [
    ["gamma", "chapters/", /γ_\w+.*gamma.*scale/],
    ["γ", "chapters/", /γ(_(d|tnj)|\/σ)/],
    ["x_hat", "chapters/", /x̂_\w+, x_hat, /],
    ["conv2d_backward", "reference/convolution/#backprop.convolution.conv2d_backward", /dy: Array, cache: Conv2dCache/],
    ["dL/dx", "chapters/", /\(\d+\.\d+\) dL\/dx(_\w+)?: ∂L\/∂x/],
    ["∂L/∂W", "chapters/", /∂L\/∂W/],
    ["im2col", "chapters/fast/#im2col", /im2col/],
    ["forget bias", "chapters/lstm/", /bias/],
  ]) {
    const result = best(await ask(page, words));
    assert.ok(result.address.startsWith(address), `${words}: ${result.address}`);
    assert.match(result.text, text, words);
  }
  await ask(page, "learning rate");
  const all = await page.locator(".md-search-result").textContent();
  assert.match(all, /η, eta, lr, scalar, positive, learning rate/);
});

test("an equation is found by its number, and the link leads to its section", LIMIT, async (t) => {
  const page = await open(t, "");
  await opened(page);
  const named = /\((\d+\.\d+)\) (dL\/dx: ∂L\/∂x_nchw = Σ_)/;
  const found = index.find(({ text }) => named.test(text));
  const [, number, text] = found.text.match(named);
  const result = best(await ask(page, number));
  assert.equal(result.address, found.location);
  assert.ok(result.text.startsWith(`(${number}) ${text}`), result.text);
});

test("results are reached and opened from the keyboard", LIMIT, async (t) => {
  const page = await open(t, "notation/");
  await opened(page);
  const result = best(await ask(page, "conv2d_backward"));
  await page.keyboard.press("ArrowDown");
  assert.ok(await page.evaluate(() => document.activeElement.closest(".md-search-result__item")));
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.waitForURL(/reference\/convolution/);
  assert.equal(new URL(page.url()).hash, new URL(result.address, "http://x/").hash);
});

test("a result shows no more than two paragraphs", LIMIT, async (t) => {
  const page = await open(t, "");
  await opened(page);
  await ask(page, "gradient");
  for (const more of await page.locator(".md-search-result__more summary").all()) await more.click();
  const shown = await page.locator(".md-search-result__article").evaluateAll((articles) =>
    articles.map((article) => [...article.querySelectorAll("p")].filter((p) => p.checkVisibility()).length),
  );
  assert.ok(shown.length > 10);
  assert.ok(Math.max(...shown) <= 2, String(shown));
});

test("the index is fetched when the search is opened, and not before", LIMIT, async (t) => {
  const page = await open(t, "");
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.waitForLoadState("networkidle");
  assert.deepEqual(asked.filter((url) => url.includes("sections")), []);
  await opened(page);
  await page.waitForFunction(() => document.querySelector('link[rel="prefetch"][href$="/search/sections.json"]'));
  await page.waitForLoadState("networkidle");
  assert.ok(asked.some((url) => url.includes("sections")));
});

for (const [width, colorScheme] of [[1440, "light"], [1440, "dark"], [360, "light"], [360, "dark"]]) {
  test(`the open search has nothing that axe objects to at ${width}, ${colorScheme}`, LIMIT, async (t) => {
    const touch = width === 360;
    const page = await open(t, "cite/", { viewport: { width, height: 800 }, colorScheme, hasTouch: touch });
    await opened(page, { touch });
    await ask(page, "batch norm");
    await page.locator(".md-search-result__more summary").first().click();
    await page.waitForTimeout(500);
    assert.deepEqual(await axe(page, "body"), []);
    assert.ok((await overflow(page)) <= 0);
  });
}

test("on the page for lost readers, whose base is the root, the search finds", LIMIT, async (t) => {
  const page = await open(t, "404.html");
  await opened(page);
  assert.match((await ask(page, "momentum"))[0].address, /optimizers/);
});
