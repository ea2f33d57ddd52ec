// Takes the key pages, wide and narrow, light and dark, to look at: writes .cache/screenshots/index.html and a sheet for each view.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium as playwright } from "playwright-core";
import { FLAGS, chapters, chromium, serve } from "./site.mjs";

const FOLDER = resolve(process.env.SCREENSHOTS ?? ".cache/screenshots");
const VIEWS = [1440, 1024, 360].flatMap((width) => ["light", "dark"].map((colorScheme) => ({ width, colorScheme })));
const HEIGHT = 900;

// What brings a part of a page into view.
const show = (selector) => async (page) => {
  const part = page.locator(selector).first();
  for (const _ of [1, 2]) { // what stands above it gets its true height on the way
    await part.evaluate((element) => element.scrollIntoView({ block: "center" }));
    await page.waitForTimeout(300);
  }
};

async function card(page) {
  await show(".equation .sym")(page);
  await page.locator(".equation .sym").first().hover();
}

async function example(page) {
  await show(".highlight:has(.gp)")(page);
  await page.locator(".highlight:has(.gp) button", { hasText: "Run" }).first().click();
}

async function search(page) {
  await page.keyboard.press("/");
  await page.locator(".md-search-result__meta", { hasText: "Type to start searching" }).waitFor();
  await page.locator(".md-search__input").pressSequentially("dL/dx");
  await page.locator(".md-search-result__item").first().waitFor();
}

async function menu(page) {
  await page.locator('.md-header label[for="__drawer"]').click({ timeout: 2000 }).catch(() => {}); // wide, it stands there
}

// By page: each is opened once in a view, and its parts are taken one after another.
const SHOTS = [
  ["", { home: null }],
  ["notation/", { notation: null }],
  ...chapters().map((page) => [
    page,
    {
      top: null,
      "derivation and code": show(".pair:has(.equation)"),
      interactive: show("[data-interactive]"),
      figure: show("figure:not([data-interactive])"),
      end: show(".references"),
    },
  ]),
  ["chapters/fully-connected/", { "symbol's card": card }],
  ["reference/linear/", { reference: null, "open example": example }],
  ["chapters/convolution/", { search }],
  ["chapters/lstm/", { menu }],
  ["verification/", { verification: null }],
  ["benchmarks/", { benchmarks: null, table: show("div.origins") }],
];

const wanted = process.argv.slice(2); // views, as 360-dark; all if none is named
const site = await serve();
const browser = await playwright.launch({ executablePath: chromium(), args: FLAGS });
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const sheets = [];
try {
  for (const view of VIEWS.filter((view) => !wanted.length || wanted.includes(nameOf(view)))) sheets.push({ view, shots: await take(view) });
  writeFileSync(join(FOLDER, "index.html"), document(sheets));
  await contact(sheets);
} finally {
  await browser.close();
  site.close();
}

function nameOf({ width, colorScheme }) {
  return `${width}-${colorScheme}`;
}

async function take(view) {
  const { width, colorScheme } = view;
  const context = await browser.newContext({ viewport: { width, height: HEIGHT }, colorScheme, reducedMotion: "reduce" });
  context.setDefaultTimeout(10_000);
  const shots = [];
  for (const [address, parts] of SHOTS) {
    const page = await context.newPage();
    await page.goto(site.url + address, { timeout: 60_000 });
    await page.evaluate(() => document.fonts.ready);
    for (const [part, bring] of Object.entries(parts)) {
      const name = `${address} ${part}`.trim();
      const file = `${nameOf(view)}-${name.replace(/\W+/g, "-")}.png`;
      try {
        await bring?.(page);
        await page.waitForTimeout(400); // what comes into view is laid out, cards fade in
        await page.screenshot({ path: join(FOLDER, file) });
        shots.push({ name, file });
      } catch (error) {
        console.log(`${name} at ${nameOf(view)}: ${error.message.split("\n")[0]}`);
      }
    }
    const aside = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (aside > 0) console.log(`${address} at ${nameOf(view)}: scrolls sideways by ${aside} px`);
    await page.close();
  }
  await context.close();
  return shots;
}

function figure({ name, file }) {
  return `<figure><figcaption>${name}</figcaption><a href="${file}"><img src="${file}" alt="${name}"></a></figure>`;
}

function document(sheets) {
  const parts = sheets.map(
    ({ view: { width, colorScheme }, shots }) =>
      `<section id="${width}-${colorScheme}" style="--width: ${width}"><h2>${width} px, ${colorScheme}</h2><div>${shots.map(figure).join("")}</div></section>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>The key pages</title><style>
    body { background: #888; font: 14px sans-serif; margin: 12px; width: 2000px }
    section div { display: flex; flex-wrap: wrap; gap: 12px }
    figure { margin: 0 } figcaption { font-weight: bold; padding: 4px 0 }
    img { display: block; width: calc(var(--width) * 0.33px + 40px) }
  </style>${parts.join("")}</html>`;
}

// The sheet as pictures, one a view: a browser takes none of all of them.
async function contact(sheets) {
  const page = await browser.newPage({ viewport: { width: 2024, height: 1000 } });
  await page.goto(pathToFileURL(join(FOLDER, "index.html")).href, { waitUntil: "networkidle" });
  for (const { view } of sheets) {
    const name = nameOf(view);
    await page.locator(`[id="${name}"]`).screenshot({ path: join(FOLDER, `sheet-${name}.png`) });
    console.log(join(FOLDER, `sheet-${name}.png`));
  }
}
