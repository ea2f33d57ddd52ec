// Each numbered equation gives its address, how to cite it, and itself as LaTeX and as MathML.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { open } from "./tab.mjs";

const LIMIT = { timeout: 300_000 };
const CLIPBOARD = { permissions: ["clipboard-read", "clipboard-write"] };

async function openEquation(t, options = CLIPBOARD, address = "chapters/lstm/?h=gate#eq:lstm-eta") {
  const page = await open(t, address, options);
  const equation = page.locator(`[id="${address.split("#")[1]}"]`);
  const tool = (name) => equation.getByRole("button", { name });
  await equation.locator("button.quiet").first().waitFor({ state: "attached" });
  return { page, equation, tool };
}

const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());
const opacity = (locator) => locator.evaluate((element) => getComputedStyle(element).opacity);

test("the link is the equation's address, and it is said that it was copied", LIMIT, async (t) => {
  const { page, equation, tool } = await openEquation(t);
  await tool("copy link").click();
  await equation.getByRole("status").getByText("link copied").waitFor();
  const link = await clipboard(page);
  assert.equal(link, `${new URL(page.url()).origin}/eq/lstm-eta/`);
  assert.deepEqual(await axe(page, '[id="eq:lstm-eta"]'), []);
  await page.goto("about:blank");
  await page.goto(link);
  await page.waitForURL(/\/chapters\/lstm\/#eq:lstm-eta$/);
  assert.equal(await page.locator(":target").getAttribute("id"), "eq:lstm-eta");
});

test("the citation is the chapter's, with the equation's number and address", LIMIT, async (t) => {
  const { page, equation, tool } = await openEquation(t);
  const number = await equation.locator(".equation__number").textContent();
  await tool("cite").focus();
  await page.keyboard.press("Enter");
  await equation.getByRole("status").getByText("citation copied").waitFor();
  const lines = (await clipboard(page)).split("\n");
  assert.equal(lines[0], "@incollection{backprop-lstm-lstm-eta,");
  assert.ok(lines.includes("  title     = {{LSTM}},"), lines.join("\n"));
  assert.match(lines.find((line) => line.includes("note ")), new RegExp(`\\{Equation \\${number.slice(0, -1)}\\)\\. Version`));
  assert.match(lines.at(-2), /^ {2}url {7}= \{http:\/\/127\.0\.0\.1:\d+\/eq\/lstm-eta\/\},$/);
  assert.equal(lines.at(-1), "}");
});

test("where the book is published, link and citation lead there", LIMIT, async (t) => {
  const published = '<head><link rel="canonical" href="https://example.org/book/chapters/lstm/">';
  const prepare = (context) =>
    context.route("**/chapters/lstm/*", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace("<head>", published) });
    });
  const { page, equation, tool } = await openEquation(t, { ...CLIPBOARD, prepare });
  await tool("copy link").click();
  await equation.getByRole("status").getByText("link copied").waitFor();
  assert.equal(await clipboard(page), "https://example.org/book/eq/lstm-eta/");
  await tool("cite").click();
  await equation.getByRole("status").getByText("citation copied").waitFor();
  assert.match(await clipboard(page), /= \{https:\/\/example\.org\/book\/eq\/lstm-eta\/\},\n\}$/);
});

test("as LaTeX it is the text's, in commands that all have", LIMIT, async (t) => {
  const { page, equation, tool } = await openEquation(t);
  await tool("copy LaTeX").click();
  await equation.getByRole("status").getByText("LaTeX copied").waitFor();
  const tex = await clipboard(page);
  assert.match(tex, /\\frac\{\\partial L\}/);
  assert.doesNotMatch(tex, /\\(label|eqref|coloneqq|class)/);
});

// What is seen of a formula, sign by sign.
const signs = (text) => text.replace(/[\s\u2061-\u2064]/g, "");

for (const [name, address] of [
  ["a formula", "chapters/lstm/#eq:lstm-eta"],
  ["a derivation with its rules", "chapters/lstm/#eq:lstm-dh-all"],
]) {
  test(`as MathML ${name} is whole, and needs nothing of the page`, LIMIT, async (t) => {
    const { page, equation, tool } = await openEquation(t, CLIPBOARD, address);
    await tool("copy MathML").click();
    await equation.getByRole("status").getByText("MathML copied").waitFor();
    const mathml = await clipboard(page);
    const found = await page.evaluate((text) => {
      const root = new DOMParser().parseFromString(text, "application/xml").documentElement;
      const all = [root, ...root.querySelectorAll("*")];
      return {
        name: `${root.namespaceURI} ${root.localName}`,
        foreign: all.filter(({ namespaceURI }) => namespaceURI !== root.namespaceURI).map(({ localName }) => localName),
        tied: all.flatMap(({ attributes }) => [...attributes]).map(({ name }) => name).filter((name) => /^(class|id|style|href)$/.test(name)),
        text: root.textContent,
      };
    }, mathml);
    assert.equal(found.name, "http://www.w3.org/1998/Math/MathML math");
    assert.deepEqual([found.foreign, found.tied], [[], []]);
    assert.equal(signs(found.text), signs(await equation.locator(".equation__math").textContent()));
  });
}

test("where nothing may be copied, the text is shown and selected", LIMIT, async (t) => {
  const { page, tool } = await openEquation(t, {});
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"));
  });
  await tool("copy link").click();
  await page.locator(".equation__said", { hasText: "/eq/lstm-eta/" }).waitFor();
  assert.match(await page.evaluate(() => String(getSelection())), /^http.*\/eq\/lstm-eta\/$/);
});

test("the controls are seen at the equation only; by a finger always", LIMIT, async (t) => {
  const { equation, tool, page } = await openEquation(t);
  await page.mouse.move(2, 2);
  assert.equal(await opacity(tool("cite")), "0");
  await equation.locator(".equation__math").hover({ position: { x: 3, y: 3 } });
  assert.equal(await opacity(tool("cite")), "1");
  await page.mouse.move(2, 2);
  await equation.locator(".equation__number").focus();
  assert.equal(await opacity(tool("cite")), "1");
});

test("on a phone the controls are behind one button", LIMIT, async (t) => {
  const phone = { ...CLIPBOARD, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
  const { page, equation, tool } = await openEquation(t, phone);
  const seen = async () => (await equation.locator(".equation__notes > :visible").evaluateAll((all) => all.map((each) => each.className))).sort();
  assert.deepEqual(await seen(), ["equation__more", "equation__symbols", "equation__verdict"]);
  await tool("More of this equation").tap();
  assert.equal(await tool("More of this equation").getAttribute("aria-expanded"), "true");
  assert.ok((await seen()).length > 6);
  assert.deepEqual(await axe(page, '[id="eq:lstm-eta"]'), []);
  assert.equal(await opacity(tool("copy link")), "1");
  await tool("copy link").tap();
  await equation.getByRole("status").getByText("link copied").waitFor();
});

test("an equation of a page that is no chapter can be cited too", LIMIT, async (t) => {
  const { page, tool } = await openEquation(t, CLIPBOARD, "how-equations-run/#eq:how-dg");
  await tool("cite").click();
  await page.locator(".equation__said", { hasText: "citation copied" }).waitFor();
  assert.match(await clipboard(page), /^@incollection\{backprop-how-equations-run-how-dg,\n/);
});

test("without JavaScript an equation's number is its link", LIMIT, async (t) => {
  const page = await open(t, "chapters/lstm/", { javaScriptEnabled: false });
  const number = page.locator('[id="eq:lstm-eta"] .equation__number');
  assert.equal(await number.getAttribute("href"), "#eq:lstm-eta");
});
