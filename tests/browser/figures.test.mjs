// What stands in a figure can be read on a phone, in the page's own face.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SITE, pages } from "./site.mjs";
import { open } from "./tab.mjs";

const LEAST = 11; // pixels
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true };
const DRAWN = /<figure class="figure" data-figure="([^"]+)"/g;

// Figures alone are laid out: what stands between them would take most of the time.
const ALONE = `
  .run { content-visibility: visible !important }
  .run > :not(.figure, :has(.figure)), .pair__text > :not(.figure, :has(.figure)), .pair__code { display: none !important }`;

// Of each figure of a page its smallest text; of an interactive one that of the still drawing too, which stands there
// where no script runs.
const figures = (page) =>
  page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const size = (element) => {
      const { a, b, c, d } = (element.closest("text") ?? element).getScreenCTM?.() ?? { a: 1, b: 0, c: 0, d: 1 };
      return parseFloat(getComputedStyle(element).fontSize) * Math.sqrt(Math.abs(a * d - b * c));
    };
    const look = (figure, name) => {
      const texts = [...figure.querySelectorAll("svg text, svg tspan, .interactive *")].filter(
        (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && element.getBoundingClientRect().width > 1,
      );
      const [smallest, element] = texts.map((each) => [size(each), each]).sort(([a], [b]) => a - b)[0] ?? [];
      const cut = texts.filter((each) => {
        const [rect, edge] = [each, each.ownerSVGElement ?? figure].map((one) => one.getBoundingClientRect());
        return rect.left < edge.left - 2 || rect.right > edge.right + 2 || rect.top < edge.top - 2 || rect.bottom > edge.bottom + 2;
      });
      return {
        name, smallest,
        cut: cut.map((each) => each.textContent.trim().slice(0, 30)),
        text: element?.textContent.trim().slice(0, 30),
        drawings: [...figure.querySelectorAll(":scope > svg, :scope > .interactive")].filter((each) => each.getBoundingClientRect().width).length,
        faces: [...new Set(texts.map((each) => getComputedStyle(each).fontFamily))],
      };
    };
    const found = [];
    for (const details of document.querySelectorAll("details")) details.open = true;
    for (const figure of document.querySelectorAll("figure[data-figure]")) {
      figure.scrollIntoView();
      for (let k = 0; figure.dataset.interactive && k < 300 && !figure.querySelector(".interactive__message"); k++) await frame();
      found.push(look(figure, figure.id));
      const room = figure.querySelector(".interactive");
      if (!room) continue;
      room.remove();
      for (const still of figure.querySelectorAll(".interactive__still")) still.classList.remove("interactive__still");
      found.push(look(figure, `${figure.id}, still`));
    }
    return found;
  });

test("the text of every figure can be read at 360 px", { timeout: 300_000 }, async (t) => {
  const page = await open(t, "", PHONE);
  const home = page.url();
  const face = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--book-sans").trim());
  for (const address of pages()) {
    const names = [...readFileSync(join(SITE, address, address.endsWith(".html") ? "" : "index.html"), "utf8").matchAll(DRAWN)];
    if (!names.length) continue;
    await page.goto(home + address, { waitUntil: "domcontentloaded" });
    await page.addStyleTag({ content: ALONE });
    const found = await figures(page);
    assert.ok(found.length >= names.length, `/${address}`);
    for (const { name, drawings, smallest, text, cut, faces } of found) {
      assert.equal(drawings, 1, `/${address} #${name} shows ${drawings} drawings`);
      assert.ok(!(smallest < LEAST), `/${address} #${name}: “${text}” is ${smallest?.toFixed(1)} px high`);
      assert.deepEqual(cut, [], `/${address} #${name} is cut off`);
      for (const each of faces) assert.equal(each, face, `/${address} #${name}`);
    }
  }
});
