// Serves the built site as a host would, gzipped, and opens Debian's Chromium (or CHROMIUM=...) on it.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, relative, resolve } from "node:path";
import { gzipSync } from "node:zlib";

export const SITE = resolve(process.env.SITE ?? "site");

export const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".ipynb": "application/x-ipynb+json",
  ".js": "text/javascript",
  ".json": "application/json",
  ".map": "application/json",
  ".mjs": "text/javascript",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
  ".xml": "application/xml",
};
const PACKED = new Set([".css", ".html", ".js", ".json", ".mjs", ".svg", ".wasm", ".xml"]);

export function chromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("which", [name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    } catch {
      continue;
    }
  }
  throw new Error("no Chromium found: install Debian's `chromium`, or set CHROMIUM to its path");
}

// The addresses of all pages, relative to the site's root.
function addresses(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".html"))
    .map((name) => relative(folder, join(folder, name)).replaceAll("\\", "/").replace(/(^|\/)index\.html$/, "$1"))
    .sort();
}

// The pages to read; an equation's own address leads to its chapter, and is not one of them.
export function pages(folder = SITE) {
  return addresses(folder).filter((address) => !address.startsWith("eq/"));
}

export function equations(folder = SITE) {
  return addresses(folder).filter((address) => address.startsWith("eq/"));
}

export function chapters() {
  return pages().filter((address) => address.startsWith("chapters/"));
}

// The chapters with equations whose lines of code stand on the page too.
export function lighting(folder = SITE) {
  return chapters().filter((address) => {
    const html = readFileSync(join(folder, address, "index.html"), "utf8");
    return [...html.matchAll(/<a class="mark" href="#(eq:[^"]+)"/g)].some(([, id]) => html.includes(`id="${id}"`));
  });
}

// Serves a folder; `instead` may answer for an address in place of the file there.
export async function serve(folder = SITE, instead = () => undefined) {
  const kept = new Map();
  const read = (file) => {
    if (!kept.has(file)) {
      const content = readFileSync(file);
      kept.set(file, PACKED.has(extname(file)) ? gzipSync(content) : content);
    }
    return kept.get(file);
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    const answer = instead(pathname);
    if (answer !== undefined) {
      response.writeHead(200).end(answer);
      return;
    }
    let file = join(folder, decodeURIComponent(pathname));
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
    if (!file.startsWith(folder) || !existsSync(file)) {
      response.writeHead(404).end("not found");
      return;
    }
    const headers = { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "cache-control": "max-age=3600" };
    if (PACKED.has(extname(file))) headers["content-encoding"] = "gzip";
    response.writeHead(200, headers).end(read(file));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
