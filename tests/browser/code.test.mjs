// Shown code: its types are folded.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "./tab.mjs";

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
