// What axe-core objects to in an opened page.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Comes near to every part of the page, after which it stays laid out: axe looks at all of it.
async function layOut(page) {
  await page.evaluate(async () => {
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
      scrollTo(0, y);
      await new Promise((ready) => setTimeout(ready, 20));
    }
  });
  await page.addStyleTag({ content: ".run { content-visibility: visible !important }" });
  await page.waitForTimeout(300);
}

// What depends on colours; and what on widths as well.
export const COLOURS = ["color-contrast", "link-in-text-block"];
export const LOOKS = [...COLOURS, "scrollable-region-focusable", "target-size"];

// The violations of axe's rules, or of some, in the page as it stands or in one part of it. Of what is in a formula axe
// judges nothing; it only takes long over it, and longer if each part of one is named (11 s for 2 in a long chapter).
export async function axe(page, part, rules) {
  if (part === undefined) await layOut(page);
  await page.evaluate(source);
  const where = { ...(part && { include: [part] }), exclude: ["math > *"] };
  const options = { preload: false, resultTypes: ["violations"], ...(rules && { runOnly: rules }) }; // the styles are there
  const { violations } = await page.evaluate(([where, options]) => window.axe.run(where, options), [where, options]);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 3).map(({ html, any }) => `${id}: ${help}: ${html.slice(0, 160)} ${any[0]?.message ?? ""}`),
  );
}
