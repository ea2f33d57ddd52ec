// The pages keep the policy that they state, and work where a browser lets them remember nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chapters, equations, pages } from "./site.mjs";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 120_000 };
const CHAPTER = chapters().at(-1);
const SOME = ["", CHAPTER, ...["notebooks/", "reference/", "verification/", "licences/"]].map(
  (start) => pages().find((address) => address.startsWith(start) && (start || !address)) ?? start,
);

// What a page was not allowed to do, gathered from before its first line.
async function watched(t, address, options, before = "") {
  const page = await open(t, "licences/", options);
  await page.addInitScript(`
    window.refused = [];
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      refused.push(violatedDirective + " " + blockedURI));
    ${before}`);
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(new URL(address, page.url().replace(/licences\/$/, "")).href);
  return [page, errors];
}

async function search(page, words) {
  await page.keyboard.press("/");
  await page.locator(".md-search-result__meta", { hasText: "Type to start searching" }).waitFor();
  const input = page.locator(".md-search__input");
  await input.pressSequentially(words);
  await input.press("Shift"); // the theme searches when a key comes up
  await page.locator(".md-search-result__item mark").first().waitFor();
}

async function switchColours(page) {
  const scheme = () => page.evaluate(() => document.body.dataset.mdColorScheme);
  const first = await scheme();
  await page.mouse.move(200, 200);
  await page.locator('form[data-md-component="palette"] label:not([hidden])').first().click();
  await page.waitForFunction((first) => document.body.dataset.mdColorScheme !== first, first);
}

for (const address of SOME) {
  test(`/${address} keeps its policy`, LIMIT, async (t) => {
    const [page, errors] = await watched(t, address);
    await page.evaluate(async () => {
      for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
        scrollTo(0, y);
        await new Promise((ready) => setTimeout(ready, 20));
      }
    });
    await search(page, "licence");
    await page.keyboard.press("Escape");
    await switchColours(page);
    const style = await page.evaluate(() => document.querySelector("link[data-later]").media);
    assert.equal(style, "all");
    assert.deepEqual(await page.evaluate(() => refused), []);
    assert.deepEqual(errors, []);
  });
}

test("a script that is slipped into a page is not run", LIMIT, async (t) => {
  const [page] = await watched(t, CHAPTER, { silent: false });
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.slipped = true";
    document.body.append(script);
    document.body.insertAdjacentHTML("beforeend", '<img src="data:," onerror="window.slipped = true">');
  });
  await page.waitForFunction(() => refused.length >= 2);
  assert.equal(await page.evaluate(() => window.slipped), undefined);
});

test("search and colours work where nothing can be remembered", LIMIT, async (t) => {
  const denied = `for (const name of ["localStorage", "sessionStorage"])
    Object.defineProperty(Window.prototype, name, {
      configurable: true,
      get() { throw new DOMException("access is denied for this document", "SecurityError"); },
    }), delete window[name];`;
  const [page, errors] = await watched(t, CHAPTER, {}, denied);
  await search(page, "licence");
  await page.keyboard.press("Escape");
  await switchColours(page);
  assert.deepEqual(errors, []);
});

test("each script has an address that tells its version", LIMIT, async (t) => {
  const [page] = await watched(t, CHAPTER);
  const own = await page.evaluate(() =>
    performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname),
  );
  const ours = own.filter((path) => /\.(js|css)$/.test(path) && !path.includes("/javascripts/") && !path.includes("/stylesheets/"));
  assert.ok(ours.length > 5, String(own));
  const plain = ours.filter((path) => !/\/assets\/[0-9a-f]{12}\//.test(path) && !path.endsWith("/_mkdocstrings.css"));
  assert.deepEqual(plain, []);
});

test("an old address and an equation's own lead on, fragment and all", LIMIT, async (t) => {
  const equation = equations()[0];
  const [page] = await watched(t, equation);
  await page.waitForURL(/#eq:/);
  assert.ok(await page.evaluate(() => document.getElementById(decodeURIComponent(location.hash.slice(1))) !== null));
});
