// Derivations are read one step at a time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 300_000 };
const CHAPTER = "chapters/recurrent/#eq:bptt-same"; // five steps, two of them on two rows

async function openSteps(t, options) {
  const page = await open(t, CHAPTER, options);
  const equation = page.locator('[id="eq:bptt-same"]');
  if (options?.hasTouch) await equation.getByRole("button", { name: "More of this equation" }).tap();
  await equation.getByRole("button", { name: "step through" }).click();
  return { page, equation };
}

const visible = (equation, what) =>
  equation.locator(`.chain ${what}`).evaluateAll((all) => all.filter((one) => one.checkVisibility({ visibilityProperty: true })).length);
const focused = (page) => page.evaluate(() => document.activeElement.ariaLabel ?? document.activeElement.textContent);

test("buttons show one step more, or one less, and say which", LIMIT, async (t) => {
  const { page, equation } = await openSteps(t);
  const next = equation.getByRole("button", { name: "Next step" });
  assert.equal(await visible(equation, ".chain__step"), 1);
  await next.click();
  await next.click();
  assert.equal(await visible(equation, ".chain__step"), 3);
  assert.equal(await visible(equation, ".chain__more"), 1);
  assert.match(await equation.getByRole("status").textContent(), /^Step 3 of 5: .*through step/s);
  assert.equal(await focused(page), "Next step");
  await equation.getByRole("button", { name: "Previous step" }).click();
  assert.equal(await visible(equation, ".chain__step"), 2);
});

test("the arrow keys go on and back, and no further than there are steps", LIMIT, async (t) => {
  const { page, equation } = await openSteps(t);
  for (let press = 0; press < 9; press++) await page.keyboard.press("ArrowRight");
  assert.equal(await visible(equation, ".chain__step"), 5);
  assert.equal(await equation.getByRole("button", { name: "Next step" }).getAttribute("aria-disabled"), "true");
  assert.equal(await focused(page), "Next step");
  for (let press = 0; press < 9; press++) await page.keyboard.press("ArrowLeft");
  assert.equal(await visible(equation, ".chain__step"), 1);
});

test("the rules can be hidden, and are not said then", LIMIT, async (t) => {
  const { equation } = await openSteps(t);
  const rules = equation.getByRole("button", { name: "rules" });
  assert.equal(await visible(equation, ".chain__note"), 1);
  await rules.click();
  assert.equal(await visible(equation, ".chain__note"), 0);
  assert.equal(await rules.getAttribute("aria-pressed"), "false");
  assert.doesNotMatch(await equation.getByRole("status").textContent(), /every later output/);
  await rules.click();
  assert.equal(await visible(equation, ".chain__note"), 1);
});

test("all is shown again by its button and by Escape, and the focus goes where it came from", LIMIT, async (t) => {
  const { page, equation } = await openSteps(t);
  await equation.getByRole("button", { name: "show all" }).click();
  assert.equal(await visible(equation, ".chain__step"), 5);
  assert.equal(await focused(page), "step through");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  assert.equal(await visible(equation, ".chain__step"), 5);
  assert.equal(await visible(equation, ".chain__note"), 5);
});

test("by a finger at 360 px the controls fit, and nothing else moves", LIMIT, async (t) => {
  const { page, equation } = await openSteps(t, { viewport: { width: 360, height: 740 }, hasTouch: true });
  const height = () => equation.evaluate((element) => element.offsetHeight);
  const before = await height();
  await equation.getByRole("button", { name: "Next step" }).tap();
  assert.equal(await height(), before);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing wrong in the opened controls, ${colorScheme}`, LIMIT, async (t) => {
    const { page } = await openSteps(t, { colorScheme });
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await axe(page, '[id="eq:bptt-same"]'), []);
  });
}

test("in print everything is shown", LIMIT, async (t) => {
  const { page, equation } = await openSteps(t);
  await page.emulateMedia({ media: "print" });
  assert.equal(await visible(equation, ".chain__step"), 5);
  assert.equal(await visible(equation, ".chain__note"), 5);
  assert.ok(await equation.getByRole("button", { name: "show all" }).isHidden());
});

test("without JavaScript everything is shown", LIMIT, async (t) => {
  const page = await open(t, CHAPTER, { javaScriptEnabled: false });
  const equation = page.locator('[id="eq:bptt-same"]');
  assert.equal(await equation.locator(".chain__step:visible").count(), 5);
  assert.equal(await equation.locator(".chain__note:visible").count(), 5);
});

test("two steps are read at once", LIMIT, async (t) => {
  const page = await open(t, "chapters/recurrent/#eq:rnn-a");
  const equation = page.locator('[id="eq:rnn-a"]');
  await equation.getByRole("button", { name: "cite" }).waitFor();
  assert.equal(await equation.getByRole("button", { name: "step through" }).count(), 0);
});
