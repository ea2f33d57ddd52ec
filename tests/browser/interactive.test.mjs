// Interactive figures: by keyboard, in print, without JavaScript, for readers who want no motion.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SITE, chapters } from "./site.mjs";
import { open as openTab, until } from "./tab.mjs";

const LIMIT = { timeout: 120_000 };
const named = (page) => [...readFileSync(join(SITE, page, "index.html"), "utf8").matchAll(/data-interactive="([\w-]+)"/g)].map(([, name]) => name);

async function open(t, page, name, options = {}) {
  const tab = await openTab(t, page, options);
  const figure = tab.locator(`figure[data-interactive="${name}"]`);
  for (const _ of [1, 2]) { // what stands above it gets its true height on the way
    await figure.scrollIntoViewIfNeeded();
    await tab.waitForTimeout(100);
  }
  return { tab, figure };
}

// A number that is not printed as one: 3.4e-7, -1, −0.00, NaN.
const ILL = /\de[+-]?\d|NaN|undefined|Infinity|(^|[\s(·])-\d|−0(\.0*)?(?![\d.])/m;

// The chapters that have none yet; one that gets a figure leaves this list.
const WITHOUT = [
  "classic-networks", "convolutional-networks", "forecasting", "further", "layer-normalization", "reading", "recurrent",
].map((name) => `chapters/${name}/`);

// The sliders that do not begin and end where the one above them does, and the numbers that do not begin there.
function askew(figure) {
  const edges = (parts) => [...figure.querySelectorAll(parts)].map((part) => part.getBoundingClientRect());
  const columns = new Set(edges(".interactive__slider").map(({ left }) => Math.round(left))).size;
  const edgesOf = { tracks: edges("input[type=range]"), ends: edges("input[type=range]"), numbers: edges(".interactive__slider output") };
  return Object.entries(edgesOf).flatMap(([name, boxes]) => {
    const places = new Set(boxes.map(({ left, right }) => Math.round(name === "ends" ? right : left)));
    return places.size > columns ? [`${name} at ${[...places]}`] : [];
  });
}

// Presses each button of a figure. One that then says Pause plays: what is said goes on until it is pressed again.
async function plays(tab, figure) {
  const told = () => figure.locator(".interactive__message").first().innerText();
  for (const button of await figure.getByRole("button").all()) {
    await button.press("Enter");
    if ((await button.innerText()) !== "Pause") continue;
    const seen = new Set();
    await until(async () => seen.add(await told()).size > 3);
    assert.ok(seen.size > 3, `while it plays it says ${[...seen]}`);
    await button.press("Enter");
    await tab.waitForTimeout(100);
    const last = await told();
    await tab.waitForTimeout(300);
    assert.equal(await told(), last);
  }
}

for (const page of chapters()) {
  test(`/${page} has the interactive figures that it should`, () => assert.equal(named(page).length > 0, !WITHOUT.includes(page)));

  for (const name of named(page)) {
    test(`${name}: every control works from the keyboard and changes what is said; in print the still figure stays`, LIMIT, async (t) => {
      for (const width of [1440, 360]) {
        const { tab, figure } = await open(t, page, name, { viewport: { width, height: 800 } });
        await figure.locator(".interactive__message").first().waitFor();
        assert.equal(await figure.locator(".interactive__still:visible").count(), 0);
        for (const slider of await figure.locator("input[type=range]").all()) {
          const before = await slider.inputValue();
          await slider.focus();
          await tab.keyboard.press("ArrowRight");
          assert.notEqual(await slider.inputValue(), before);
          assert.ok(await slider.getAttribute("aria-valuetext"));
          for (const end of ["Home", "End"]) {
            await tab.keyboard.press(end);
            assert.doesNotMatch(await figure.locator(".interactive").innerText(), ILL, `${name}, ${end}`);
          }
          await slider.fill(before);
        }
        for (const select of await figure.locator("select").all()) await select.selectOption({ index: 1 });
        await tab.waitForTimeout(400);
        assert.match(await figure.locator(".interactive__message").innerText(), /\d/);
        if (width === 1440) await plays(tab, figure);
        await tab.emulateMedia({ media: "print" });
        assert.equal(await figure.locator(".interactive__still:visible").count(), 1);
        assert.equal(await figure.locator(".interactive").isVisible(), false);
        await tab.emulateMedia({ media: "screen" });
        assert.deepEqual(await figure.evaluate(askew), [], `at ${width} px`);
        const overflow = await figure.evaluate((element) => element.scrollWidth - element.clientWidth);
        assert.ok(overflow <= 1, `at ${width} px it is ${overflow} px too wide`);
      }
    });

    test(`${name}: the still figure stays without JavaScript`, LIMIT, async (t) => {
      const { figure } = await open(t, page, name, { javaScriptEnabled: false });
      assert.ok(await figure.locator("svg").first().isVisible());
    });
  }
}

test("a press on Play is one step where motion is not wanted", LIMIT, async (t) => {
  const { tab, figure } = await open(t, "chapters/fully-connected/", "classifier", { reducedMotion: "reduce" });
  await figure.getByRole("button", { name: "Train" }).press("Enter");
  await tab.waitForTimeout(800);
  assert.match(await figure.locator(".interactive__message").innerText(), /Step 10\b/);
});

test("a digit is drawn with the mouse, a finger and the keys", LIMIT, async (t) => {
  const { tab, figure } = await open(t, "chapters/convolution/", "convolution", { hasTouch: true });
  const paper = figure.locator(".interactive__paper");
  await figure.getByRole("button", { name: "Clear the paper" }).click();
  const inked = () => paper.locator(".interactive__pixel").evaluateAll((all) => all.filter((pixel) => pixel.getAttribute("fill-opacity") === "1").length);
  assert.equal(await inked(), 0);
  await paper.click({ position: { x: 40, y: 40 } });
  assert.equal(await inked(), 1);
  await paper.tap({ position: { x: 90, y: 90 } });
  assert.equal(await inked(), 2);
  await paper.focus();
  for (const key of ["ArrowRight", "Space", "ArrowDown", "Space", "Space"]) await tab.keyboard.press(key);
  assert.equal(await inked(), 3);
});

test("the first page's figure, in view at once, takes the room that was kept for it", LIMIT, async (t) => {
  for (const width of [1440, 390]) {
    const tab = await openTab(t, "", { viewport: { width, height: 900 } });
    await tab.locator(".interactive .interactive__message").waitFor();
    const moved = await tab.evaluate(async () => {
      let sum = 0;
      new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (sum += value))).observe({ type: "layout-shift", buffered: true });
      await new Promise((ready) => setTimeout(ready, 500));
      return sum;
    });
    assert.ok(moved < 0.01, `at ${width} px the page shifts by ${moved}`);
  }
});
