// Pages of the built site in Chromium, for a file of tests: the site is served and the browser open while it runs.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { chromium as playwright } from "playwright-core";
import { FLAGS, chromium, serve } from "./site.mjs";

let site, browser;

before(async () => {
  site = await serve();
  browser = await playwright.launch({ executablePath: chromium(), args: FLAGS });
});

after(async () => {
  await browser?.close();
  site?.close();
});

// What a page may not do, noted as it does it: complain, fail, or ask for what is not of the site.
function watch(page, allows) {
  const faults = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.context().on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(site.url) && !/^(data|blob):/.test(url) && !allows(url)) faults.push(`request outside the site: ${url}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
  });
  return faults;
}

// Opens a page of the site for a test, which fails where the page does not stay silent and at home.
// `prepare` is given the context before the page is opened; `allows` says which addresses outside
// the site may be asked for; `silent: false` is for tests of what goes wrong.
export async function open(t, address, { prepare, allows = () => false, silent = true, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  await prepare?.(context);
  const page = await context.newPage();
  const faults = watch(page, allows);
  t.after(async () => {
    await context.close();
    if (silent) assert.deepEqual(faults, []);
  });
  await page.goto(site.url + address);
  return page;
}

// By how many pixels a page is wider than its window.
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

// What `look` finds once it finds something: tried again until then, since a busy machine is slow to get a page to rest.
export async function until(look, seconds = 15) {
  const end = Date.now() + 1000 * seconds;
  for (;;) {
    const found = await look();
    if (found || Date.now() > end) return found;
    await new Promise((ready) => setTimeout(ready, 50));
  }
}
