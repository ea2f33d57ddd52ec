// *Run*: an example is edited, stopped, put back; and what is said where something fails.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { axe } from "./axe.mjs";
import { RELEASE, numpy, open, released, run, runtime, shown } from "./pyodide.mjs";
import { SITE } from "./site.mjs";
import { open as openTab } from "./tab.mjs";
import { wheel } from "./wheels.mjs";

const LIMIT = { timeout: 600_000 };

test("what a shell is told is no example", LIMIT, async (t) => {
  const { tab } = await open(t, "how-equations-run/");
  const told = tab.locator(".highlight:has(> pre .gp)", { hasText: "$ mathcheck" }).first();
  await told.scrollIntoViewIfNeeded();
  await tab.waitForTimeout(500);
  assert.equal(await told.locator(".example__start").count(), 0);
});

test("an example is edited, fails as Python does, is stopped and put back", LIMIT, async (t) => {
  const { tab } = await open(t, "reference/linear/");
  const example = shown(tab).first();
  const printed = await example.locator("> pre").textContent();
  await run(example);
  const editor = example.locator(".example__editor");

  await editor.fill("1 / 0");
  assert.match(await run(example), /^Traceback \(most recent call last\):\n  File "<example \d+>", line 1, in <module>\n    1 \/ 0\n.*ZeroDivisionError: division by zero\n$/s);

  await editor.fill("");
  await editor.pressSequentially("for i in range(3):\nprint(i)");
  await editor.press("Control+Enter");
  await example.locator(".example__output", { hasText: "0\n1\n2" }).waitFor();

  await editor.fill("while True:\n    pass");
  await example.locator(".example__start").click();
  await example.locator(".example__status", { hasText: "Running" }).waitFor();
  await example.locator(".example__stop").click();
  assert.equal(await example.locator(".example__status").textContent(), "Stopped.");

  for (const scheme of ["default", "slate"]) {
    await tab.evaluate((scheme) => (document.body.dataset.mdColorScheme = scheme), scheme);
    assert.deepEqual(await axe(tab, ".example--open"), []);
  }

  await example.locator(".example__reset").click();
  assert.equal(await example.locator("> pre").textContent(), printed);
  assert.ok(await example.locator("> pre").isVisible());
  assert.equal((await run(example)).includes("Error"), false);
});

test("an example runs those above it first", LIMIT, async (t) => {
  const { tab } = await open(t, "chapters/fully-connected/");
  const example = shown(tab).nth(1);
  const output = await run(example);
  assert.equal(await example.getAttribute("data-example"), "done", output);
});

test("an example that draws shows its figure", LIMIT, async (t) => {
  const { tab } = await open(t, "reference/linear/");
  const example = shown(tab).first();
  await run(example);
  await example.locator(".example__editor").fill("import matplotlib.pyplot as plt\n_ = plt.plot([1, 3, 2])\nplt.show()");
  await run(example);
  const size = await example.locator(".example__output img").evaluate((image) => [image.complete, image.naturalWidth > 100]);
  assert.deepEqual(size, [true, true]);
});

test("a wheel that fails its hash is refused, with a sentence", LIMIT, async (t) => {
  const flipped = (content) => ((content[1000] ^= 1), content);
  const { tab } = await open(t, "reference/linear/", flipped, { silent: false });
  const output = await run(shown(tab).first());
  assert.match(output, /^numpy could not be loaded: .* \(its SHA-256 differs\) and was refused\./);
});

test("without a connection it says so, and runs once there is one", LIMIT, async (t) => {
  let connected = false;
  const { tab } = await open(t, "reference/linear/", (content) => (connected ? content : null), { silent: false });
  const example = shown(tab).first();
  assert.match(await run(example), /^numpy could not be loaded: the connection failed/);
  connected = true;
  await run(example);
  assert.equal(await example.getAttribute("data-example"), "done");
});

