// Makes drawings small with SVGO: a line of JSON in, {svg}; a line of JSON out, {svg} or {error}.
import { createInterface } from "node:readline";
import { optimize } from "svgo";

// Styles would hold for the whole page. What is called ink… is looked for by that name.
const IDS = { minify: false, preservePrefixes: ["ink"] };
const CONFIG = {
  multipass: true,
  floatPrecision: 2, // a hundredth of a point
  plugins: ["removeStyleElement", { name: "preset-default", params: { overrides: { cleanupIds: IDS } } }],
};

function small({ svg }) {
  try {
    return { svg: optimize(svg, CONFIG).data };
  } catch (error) {
    return { error: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(small(JSON.parse(line))) + "\n");
}
