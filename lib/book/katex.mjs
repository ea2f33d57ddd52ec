// Renders formulas with KaTeX: a line of JSON in, {tex, display}; a line of JSON out, {html} or {error, position}.
import katex from "katex";
import { createInterface } from "node:readline";

const options = {
  output: "htmlAndMathml",
  strict: "error",
  throwOnError: true,
  trust: ({ command }) => command === "\\href", // the links that \eqref becomes
};

// The TeX source is not repeated in the page, and what assistive technology does not see takes no focus.
const tidy = (html) =>
  html
    .replace(/<annotation encoding="application\/x-tex">.*?<\/annotation>/gs, "")
    .replaceAll("<a href=", '<a tabindex="-1" href=');

function render({ tex, display }) {
  try {
    return { html: tidy(katex.renderToString(tex, { ...options, displayMode: display })) };
  } catch (error) {
    if (!(error instanceof katex.ParseError)) throw error;
    return { error: error.rawMessage ?? error.message, position: error.position ?? 0 };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(render(JSON.parse(line))) + "\n");
}
