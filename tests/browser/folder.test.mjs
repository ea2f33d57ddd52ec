// The site as an archive: what is there when a page is opened from its folder, and when open.py serves it.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium as playwright } from "playwright-core";
import { FLAGS, SITE, chromium } from "./site.mjs";
import { WHEELS } from "./wheels.mjs";

const LIMIT = { timeout: 300_000 };
const UNPACK = `
import io, sys, zipfile
from pathlib import Path
from book.take_along import whole
site, packages, folder = sys.argv[1:]
zipfile.ZipFile(io.BytesIO(whole(Path(site), Path(packages)))).extractall(folder)
`;
let folder, browser;

before(async () => {
  const unpacked = mkdtempSync(join(tmpdir(), "book-"));
  execFileSync("python", ["-c", UNPACK, SITE, WHEELS, unpacked]);
  folder = join(unpacked, readdirSync(unpacked)[0]);
  browser = await playwright.launch({ executablePath: chromium(), args: FLAGS });
}, LIMIT);

after(async () => {
  await browser.close();
  rmSync(join(folder, ".."), { recursive: true });
});

test("from the folder, pages have their looks and links lead to pages", LIMIT, async () => {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(join(folder, "chapters", "lstm", "index.html")).href);
  assert.equal(await page.locator(".map").evaluate((map) => getComputedStyle(map).display), "grid");
  assert.ok(await page.locator(".equation math").first().isVisible());
  assert.ok(await page.locator(".figure svg").first().isVisible());
  const links = await page.locator("a[href]").evaluateAll((all) =>
    all.map((link) => new URL(link.getAttribute("href"), location).href).filter((href) => href.startsWith("file:")),
  );
  assert.ok(links.length > 50);
  assert.deepEqual(links.filter((href) => href.split("#")[0].endsWith("/")), []);
  await page.locator(".map a").first().click();
  await page.waitForURL(/chapters\/[a-z-]+\/index.html/);
  await page.locator("h1").first().waitFor();
});

test("from the folder, a figure moves, the search finds, and Run says what it takes", LIMIT, async () => {
  const page = await browser.newPage();
  const faults = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  await page.goto(pathToFileURL(join(folder, "chapters", "softmax", "index.html")).href);
  const slider = page.locator(".interactive input").first();
  await slider.waitFor();
  const before = await page.locator(".interactive").first().textContent();
  await slider.focus();
  await slider.press("ArrowRight");
  await page.waitForFunction((text) => document.querySelector(".interactive").textContent !== text, before);
  const example = page.locator(".highlight:has(.gp):not(details *)").first();
  await example.scrollIntoViewIfNeeded();
  await example.locator("button", { hasText: "Run" }).click();
  await page.getByText("python open.py").first().waitFor();
  await page.keyboard.press("Escape");
  await page.locator("h1").click();
  await page.keyboard.press("/");
  await page.locator(".md-search__input").pressSequentially("forget gate");
  await page.locator(".md-search-result__item a").first().click();
  await page.waitForURL(/chapters\/lstm\/index\.html/);
  assert.deepEqual(faults, []);
});

test("from the folder, an equation's own address leads to it", LIMIT, async () => {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(join(folder, "eq", "linear-dW", "index.html")).href);
  await page.waitForURL(/chapters\/fully-connected\/index\.html#eq:linear-dW/);
  await page.locator('[id="eq:linear-dW"]').waitFor();
});

// The folder as open.py serves it, to a browser that reaches nothing else.
async function served(t) {
  const server = spawn("python", ["-u", "open.py"], { cwd: folder, env: { ...process.env, BROWSER: "true" } });
  t.after(() => server.kill());
  const address = await new Promise((ready) =>
    server.stdout.on("data", (said) => {
      const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(said);
      if (found) ready(found[0]);
    }),
  );
  const context = await browser.newContext();
  t.after(() => context.close());
  const outside = [];
  await context.route((url) => !url.href.startsWith(address), (route) => {
    outside.push(route.request().url());
    return route.abort();
  });
  return { address, outside, page: await context.newPage() };
}

test("open.py serves it: the search finds, and a figure moves", LIMIT, async (t) => {
  const { address, page } = await served(t);
  await page.goto(`${address}chapters/softmax/index.html`);
  await page.locator(".interactive input").first().waitFor();
  await page.keyboard.press("/");
  await page.locator(".md-search__input").pressSequentially("forget gate");
  await page.locator(".md-search-result__item a").first().click();
  await page.waitForURL(/chapters\/lstm/);
});

test("under open.py Run works without a connection", LIMIT, async (t) => {
  const { address, page, outside } = await served(t);
  await page.goto(`${address}chapters/fully-connected/index.html`);
  const example = page.locator(".highlight:has(> pre .gp):not(details *)", { hasText: "import numpy" }).first();
  await example.scrollIntoViewIfNeeded();
  const printed = await example.locator(".go").allTextContents();
  assert.ok(printed.join("").trim());
  await example.locator(".example__start").click();
  await page.waitForFunction((one) => /done|failed/.test(one.dataset.example), await example.elementHandle(), { timeout: 240_000 });
  const output = await example.locator(".example__output pre").allTextContents();
  const bare = (texts) => texts.join("").replace(/\s+/g, " ").trim();
  assert.equal(bare(output), bare(printed));
  assert.deepEqual(outside, []);
});
