// In colours that the reader's system forces: what a figure says can be read, and what is lit is seen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LOOKS, axe } from "./axe.mjs";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 120_000 };

// The texts of drawings that are not in the ink of the system, with its paper around them.
function faint() {
  const probe = document.body.appendChild(document.createElement("i"));
  const system = (name) => {
    probe.style.color = name;
    return getComputedStyle(probe).color;
  };
  const [ink, paper] = [system("CanvasText"), system("Canvas")];
  const texts = [...document.querySelectorAll(".figure svg text, .figure svg tspan")].filter((text) => text.getBoundingClientRect().width);
  return {
    count: texts.length,
    found: texts
      .filter((text) => getComputedStyle(text).fill !== ink || getComputedStyle(text).stroke !== paper)
      .map(({ textContent }) => textContent),
  };
}

for (const [address, colorScheme] of [["", "light"], ["chapters/softmax/", "dark"]]) {
  test(`/${address} in forced colours, ${colorScheme}`, LIMIT, async (t) => {
    const page = await open(t, address, { forcedColors: "active", colorScheme, reducedMotion: "reduce" });
    assert.deepEqual(await axe(page, undefined, LOOKS), []); // it lays all of the page out
    const { count, found } = await page.evaluate(faint);
    assert.ok(count > 5);
    assert.deepEqual(found, []);
    const equation = page.locator(".pair .equation[data-lights]").first();
    if (!(await equation.count())) return; // the first page has none
    const math = equation.locator(".equation__math");
    await math.scrollIntoViewIfNeeded();
    await page.mouse.move(2, 2);
    const line = page.locator(`.pair__code .line:has(a.mark[href="#${await equation.getAttribute("id")}"])`).first();
    const looks = async () => (await Promise.all([math, line].map((one) => one.screenshot()))).map((png) => png.toString("base64"));
    const dark = await looks();
    await math.hover({ position: { x: 3, y: 3 } });
    await page.locator(".line.lit").first().waitFor();
    const lit = await looks();
    await math.click({ position: { x: 3, y: 3 } });
    const kept = await looks();
    for (const k of [0, 1]) assert.equal(new Set([dark[k], lit[k], kept[k]]).size, 3, ["equation", "line"][k]);
  });
}
