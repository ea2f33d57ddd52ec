// *Run*: presses it on every example of the book, and holds what it prints against what is printed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { numpy, open, run, shown } from "./pyodide.mjs";
import { SITE, pages } from "./site.mjs";

const LIMIT = { timeout: 600_000 };
const withExamples = pages().filter((page) => readFileSync(join(SITE, page, page.endsWith(".html") ? "" : "index.html"), "utf8").includes('class="gp">&gt;&gt;&gt;'));

// What an example prints beside its prompts, as `doctest` reads it: a traceback by its last line, `...` for anything.
function expected(text) {
  if (!/^>>>/m.test(text)) return ""; // a block to paste says nothing
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
