// From a folder, a browser loads neither modules nor workers. Here both are texts, `given` below: modules come by an
// import map, and the search's workers from memory, with its index as a script. Where the folder is served, as open.py
// does, both are loaded as they are.
const script = document.currentScript;
const root = new URL("..", script.src);
const served = location.protocol !== "file:";
const data = (text) => `data:text/javascript;charset=utf-8,${encodeURIComponent(text)}`;
const blob = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));

function append(type, text) {
  const element = document.createElement("script");
  Object.assign(element, { type, textContent: text });
  document.head.append(element);
}

const Plain = window.Worker;
const WHY = "a browser starts no Python from a folder; `python open.py`, in the folder of the book, serves it";

class FolderWorker extends EventTarget {
  constructor(address) {
    super();
    this.waiting = [];
    if (String(address).includes("/search/worker.js")) this.search();
    else setTimeout(() => this.dispatchEvent(Object.assign(new Event("error"), { message: WHY })));
  }

  search() {
    const sections = document.createElement("script");
    sections.src = new URL("search/sections.js", root);
    sections.addEventListener("load", () => {
      const scope = [
        `const theme = ${JSON.stringify(given.theme)};`,
        `const index = ${JSON.stringify(window.bookSections)};`,
        "const [Plain, Address] = [Worker, URL];",
        "self.fetch = async () => new Response(index);",
        'self.URL = class extends Address { constructor(path) { super(path, "http://book.invalid/"); } };',
        "self.Worker = class { constructor() { return new Plain(Address.createObjectURL(new Blob([theme]))); } };",
      ];
      this.worker = new Plain(blob(`{ ${scope.join("\n")} }\n${given.search}`));
      this.worker.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent("message", { data }));
      for (const message of this.waiting) this.worker.postMessage(message);
    });
    document.head.append(sections);
  }

  postMessage(message) {
    if (this.worker) this.worker.postMessage(message);
    else this.waiting.push(message);
  }

  terminate() {
    this.worker?.terminate();
  }
}

if (!served) window.Worker = FolderWorker;
const file = (name) => new URL(name.replace("book", given.assets), root).href;
const imports = Object.fromEntries(Object.entries(given.modules).map(([name, text]) => [name, served ? file(name) : data(text)]));
append("importmap", JSON.stringify({ imports }));
append("module", script.dataset.modules.split(" ").map((name) => `import ${JSON.stringify(name)};`).join("\n"));
