// Python in a worker: loads Pyodide, NumPy and the book's library once, then runs what it is sent.
import { loadPyodide } from "../pyodide/pyodide.mjs";

const PYODIDE = new URL("../pyodide/", import.meta.url).href;
const LIBRARY = new URL("library.zip", import.meta.url);
const FOLDER = "/book"; // as in the repository: `lib/backprop` finds `data/samples` beside it

// Loads packages of Pyodide's release. `loadPackage` reports a failure and returns all the same.
async function load(pyodide, names) {
  const faults = [];
  const wanted = { errorCallback: (text) => faults.push(text), messageCallback: () => {} };
  await pyodide.loadPackage(names, wanted);
  const missing = names.filter((name) => !(name in pyodide.loadedPackages));
  if (missing.length) {
    throw new Error(
      `${missing.join(", ")} could not be loaded: the connection failed, or the file is not the one that this ` +
        `book was built with (its SHA-256 differs) and was refused. ${faults.at(-1) ?? ""}`.trim(),
    );
  }
}

async function start() {
  say({ status: "Loading Python…" });
  const pyodide = await loadPyodide({ indexURL: PYODIDE, env: { HOME: "/home", MPLBACKEND: "svg" } });
  say({ status: "Loading NumPy…" });
  const [known, library, examples] = await Promise.all([
    fetch(`${PYODIDE}pyodide-lock.json`).then((response) => response.json()),
    fetch(LIBRARY).then((response) => response.arrayBuffer()),
    fetch(new URL("examples.py", import.meta.url)).then((response) => response.text()),
    load(pyodide, ["numpy"]),
  ]);
  pyodide.unpackArchive(library, "zip", { extractDir: FOLDER });
  pyodide.runPython(`import sys; sys.path.insert(0, "${FOLDER}/lib")`);
  const module = pyodide.toPy({});
  pyodide.runPython(examples, { globals: module });
  return { pyodide, known: known.packages, examples: module.get("Examples")() };
}

function say(message) {
  postMessage(message);
}

let ready;

self.addEventListener("message", async ({ data: { sources, scope, text } }) => {
  try {
    ready ??= start();
    const { pyodide, known, examples } = await ready;
    if (text !== undefined) {
      say({ status: "Checking…" });
      const holds = examples.check(text, (kind, text) => say({ kind, text }));
      return say({ ended: holds ? "done" : "failed", ran: 1 });
    }
    const wanted = pyodide.pyodide_py.code.find_imports(sources.join("\n")).toJs();
    const more = wanted.filter((name) => name in known && !(name in pyodide.loadedPackages));
    if (more.length) {
      say({ status: `Loading ${more.join(", ")}…` });
      await load(pyodide, more);
    }
    say({ status: "Running…" });
    const last = sources.pop();
    for (const source of sources) {
      // What stands above it on the page, and has not run yet: without its output, unless it fails.
      const output = [];
      if (!examples.run(source, scope, (kind, text) => output.push({ kind, text }))) {
        say({ kind: "text", text: "An example above this one failed:\n" });
        output.forEach(say);
        return say({ ended: "failed", ran: 0 });
      }
      say({ ran: 1 });
    }
    const fine = examples.run(last, scope, (kind, text) => say({ kind, text }));
    say({ ended: fine ? "done" : "failed", ran: 1 });
  } catch (error) {
    ready = undefined;
    say({ ended: "failed", broken: true, fault: error.message });
  }
});
