// Lighthouse on all pages of the menu (or the pages named), served gzipped, at mobile settings.
// `--scores` also asserts the performance score, which needs a machine with nothing else to do.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import { FLAGS, chromium, pages, serve } from "./site.mjs";

const assertPerformance = process.argv.includes("--scores");
const named = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const addresses = named.length ? named : pages().filter((address) => address !== "404.html");
// The address bar's popup is a page of the browser's own: it would load beside the one that is measured.
const WITHOUT_POPUP = "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup";
const site = await serve();
const chrome = await launch({ chromePath: chromium(), chromeFlags: [...FLAGS, WITHOUT_POPUP] });
let failed = false;

for (const address of addresses) {
  const { lhr } = await lighthouse(site.url + address, {
    port: chrome.port,
    logLevel: "error",
    onlyCategories: ["performance", "accessibility", "best-practices", "seo"],
  });
  const score = Object.fromEntries(Object.entries(lhr.categories).map(([name, { score }]) => [name, Math.round(score * 100)]));
  const shift = lhr.audits["cumulative-layout-shift"].numericValue;
  const shown = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "total-byte-weight"]
    .map((name) => `${name} ${lhr.audits[name].displayValue}`)
    .join(", ");
  console.log(`/${address}`, score, `layout shift ${shift.toFixed(4)}; ${shown}`);
  for (const category of ["accessibility", "best-practices", "seo"]) {
    for (const { id } of lhr.categories[category].auditRefs) {
      const { score, title } = lhr.audits[id];
      if (score !== null && score < 1) console.log(`  ${category}: ${title} (${id})`);
    }
  }
  const bad =
    score.accessibility < 100 ||
    score["best-practices"] < 100 ||
    score.seo < 100 ||
    shift >= 0.02 ||
    (assertPerformance && score.performance < 95);
  failed ||= bad;
}

await chrome.kill();
site.close();
process.exitCode = failed ? 1 : 0;
