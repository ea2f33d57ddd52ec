// Examples that run in the page: Pyodide's release is answered for by its wheels.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { SITE } from "./site.mjs";
import { open as openTab } from "./tab.mjs";
import { wheel } from "./wheels.mjs";

export const RELEASE = "https://cdn.jsdelivr.net/pyodide/**";
export const runtime = join(SITE, "assets", readdirSync(join(SITE, "assets")).find((name) => name.startsWith("pyodide-")));
const list = JSON.parse(readFileSync(join(runtime, "pyodide-lock.json"), "utf8"));
export const numpy = list.packages.numpy.file_name;
export const released = new Set(Object.values(list.packages).map((entry) => entry.file_name));

const answer = (route, body) => route.fulfill({ body, headers: { "access-control-allow-origin": "*" } });

// A page whose requests to Pyodide's release are answered with its wheels, as `change` leaves them.
export async function open(t, address, change = (content) => content, options = {}) {
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

// Examples, and what stands between them to be pasted.
export const shown = (tab) => tab.locator(".highlight:has(> .filename, > pre .gp)", { hasText: /^to paste|>>>/ });

export async function run(example) {
  await example.evaluate((element) => {
    for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  });
  await example.scrollIntoViewIfNeeded(); // where a reader comes, there are buttons
  await example.locator(".example__start").click();
  await example.page().waitForFunction((element) => /done|failed/.test(element.dataset.example), await example.elementHandle(), { timeout: 300_000 });
  return example.evaluate((element) => [...element.querySelectorAll(".example__output pre")].map((pre) => pre.textContent).join(""));
}
