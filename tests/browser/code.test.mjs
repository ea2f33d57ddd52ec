// Shown code: types folded, marks beside the beginning of their lines, no sign broken.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chapters } from "./site.mjs";
import { open } from "./tab.mjs";

// Code alone is laid out; what else stands there would take most of the time.
const ALONE = `
  .run { content-visibility: visible !important }
  .run > :not(.pair, .literate, :has(.literate), .highlight), .pair__text > :not(.highlight) { display: none !important }`;

// The marks that do not stand in the first row of their line, and the arrows that take two rows.
const broken = (page) =>
  page.evaluate(() => {
    const faults = [];
    for (const mark of document.querySelectorAll(".source .line a.mark")) {
      const [line, own] = [mark.closest(".line"), mark].map((element) => element.getBoundingClientRect());
      const first = document.createRange();
      first.selectNodeContents(mark.closest(".line").querySelector(".line__code"));
      const row = [...first.getClientRects()].find(({ width }) => width);
      if (own.width && (own.bottom < row.top || own.top > row.bottom)) faults.push(`below its line: ${mark.closest(".line").textContent.trim()}`);
      if (own.right > line.right + 1) faults.push(`cut off: ${mark.closest(".line").textContent.trim()}`);
    }
    for (const sign of document.querySelectorAll(".highlight .o")) {
      if (sign.textContent === "->" && sign.getClientRects().length > 1) faults.push(`in two rows: ${sign.parentElement.textContent.trim()}`);
    }
    return faults;
  });

test("no line of code is broken before its mark, and no arrow in the middle, at five widths", { timeout: 300_000 }, async (t) => {
  const page = await open(t, "", { viewport: { width: 360, height: 740 } });
  const home = page.url();
  for (const address of chapters()) {
    await page.goto(home + address, { waitUntil: "domcontentloaded" });
    await page.addStyleTag({ content: ALONE });
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
    for (const width of [360, 600, 1024, 1200, 1440]) {
      await page.setViewportSize({ width, height: 740 });
      assert.deepEqual(await broken(page), [], `/${address} at ${width} px`);
    }
  }
});

test("a signature is shown without types until they are asked for, and copied with them", async (t) => {
  const page = await open(t, "chapters/lstm/", { permissions: ["clipboard-read", "clipboard-write"] });
  const block = page.locator('[id="code:backprop.lstm.lstm_forward"]');
  for (const _ of [1, 2]) { // what stands above it gets its true height on the way
    await block.scrollIntoViewIfNeeded();
    await page.waitForTimeout(300);
  }
  const signature = block.locator(".source__types");
  assert.equal((await signature.innerText()).trim().replace(/^\d+/, "").trim(), "def lstm_forward(x, h0, c0, W_x, W_h, b, *, mask=None):");
  await block.hover();
  await block.getByRole("button", { name: "Copy" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied.match(/def lstm_forward/g).length, 1);
  assert.match(copied, /x: Array,\n {4}h0: Array,/);
  await signature.locator("summary").click();
  assert.match(await signature.innerText(), /x: Array,/);
});
