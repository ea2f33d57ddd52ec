// Equations and their lines of code light each other up.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lighting } from "./site.mjs";
import { open, overflow, until } from "./tab.mjs";

const LIMIT = { timeout: 300_000 };

const equationOf = (page) => page.locator(".equation[data-lights]").first();

async function ids(page, name) {
  return page.evaluate((name) => [...document.querySelectorAll(`.${name}`)].map(({ id }) => id), name);
}

for (const address of lighting()) {
  test(`/${address}: the pointer on an equation lights its lines, and the other way`, LIMIT, async (t) => {
    const page = await open(t, address, { reducedMotion: "reduce" }); // a line stays where it was brought
    const equation = equationOf(page);
    const line = await until(async () => {
      await equation.locator(".equation__math").hover({ position: { x: 3, y: 3 } }); // beside its symbols, which have cards
      return (await ids(page, "lit")).find((id) => id.startsWith("code:"));
    });
    assert.ok(line, "no line is lit");
    const shown = page.locator(`[id="${line}"]`);
    await shown.evaluate((place) => place.closest("details")?.setAttribute("open", ""));
    const id = await equation.getAttribute("id");
    assert.ok(
      await until(async () => {
        await shown.hover();
        if ((await ids(page, "lit")).includes(id)) return true;
        // Where the window cuts a column, another equation's line may have moved this one out of it.
        await shown.evaluate((place) => place.closest(".pair")?.scrollIntoView());
        return false;
      }),
      `${line} does not light ${id}`,
    );
    await page.mouse.move(2, 2);
    await page.waitForFunction(() => !document.querySelector(".lit"));
  });
}

// What follows is the same code for all chapters.
for (const address of lighting().slice(0, 2)) {
  test(`/${address}: the focus lights as the pointer does`, LIMIT, async (t) => {
    const page = await open(t, address);
    await equationOf(page).locator(".equation__number").focus();
    assert.ok((await ids(page, "lit")).some((id) => id.startsWith("code:")));
  });

  test(`/${address}: a click keeps the light, and its address restores it`, LIMIT, async (t) => {
    const page = await open(t, address);
    const equation = equationOf(page);
    const id = await equation.getAttribute("id");
    await equation.scrollIntoViewIfNeeded();
    await page.waitForTimeout(500); // the address follows the section until the page is at rest
    await equation.locator(".equation__math").click({ position: { x: 3, y: 3 } });
    const kept = await ids(page, "kept");
    assert.equal(kept[0], id);
    assert.ok(kept.length > 1);
    assert.equal(new URL(page.url()).hash, `#${id}`);
    await page.reload();
    assert.deepEqual(await ids(page, "kept"), kept);
    await page.keyboard.press("Escape");
    assert.deepEqual(await ids(page, "kept"), []);
  });

  test(`/${address}: on a phone an equation opens its code in its place`, LIMIT, async (t) => {
    const page = await open(t, address, { viewport: { width: 360, height: 740 }, hasTouch: true });
    const equation = equationOf(page);
    await equation.scrollIntoViewIfNeeded();
    await equation.getByRole("button", { name: "More of this equation" }).tap();
    const button = equation.getByRole("button", { name: "code" });
    await button.tap();
    assert.ok(await equation.locator(".equation__lines .line").first().isVisible());
    assert.equal(await button.getAttribute("aria-expanded"), "true");
    assert.ok((await overflow(page)) <= 0);
    await button.tap();
    assert.ok(await equation.locator(".equation__lines").isHidden());
  });
}