test("the equations of the first page are checked in the page, and a flipped sign is found", LIMIT, async (t) => {
  const { tab, asked } = await open(t, "");
  const field = tab.locator(".highlight.try");
  const held = tab.locator(".flow[data-holds]:not([data-holds=''])");
  const drawing = tab.locator(".interactive:has(.flow)");
  await drawing.waitFor();
  assert.equal(await held.count(), 0);
  assert.match(await run(field), /3 of 3 claims hold/);
  assert.equal(await field.getAttribute("data-example"), "done");
  assert.deepEqual(await held.allTextContents(), ["∂L/∂x ✓", "∂L/∂W ✓", "∂L/∂b ✓"]);
  await drawing.locator("[role=status]", { hasText: "gradients hold" }).waitFor({ state: "attached" });
  await drawing.getByRole("button", { name: "Flip a sign" }).click();
  await tab.waitForFunction((element) => element.dataset.example === "failed", await field.elementHandle(), { timeout: 300_000 });
  const { line, text } = await field.locator("textarea").evaluate((editor) => ({
    line: editor.value.slice(editor.selectionStart, editor.selectionEnd),
    text: editor.value,
  }));
  assert.match(text, /&= -|x W - b/);
  assert.ok(line.length > 0, "the wrong line is selected");
  const wrong = (await held.allTextContents()).filter((label) => label.endsWith("✗"));
  assert.equal(wrong.length, 1, "one sign is wrong, and one gradient");
  assert.match(await drawing.locator(".interactive__message").textContent(), new RegExp(`^Wrong: ${wrong[0].slice(0, -2)}\\.`));
  assert.deepEqual(asked, [numpy]);
  await field.locator(".example__reset").click();
  assert.equal(await field.locator("textarea").count(), 0);
});

test("an exercise wants an answer first, and then says whether it holds", LIMIT, async (t) => {
  const { tab, asked } = await open(t, "chapters/neurons/");
  const field = tab.locator(".highlight.asked").first();
  await field.scrollIntoViewIfNeeded();
  await field.locator(".example__start").click();
  assert.match(await field.locator(".example__status").textContent(), /in place of each question mark/);
  assert.deepEqual(asked, [], "something is fetched before there is an answer");
  const editor = field.locator("textarea");
  const question = await editor.inputValue();
  const answered = (...answers) => answers.reduce((text, answer) => text.replace("?", answer), question);
  await editor.fill(answered("|x|", "-x"));
  await run(field);
  assert.equal(await field.getAttribute("data-example"), "failed");
  await editor.fill(answered("|x|", "x"));
  assert.match(await run(field), /2 of 2 claims hold/);
  assert.equal(await field.locator(".example__flip").count(), 0);
});

test("how much is fetched is said before it is, and is so", LIMIT, async (t) => {
  const { tab } = await open(t, "reference/linear/");
  const example = shown(tab).first();
  await example.scrollIntoViewIfNeeded();
  const told = await example.locator(".example__start").getAttribute("title");
  await run(example);
  const own = ["pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"].map((name) => readFileSync(join(runtime, name)));
  const library = readdirSync(join(SITE, "assets"), { recursive: true }).find((name) => name.endsWith("run/library.zip"));
  const bytes = [...own, readFileSync(join(SITE, "assets", library)), wheel(numpy)].map((content) => gzipSync(content).length);
  const megabytes = bytes.reduce((sum, each) => sum + each) / 1e6;
  assert.ok(Math.abs(Number(told.match(/about (\d+) MB/)[1]) - megabytes) < 1.5, `${told} ${megabytes} MB`);
});

test("where nothing comes, that is said after two minutes, and it can be tried again", LIMIT, async (t) => {
  const waiting = [];
  const prepare = async (context) => {
    await context.route(RELEASE, (route) => waiting.push(route)); // and never answered
    await context.clock.install();
  };
  const tab = await openTab(t, "reference/linear/", { prepare, allows: (url) => released.has(url), silent: false });
  const example = shown(tab).first();
  await example.scrollIntoViewIfNeeded();
  await example.locator(".example__start").click();
  await example.locator(".example__status", { hasText: "Loading NumPy" }).waitFor({ timeout: 120_000 });
  await tab.clock.fastForward(119_000);
  assert.equal(await example.getAttribute("data-example"), "running");
  await tab.clock.fastForward(2_000);
  await example.locator(".example__output", { hasText: /^NumPy has not come within two minutes\. .*Run tries again\.$/ }).waitFor();
  assert.equal(await example.getAttribute("data-example"), "failed");
});

test("what was edited is there after a reload, until it is put back", LIMIT, async (t) => {
  const { tab } = await open(t, "reference/linear/");
  const example = shown(tab).first();
  await run(example);
  await example.locator(".example__editor").fill("print(6 * 7)");
  await tab.reload();
  await example.scrollIntoViewIfNeeded();
  assert.equal(await example.locator(".example__editor").inputValue(), "print(6 * 7)");
  assert.match(await run(example), /^42/);
  await example.locator(".example__reset").click();
  await tab.reload();
  await example.scrollIntoViewIfNeeded();
  await example.locator(".example__start").waitFor();
  assert.equal(await example.locator(".example__editor").count(), 0);
});
