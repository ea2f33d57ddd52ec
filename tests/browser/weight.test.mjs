// What a first visit of a page fetches, gzipped as a host sends it: at most 300 KB, fonts apart.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pages } from "./site.mjs";
import { open } from "./tab.mjs";

const MOST = 300_000;

test("a first visit of a page fetches at most 300 KB, fonts apart", { timeout: 600_000 }, async (t) => {
  const page = await open(t, "", { viewport: { width: 390, height: 844 } });
  const home = page.url();
  const tools = await page.context().newCDPSession(page);
  await tools.send("Network.enable");
  await tools.send("Network.setCacheDisabled", { cacheDisabled: true });
  let kinds, bytes;
  tools.on("Network.responseReceived", ({ requestId, type }) => kinds.set(requestId, type));
  tools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (kinds.has(requestId) && kinds.get(requestId) !== "Font") bytes += encodedDataLength;
  });
  const weights = [];
  for (const address of pages()) {
    [kinds, bytes] = [new Map(), 0];
    await page.goto(home + address, { waitUntil: "networkidle" });
    weights.push([bytes, address]);
  }
  weights.sort(([one], [other]) => other - one);
  t.diagnostic(`heaviest: ${weights.slice(0, 3).map(([size, address]) => `/${address} ${Math.round(size / 1000)} KB`).join(", ")}`);
  assert.ok(weights.at(-1)[0] > 10_000, "nothing was fetched");
  assert.deepEqual(weights.filter(([size]) => size > MOST), []);
});
