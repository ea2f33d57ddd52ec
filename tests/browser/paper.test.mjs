// A chapter as `make take-along` prints it, and as a reading system gets it. What would stand beyond the edge of a
// page stops the press by itself.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SITE } from "./site.mjs";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 300_000 };
const NAME = "fully-connected";
const folder = mkdtempSync(join(tmpdir(), "paper-"));
let pdf;

before(() => {
  execFileSync("python", ["-m", "book.take_along", SITE, "--chapter", NAME, "--to", folder]);
  pdf = JSON.parse(execFileSync("python", ["tests/browser/pdf.py", join(folder, `${NAME}.pdf`)], { maxBuffer: 1e8 }));
}, LIMIT);

after(() => rmSync(folder, { recursive: true }));

test("its fonts are in it, each as a font; it has a title, a language, tags", LIMIT, () => {
  assert.ok(Object.keys(pdf.fonts).some((font) => font.includes("STIXTwoText")));
  assert.ok(Object.keys(pdf.fonts).some((font) => font.includes("STIXTwoMath")));
  assert.deepEqual(Object.entries(pdf.fonts).filter(([, whole]) => !whole), []);
  assert.equal(pdf.title, "Fully connected networks · Backprop, line by line");
  assert.equal(pdf.language, "en");
  assert.ok(pdf.tagged);
});

test("all is in it but the solutions, each page with its number and its head", LIMIT, async (t) => {
  const page = await open(t, `chapters/${NAME}/`);
  const text = pdf.pages.join("\n").replaceAll(/\s+/g, " ");
  const labels = await page.locator(".equation__number").allTextContents();
  assert.ok(labels.length > 10);
  assert.deepEqual(labels.filter((label) => !text.includes(label.trim())), []);
  const captions = await page.locator("figcaption .figure__number").allTextContents();
  assert.ok(captions.length);
  assert.deepEqual(captions.filter((label) => !text.includes(label.trim())), []);
  assert.ok(await page.locator("details.success").count());
  assert.doesNotMatch(text, /\bSolution\b/);
  const headings = await page.locator("article :is(h1, h2)").evaluateAll((all) =>
    all.map((one) => [...one.childNodes].filter(({ className }) => className !== "headerlink").map(({ textContent }) => textContent).join("")),
  );
  const listed = pdf.outline.map((title) => title.replaceAll(/\s/g, ""));
  assert.deepEqual(headings.filter((heading) => !listed.includes(heading.replaceAll(/\s/g, ""))), []);
  for (const [index, said] of pdf.pages.entries()) {
    assert.match(said, new RegExp(`\\b${index + 1}\\b`));
    assert.match(said, /Backprop, line by line/);
  }
});

// What a reading system would not find in an EPUB: files, anchors, what its package does not list.
const LOST = `
import posixpath, sys
from zipfile import ZipFile
from lxml import etree
with ZipFile(sys.argv[1]) as archive:
    files = {name.removeprefix("book/"): archive.read(name) for name in archive.namelist() if name.startswith("book/")}
pages = {name: etree.fromstring(text) for name, text in files.items() if name.endswith(".xhtml")}
ids = {name: [each.get("id") for each in page.iter() if each.get("id")] for name, page in pages.items()}
for name, found in ids.items():
    print(*{f"{name}: {each} twice" for each in found if found.count(each) > 1}, sep="\\n", end="")
for name, page in pages.items():
    for element in page.iter():
        for attribute, value in element.attrib.items():
            if attribute.rpartition("}")[2] in ("href", "src") and ":" not in value:
                path, _, anchor = value.partition("#")
                place = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
                if place not in files or anchor and anchor not in ids.get(place, ()):
                    print(f"{name}: {value}")
listed = {item.get("href") for item in etree.fromstring(files["package.opf"]).iter("{*}item")}
print(*(listed ^ (files.keys() - {"package.opf"})), sep="\\n", end="")
`;

test("as an EPUB it holds all that it leads to", LIMIT, () => {
  assert.equal(execFileSync("python", ["-c", LOST, join(folder, `${NAME}.epub`)], { encoding: "utf8" }), "");
});
