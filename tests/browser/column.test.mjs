// The code of an equation stands beside it, and keeps up with it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chapters, lighting } from "./site.mjs";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 600_000 };

// Brings each equation that has lines on the page into the middle of the window, folds open, and tells which of them
// have no line in view beside them or below them: in their column, or quoted.
const alone = (page) =>
  page.evaluate(async () => {
    const frame = () => new Promise((ready) => requestAnimationFrame(() => setTimeout(ready)));
    for (const fold of document.querySelectorAll("details:not(.source__doc)")) fold.open = true;
    const inView = (mark) => {
      const { top, bottom, height } = mark.getBoundingClientRect();
      const column = mark.closest(".pair__code")?.getBoundingClientRect() ?? { top: 0, bottom: innerHeight };
      return height > 0 && top >= Math.max(column.top, 48) && bottom <= Math.min(column.bottom, innerHeight);
    };
    const marksOf = ({ id }) => [...document.querySelectorAll(`.line a.mark[href="#${id}"]`)];
    // Where parts of the page are laid out that were not, all that is below moves: it takes some frames.
    async function comes(equation) {
      const end = performance.now() + 5000;
      for (let count = 0; count < 60 || performance.now() < end; count++) {
        equation.scrollIntoView({ block: "center" });
        await frame();
        if (count > 1 && marksOf(equation).some(inView)) return true;
      }
      return false;
    }
    const equations = [...document.querySelectorAll(".equation[id]")].filter((equation) => marksOf(equation).length);
    const found = [];
    for (const equation of equations) if (!(await comes(equation))) found.push(equation.id);
    return { count: equations.length, found };
  });

// The labelled equations, those in folds apart, that have neither a line of code at their right nor a word on why they
// have none; and those in a derivation whose code is folded away, which have their lines below them.
const without = (page) =>
  page.evaluate(() => {
    const missing = [];
    const below = [];
    for (const equation of document.querySelectorAll(".equation[id]")) {
      if (equation.closest("details") || equation.querySelector(".equation__why")?.checkVisibility()) continue;
      const { right } = equation.querySelector(".equation__math").getBoundingClientRect();
      const marks = [...document.querySelectorAll(`.line a.mark[href="#${equation.id}"]`)];
      const lines = marks.map((mark) => mark.closest(".line"));
      if (lines.some((line) => line.checkVisibility() && line.getBoundingClientRect().left >= right)) continue;
      const quoted = lines.some((line) => equation.contains(line) && line.checkVisibility());
      const folded = lines.some((line) => line.closest("details:not(.source__doc)"));
      (quoted && folded && equation.closest(".pair") ? below : missing).push(equation.id);
    }
    return { missing, below };
  });

// Where the columns of derivations that are higher than their code begin, once the reader has scrolled into them.
const tops = (page) =>
  page.evaluate(async () => {
    const found = [];
    for (const pair of document.querySelectorAll(".pair")) {
      for (let count = 0; count < 3; count++) {
        pair.scrollIntoView();
        await new Promise((ready) => requestAnimationFrame(() => setTimeout(ready)));
      }
      const [text, code] = [...pair.children].map(({ clientHeight }) => clientHeight);
      if (text < code + 200) continue; // it scrolls with its column
      scrollBy({ top: 150, behavior: "instant" });
      found.push(pair.lastElementChild.getBoundingClientRect().top);
    }
    return found;
  });

test("the code of every equation is in view with it, in a column that stays below the header", LIMIT, async (t) => {
  const page = await open(t, "", { viewport: { width: 1200, height: 800 }, reducedMotion: "reduce" });
  const home = page.url();
  const lit = new Set(lighting());
  const folded = [];
  for (const address of chapters()) {
    await page.setViewportSize({ width: 1200, height: 800 });
    await page.goto(home + address);
    const begin = await tops(page);
    assert.ok(begin.every((top) => top >= 48 && top < 100), `/${address}: columns begin at ${begin} px`);
    for (const width of [1200, 1440, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      const { count, found } = await alone(page);
      assert.equal(count > 0, lit.has(address));
      assert.deepEqual(found, [], `/${address} at ${width} px`);
      const { missing, below } = await without(page);
      assert.deepEqual(missing, [], `/${address} at ${width} px: no line at the right, and no reason`);
      folded.push(...below.filter((id) => !folded.includes(id)));
    }
  }
  assert.ok(folded.length <= 5, `below the equation: ${folded}`);
});

// The first equation whose line lies far down in a column that is higher than the window.
const farDown = (page) =>
  page.evaluate(() => {
    for (const column of document.querySelectorAll(".pair__code")) {
      column.closest(".run").style.contentVisibility = "visible";
      for (const mark of column.querySelectorAll("a.mark")) {
        const equation = document.getElementById(mark.hash.slice(1));
        const below = mark.getBoundingClientRect().top - column.getBoundingClientRect().bottom;
        if (below > 0 && equation?.closest(".pair") === column.closest(".pair") && !equation.closest("details")) return equation.id;
      }
    }
  });

test("the pointer on an equation lights its lines, and brings them into view; without motion if it is not wanted", LIMIT, async (t) => {
  let met = 0;
  for (const address of lighting()) {
    const page = await open(t, address, { viewport: { width: 1100, height: 800 } });
    const id = await farDown(page);
    if (id) {
      met += 1;
      await page.evaluate((id) => document.getElementById(id).scrollIntoView({ block: "center" }), id);
      await page.locator(`[id="${id}"] .equation__math`).hover({ position: { x: 3, y: 3 } });
      const line = page.locator(`.pair__code .line.lit:has(a[href="#${id}"])`).first();
      await line.waitFor();
      await page.waitForFunction(
        (line) => {
          const [inside, outside] = [line, line.closest(".pair__code")].map((one) => one.getBoundingClientRect());
          return inside.top >= outside.top && inside.bottom <= Math.min(outside.bottom, innerHeight);
        },
        await line.elementHandle(),
        { timeout: 10_000 },
      );
    }
    await page.close();
  }
  assert.ok(met > 2, `only ${met} chapters have such an equation`);
});
