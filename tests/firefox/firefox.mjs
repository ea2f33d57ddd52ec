// Pages of the built site in Firefox (Debian's `firefox-esr`, or FIREFOX=...), for a file of tests. The site serves
// Pyodide's packages itself, since what a worker asks of others cannot be answered for here.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import puppeteer from "puppeteer-core";
import { SITE, serve } from "../browser/site.mjs";
import { wheel } from "../browser/wheels.mjs";

let site, browser;

function ownPackages(path) {
  if (path.endsWith(".whl")) return wheel(path);
  if (!path.endsWith("/pyodide-lock.json")) return undefined;
  const list = JSON.parse(readFileSync(join(SITE, path), "utf8"));
  for (const entry of Object.values(list.packages)) entry.file_name = entry.file_name.split("/").at(-1);
  return JSON.stringify(list);
}

before(async () => {
  const executablePath = process.env.FIREFOX ?? execFileSync("which", ["firefox-esr"], { encoding: "utf8" }).trim();
  site = await serve(SITE, ownPackages);
  browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
});

after(async () => {
  await browser?.close();
  site?.close();
});

// Opens a page of the site for a test, which fails where a script of the page does.
export async function open(t, address, width = 1440) {
  const page = await browser.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  t.after(async () => {
    await page.close();
    assert.deepEqual(faults, []);
  });
  await page.setViewport({ width, height: 900 });
  await page.goto(site.url + address);
  return page;
}
