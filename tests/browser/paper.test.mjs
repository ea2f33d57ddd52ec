// A chapter as `make take-along` prints it, and as a reading system gets it; and all that the command makes, of a book of
// two chapters. What would stand beyond the edge of a page stops the press by itself.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SITE } from "./site.mjs";
import { open } from "./tab.mjs";
import { WHEELS } from "./wheels.mjs";

const LIMIT = { timeout: 300_000 };
const NAME = "fully-connected";
const folder = mkdtempSync(join(tmpdir(), "paper-"));
const inPdf = (file) => JSON.parse(execFileSync("python", ["tests/browser/pdf.py", file], { maxBuffer: 1e8 }));
let pdf;

before(() => {
  execFileSync("python", ["-m", "book.take_along", SITE, "--chapter", NAME, "--to", folder]);
  pdf = inPdf(join(folder, `${NAME}.pdf`));
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

const MAKE = `
import sys
from pathlib import Path
from book.take_along import take_along
take_along(*map(Path, sys.argv[1:]))
`;
const NAMES = `
import sys
from zipfile import ZipFile
print(*ZipFile(sys.argv[1]).namelist(), sep="\\n")
`;

test("of a book of two chapters all is made, and linked", LIMIT, () => {
  const [site, root, scratch] = ["site", "root", "scratch"].map((name) => join(folder, name));
  const two = ["arrays", "perceptron"]; // the first two: numbers are those of the pages
  for (const made of [root, scratch]) mkdirSync(made);
  cpSync(SITE, site, { recursive: true });
  copyFileSync("CITATION.cff", join(root, "CITATION.cff"));
  writeFileSync(join(root, "mkdocs.yml"), `nav: [notation.md, ${two.map((name) => `chapters/${name}.md`)}]\n`);
  execFileSync("python", ["-c", MAKE, site, root, scratch, WHEELS]);
  const along = (name) => join(site, "take-along", name);
  const inside = (name) => execFileSync("python", ["-c", NAMES, along(name)], { encoding: "utf8", maxBuffer: 1e8 }).trim().split("\n");
  const page = (name) => readFileSync(join(site, name, "index.html"), "utf8");

  const book = inPdf(along("backprop-line-by-line.pdf"));
  for (const title of ["Notation", "1 Arrays", "2 Perceptron"]) {
    assert.ok(book.outline.some((entry) => entry.replaceAll(/\s+/g, " ").trim() === title), book.outline.join("; "));
  }
  assert.doesNotMatch(book.pages.join("\n"), /\bSolution\b/);

  for (const name of two) {
    const file = (kind) => join(site, "chapters", name, `${name}${kind}.pdf`);
    const [chapter, exercises, solutions] = ["", "-exercises", "-solutions"].map((kind) => inPdf(file(kind)).pages.join("\n"));
    assert.doesNotMatch(chapter, /\bSolution\b/);
    assert.match(exercises, /Exercise 1/);
    assert.doesNotMatch(exercises, /\bSolution\b/);
    const count = (text) => text.match(/\bExercise \d+\. /g).length;
    assert.equal(count(solutions), count(exercises));
    assert.ok(solutions.match(/\bSolution\b/g).length >= count(exercises));
    assert.ok(page(`chapters/${name}`).includes(`href="${name}.pdf"`));
    for (const kind of ["exercises", "solutions"]) assert.ok(page("teaching").includes(`../chapters/${name}/${name}-${kind}.pdf`));
  }

  const figures = inside("figures.zip");
  const of = (kind) => figures.filter((name) => name.startsWith(`${kind}/`)).map((name) => name.slice(4, -4)).sort();
  assert.ok(of("svg").length > 4, figures.join());
  assert.deepEqual(of("png"), of("svg"));
  assert.ok(figures.includes("LICENCE.txt"));

  const whole = inside("backprop-line-by-line-site.zip");
  for (const name of [/\/open\.py$/, /\/numpy-[^/]+\.whl$/]) assert.ok(whole.some((found) => name.test(found)));
  assert.ok(!whole.some((name) => name.endsWith(".pdf")));
  for (const kind of [".pdf", ".epub", "-site.zip"]) assert.ok(page("take-along").includes(`href="backprop-line-by-line${kind}"`));
});
