// Sixty questions, and the page that should be first: the built site's index, in the theme's search, as worker.js asks it.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { Reader } from "../../docs/assets/search/asking.js";
import { SITE } from "./site.mjs";

const read = (...names) => readFileSync(join(SITE, ...names), "utf8");

// The theme's worker, in a world that has what it uses of a browser.
async function theme() {
  const folder = join("assets", "javascripts", "workers");
  const file = readdirSync(join(SITE, folder)).find((name) => /^search\..*\.js$/.test(name));
  let listen, answered;
  const world = createContext({ addEventListener: (_, listener) => (listen = listener), postMessage: (data) => answered(data), console });
  runInContext("self = globalThis; document = undefined; Element = undefined;", world);
  runInContext(read(folder, file), world);
  return (data) =>
    new Promise((ready) => {
      answered = ready;
      listen({ data });
    });
}

const ask = await theme();
const { config } = JSON.parse(read("search", "search_index.json"));
const docs = JSON.parse(read("search", "sections.json"));
await ask({ type: 0, data: { config, docs, options: {} } });
const reader = new Reader(docs, config.separator);

async function answers(words) {
  const question = reader.question(words);
  const { data } = await ask({ type: 2, data: question.words });
  return reader.inOrder(question, data.items).map((page) => page.map(({ location }) => location));
}

const best = async (words) => (await answers(words)).slice(0, 3).map(([first]) => first);

// An address with a place in the page is the section that should be first; one that ends in `/`, its page.
const QUESTIONS = JSON.parse(readFileSync(new URL("questions.json", import.meta.url), "utf8"));

test("there are sixty questions", () => assert.ok(Object.keys(QUESTIONS).length >= 60));

for (const [words, address] of Object.entries(QUESTIONS)) {
  test(`"${words}" leads to /${address}`, async () => {
    const found = await best(words);
    assert.ok(found[0]?.startsWith(address), found.join(", ") || "nothing is found");
  });
}
