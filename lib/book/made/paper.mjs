// Chromium at work on the built site: reads pages as XHTML, prints documents as PDF, draws SVG and documents as PNG. Jobs come on
// standard input, a line of JSON each; a line says what is done. No script of a page runs, and nothing is fetched.
// Chromium is Debian's, or CHROMIUM=...
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [site, base] = process.argv.slice(2);
const PATIENCE = { timeout: 600_000 };
const PAGE = { width: 612, height: 948 }; // what the margins of volume.css leave of A4, in CSS pixels
// What is pressed, what only a screen needs, and what is not to be taken along.
const LEFT = [
  ".headerlink, .md-content__button, .mend, .equation__verdict, .equation__notes, .equation__why, .equation__lines, .checked, .copy, button, input, script, [hidden]",
  ".map > :has(.downloads), .interactive, .source__doc > :not(summary), .source__long",
].join();

function program() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    const found = process.env.PATH.split(":").map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (found) return found;
  }
  throw new Error("no Chromium found: install Debian's `chromium`, or set CHROMIUM to its path");
}

// The content of a page, and what gives it its looks.
function content(left) {
  const article = document.querySelector("article");
  for (const element of article.querySelectorAll(left)) element.remove();
  for (const fold of article.querySelectorAll("details:not(.source__types)")) fold.open = true;
  const styles = [...document.querySelectorAll('link[rel="stylesheet"]')].map(({ href }) => href);
  const rules = [...document.querySelectorAll("head style")].map(({ textContent }) => textContent);
  return { article: new XMLSerializer().serializeToString(article), styles, rules };
}

// What would stand beyond the edge of a page of this width: words, drawings. A space may hang there.
function beyond(width) {
  const [volume, range, found] = [document.querySelector(".volume"), document.createRange(), []];
  const texts = document.createTreeWalker(volume, NodeFilter.SHOW_TEXT, ({ parentElement }) =>
    parentElement.closest("svg") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  const over = () => [...range.getClientRects()].some(({ right }) => right > width + 1);
  while (texts.nextNode()) {
    const { currentNode: text } = texts;
    range.selectNodeContents(text);
    if (!over()) continue;
    for (const { 0: word, index } of text.data.matchAll(/\S+/g)) {
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      if (over()) found.push(word);
    }
  }
  for (const drawing of volume.querySelectorAll("svg, img")) {
    if (drawing.getBoundingClientRect().right > width + 1) found.push(drawing.ariaLabel ?? drawing.alt);
  }
  return found;
}

const JOBS = {
  async read(page, { url, out }) {
    await page.goto(base + url, PATIENCE);
    writeFileSync(out, JSON.stringify(await page.evaluate(content, LEFT)));
  },
  async print(page, { url, out }) {
    await page.setViewportSize(PAGE);
    await page.goto(base + url, PATIENCE);
    await page.emulateMedia({ media: "print" });
    const cut = await page.evaluate(beyond, PAGE.width);
    if (cut.length) throw new Error(`${url}: beyond the edge of the page: ${cut[0]}`);
    await page.pdf({ path: out, preferCSSPageSize: true, printBackground: true, tagged: true, outline: true, ...PATIENCE });
  },
  async picture(page, { url, width, height, out }) {
    await page.setViewportSize({ width, height });
    await page.goto(base + url, PATIENCE);
    await page.evaluate(() => document.fonts.ready.then(() => true));
    await page.screenshot({ path: out });
  },
  async draw(page, { svg, width, out }) {
    await page.setContent(`<style>body { margin: 0 } svg { display: block; width: ${width}px; height: auto }</style>${readFileSync(svg)}`);
    await page.locator("svg").first().screenshot({ path: out });
  },
};

const browser = await chromium.launch({ executablePath: program(), args: ["--no-sandbox", "--disable-gpu"] });
for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line);
  const page = await browser.newPage({ colorScheme: "light", deviceScaleFactor: job.kind === "draw" ? 2 : 1 });
  await page.route("**", (route) => {
    const [address] = route.request().url().split(/[?#]/);
    if (!address.startsWith(base) || route.request().resourceType() === "script") return route.abort();
    if (job.html && address === base + job.url) {
      return route.fulfill({ contentType: "application/xhtml+xml", body: readFileSync(job.html) });
    }
    const path = join(site, decodeURIComponent(address.slice(base.length)));
    const file = existsSync(path) && statSync(path).isDirectory() ? join(path, "index.html") : path;
    return existsSync(file) ? route.fulfill({ path: file }) : route.abort();
  });
  await JOBS[job.kind](page, job);
  await page.close();
  console.log(job.out);
}
await browser.close();
