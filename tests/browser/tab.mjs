// Pages of the built site in Chromium, for a file of tests: the site is served and the browser open while it runs.
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

export async function open(t, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(site.url + address);
  return page;
}
