// *Run* on every example: it becomes editable and runs in the page, in Pyodide, against the book's own library.
import { button, element, typed } from "../make.js";
import { whenNear } from "../near.js";

const MODIFIER = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";

const SIZE = "about 10 MB"; // Python, NumPy and the book's library; a test weighs them
const PATIENCE = 120_000; // milliseconds without a word while something is fetched

let worker; // one for the page; a new one after *Stop*
let running; // the example that runs
let done = new Set(); // the examples that have run in this worker, as they are now

export class Example {
  name = "Run";
  label = "Code of this example";

  constructor(block, scope = "", above = []) {
    this.block = block;
    this.scope = scope;
    this.above = above;
  }

  // What a reader has to do before it can run.
  get missing() {
    return "";
  }

  // A button on it, once the reader is near.
  mount() {
    this.run = button(this.name, () => start(this), "example__button example__start");
    this.run.title = `Runs in this page. The first time, ${SIZE} are fetched.`;
    this.block.append(this.run);
    const edited = recall(this);
    if (edited === undefined) return;
    this.open();
    this.editor.value = edited;
    this.fit();
  }

  // What it is in print; asked for by those below it too, which may be run before a reader has come by here.
  get typed() {
    return (this.printed ??= this.read());
  }

  read() {
    const pre = this.block.querySelector("pre");
    const lines = typed(pre);
    return lines.length ? lines.join("\n") : pre.textContent.trimEnd(); // a block to paste has no prompts
  }

  // What the worker is sent, to run this one and others before it.
  message(queue) {
    return { sources: queue.map((other) => other.source), scope: this.scope };
  }

  ending(how) {
    return how === "done" ? `Done. ${MODIFIER}+Enter runs it again.` : "It ended with an error.";
  }

  get source() {
    return this.editor ? this.editor.value : this.typed;
  }

  // Puts an editor where the example stood, and a place for what it prints below.
  open() {
    if (this.editor) return;
    this.editor = element("textarea", "example__editor");
    this.editor.spellcheck = false;
    this.editor.autocapitalize = "off";
    this.editor.setAttribute("aria-label", this.label);
    this.editor.value = this.typed;
    this.editor.addEventListener("input", () => {
      this.fit();
      remember(this, this.editor.value);
      for (const example of [this, ...this.below()]) done.delete(example);
    });
    this.editor.addEventListener("keydown", (event) => this.key(event));
    this.output = element("div", "example__output");
    this.output.tabIndex = 0;
    this.output.setAttribute("role", "log");
    this.output.setAttribute("aria-label", "Output");
    this.status = element("span", "example__status");
    this.status.setAttribute("role", "status");
    this.stop = button("Stop", () => stop(), "example__button example__stop");
    this.reset = button("Reset", () => this.close(), "example__button example__reset");
    this.bar = element("div", "example__bar", this.run, this.stop, this.reset, this.status);
    this.block.classList.add("example--open");
    this.block.append(this.editor, this.bar, this.output);
    this.fit();
  }

  // Back to the example as it is printed.
  close() {
    if (running === this) stop();
    done.delete(this);
    remember(this, this.typed);
    this.block.classList.remove("example--open");
    this.block.append(this.run);
    for (const part of [this.editor, this.bar, this.output]) part.remove();
    this.editor = undefined;
    this.run.focus();
  }

  below() {
    return examples.filter((example) => example.above.includes(this));
  }

  fit() {
    this.editor.rows = this.editor.value.split("\n").length;
  }

  key(event) {
    if (event.key !== "Enter") return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      start(this);
      return;
    }
    // A new line begins where the one before it did, deeper after a colon.
    const before = this.editor.value.slice(0, this.editor.selectionStart).split("\n").at(-1);
    const indent = before.match(/^ */)[0] + (before.trimEnd().endsWith(":") ? "    " : "");
    if (!indent) return;
    event.preventDefault();
    document.execCommand("insertText", false, `\n${indent}`); // the one way that undo knows
  }

  show({ kind, text }) {
    if (kind === "image") {
      const image = new Image();
      image.alt = "Figure drawn by this example";
      image.src = `data:image/svg+xml;base64,${text}`;
      this.output.append(image);
      return;
    }
    let last = this.output.lastElementChild;
    if (last?.tagName !== "PRE") this.output.append((last = element("pre", "")));
    last.append(text);
  }

  tell(text, state = "") {
    this.status.textContent = text;
    this.block.dataset.example = state;
  }
}

// What a reader has changed outlives a reload of the page, as long as the example is what it was.
const place = ({ block }) => `example ${location.pathname} ${[...document.querySelectorAll(".highlight")].indexOf(block)}`;

function remember(example, text) {
  if (text === example.typed) sessionStorage.removeItem(place(example));
  else sessionStorage.setItem(place(example), JSON.stringify({ printed: example.typed, text }));
}

function recall(example) {
  const { printed, text } = JSON.parse(sessionStorage.getItem(place(example)) ?? "{}");
  return printed === example.typed ? text : undefined;
}

// What is fetched may never come: after a while of silence that is said.
let silence = 0;

function waitFor(what) {
  clearTimeout(silence);
  if (!what.startsWith("Loading")) return;
  silence = setTimeout(() => {
    const fault = `${what.slice(8, -1)} has not come within two minutes. The connection may be slow or blocked; Run tries again.`;
    end("failed", fault);
    drop();
  }, PATIENCE);
}

export function start(example) {
  if (running) stop();
  example.open();
  if (example.missing) {
    example.tell(example.missing);
    example.output.replaceChildren();
    return;
  }
  example.output.replaceChildren();
  example.tell(worker ? "Starting…" : `Starting: ${SIZE} are fetched, once…`, "running");
  running = example;
  const queue = [...example.above.filter((other) => !done.has(other)), example];
  const waiting = [...queue];
  if (!worker) {
    worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      end("failed", `Python could not be started: ${event.message ?? "the worker failed"}`);
      drop();
    });
  }
  worker.onmessage = ({ data }) => {
    waitFor(data.status ?? "");
    if (data.status) example.tell(data.status, "running");
    if (data.kind) example.show(data);
    if (data.ran) done.add(waiting.shift());
    if (data.ended) end(data.ended, data.fault);
    if (data.broken) drop();
  };
  worker.postMessage(example.message(queue));
}

function end(how, fault) {
  if (fault) running.show({ kind: "text", text: fault });
  running.tell(running.ending(how), how);
  running = undefined;
}

function stop() {
  if (!running) return;
  drop();
  running.tell("Stopped.", "stopped");
  running = undefined;
}

// Ends Python itself: nothing less interrupts a loop.
function drop() {
  clearTimeout(silence);
  worker?.terminate();
  worker = undefined;
  done = new Set();
}

const examples = [];
for (const block of document.querySelectorAll(".highlight:has(> .filename, > pre .gp)")) {
  const prompt = block.querySelector(".gp");
  if (prompt && !prompt.textContent.startsWith(">>>")) continue; // what a shell is told
  // An example of a docstring begins anew; those of a chapter go on from each other.
  const heading = block.closest(".doc-object")?.querySelector(".doc-heading[id]");
  const scope = heading?.id ?? "";
  examples.push(new Example(block, scope, examples.filter((other) => other.scope === scope)));
}
whenNear((run) => {
  for (const example of examples) if (run.contains(example.block)) example.mount();
});
