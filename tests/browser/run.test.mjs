// *Run*: presses it on every example of the book, and holds what it prints against what is printed.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { axe } from "./axe.mjs";
import { SITE, pages } from "./site.mjs";
import { open as openTab } from "./tab.mjs";

const LIMIT = { timeout: 600_000 };
const RELEASE = "https://cdn.jsdelivr.net/pyodide/**";
const runtime = readdirSync(join(SITE, "assets")).find((name) => name.startsWith("pyodide-"));
const list = JSON.parse(readFileSync(join(SITE, "assets", runtime, "pyodide-lock.json"), "utf8"));
const numpy = list.packages.numpy.file_name;
const released = new Set(Object.values(list.packages).map((entry) => entry.file_name));
const WHEELS = resolve(".cache/wheels");
if (!existsSync(join(WHEELS, numpy.split("/").at(-1)))) throw new Error("no wheels in .cache/wheels: python tests/browser/wheels.py .cache/wheels");
const withExamples = pages().filter((page) => readFileSync(join(SITE, page, page.endsWith(".html") ? "" : "index.html"), "utf8").includes('class="gp">&gt;&gt;&gt;'));

const answer = (route, body) => route.fulfill({ body, headers: { "access-control-allow-origin": "*" } });
const wheel = (url) => readFileSync(join(WHEELS, url.split("/").at(-1)));

// A page whose requests to Pyodide's release are answered with its wheels, as `change` leaves them.
async function open(t, address, change = (content) => content, options = {}) {
  const asked = [];
  const prepare = (context) =>
    context.route(RELEASE, (route) => {
      const url = route.request().url();
      asked.push(url);
      const body = change(wheel(url));
      return body ? answer(route, body) : route.abort();
    });
  const tab = await openTab(t, address, { prepare, allows: (url) => released.has(url), ...options });
  return { tab, asked };
}

const shown = (tab) => tab.locator(".highlight:has(> pre .gp)", { hasText: ">>>" });

async function run(example) {
  await example.evaluate((element) => {
    for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  });
  await example.scrollIntoViewIfNeeded(); // where a reader comes, there are buttons
  await example.locator(".example__start").click();
  await example.page().waitForFunction((element) => /done|failed/.test(element.dataset.example), await example.elementHandle(), { timeout: 300_000 });
  return example.evaluate((element) => [...element.querySelectorAll(".example__output pre")].map((pre) => pre.textContent).join(""));
}

// What an example prints beside its prompts, as `doctest` reads it: a traceback by its last line, `...` for anything.
function expected(text) {
  const lines = text.trimEnd().split("\n").filter((line) => !/^(>>>|\.\.\.)( |$)/.test(line));
  const start = lines.findIndex((line) => line.startsWith("Traceback"));
  return lines.slice(start < 0 ? 0 : start + 1).filter((line) => line.trim() && line.trim() !== "...").join("\n").replaceAll("<BLANKLINE>", "");
}

function matches(output, pattern) {
  const squeeze = (text) => text.replace(/\s+/g, " ").trim();
  const parts = squeeze(pattern).split("...").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const wanted = new RegExp(`${parts.join(".*")}$`, "s");
  return wanted.test(squeeze(output));
}

for (const page of withExamples) {
  test(`/${page}: every example runs and prints what is printed`, LIMIT, async (t) => {
    const { tab, asked } = await open(t, page);
    assert.deepEqual(asked, [], "asked for before a press");
    const examples = await shown(tab).all();
    const wrong = [];
    for (const example of examples) {
      const text = await example.locator("> pre").textContent();
      const output = await run(example);
      const wanted = expected(text);
      const fails = /^Traceback/m.test(text);
      if ((await example.getAttribute("data-example")) !== (fails ? "failed" : "done") || !matches(output, wanted)) {
        wrong.push(`${text}\n--- printed in the page:\n${output}`);
      }
    }
    assert.equal(wrong.join("\n\n"), "");
    assert.deepEqual(asked, [numpy]);
  });
}

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
  assert.match(await run(field), /3 of 3 claims hold/);
  assert.equal(await field.getAttribute("data-example"), "done");
  await field.locator(".example__flip").click();
  await tab.waitForFunction((element) => element.dataset.example === "failed", await field.elementHandle(), { timeout: 300_000 });
  const { line, text } = await field.locator("textarea").evaluate((editor) => ({
    line: editor.value.slice(editor.selectionStart, editor.selectionEnd),
    text: editor.value,
  }));
  assert.match(text, /&= -|x W - b/);
  assert.ok(line.length > 0, "the wrong line is selected");
  assert.deepEqual(asked, [numpy]);
  await field.locator(".example__reset").click();
  assert.equal(await field.locator("textarea").count(), 0);
});

test("how much is fetched is said before it is, and is so", LIMIT, async (t) => {
  const { tab } = await open(t, "reference/linear/");
  const example = shown(tab).first();
  await example.scrollIntoViewIfNeeded();
  const told = await example.locator(".example__start").getAttribute("title");
  await run(example);
  const own = ["pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"].map((name) => readFileSync(join(SITE, "assets", runtime, name)));
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
