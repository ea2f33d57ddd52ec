// *Try it*: equations that can be edited, and the checker itself, which runs in the page. In an exercise they want an
// answer first.
import { button } from "../make.js";
import { whenNear } from "../near.js";
import { Example, start } from "./run.js";
import { flipped } from "./flip.js";

class Equations extends Example {
  name = "Check";
  label = "Equations, with their table of symbols";

  read() {
    return this.block.querySelector("pre").textContent.trimEnd();
  }

  message() {
    document.dispatchEvent(new Event("checking"));
    return { text: this.source };
  }

  get missing() {
    return this.asks && this.source.includes("?") ? "Put your answer in place of each question mark; then check it." : "";
  }

  get asks() {
    return this.block.classList.contains("asked");
  }

  ending(how) {
    return how === "done" ? "All of it holds." : "Something is wrong: see below.";
  }

  open() {
    if (this.editor) return;
    super.open();
    if (this.asks) return;
    this.stop.before(button("Flip a sign", () => this.flip(), "example__button example__flip"));
  }

  mount() {
    if (!this.run) super.mount(); // a drawing may have asked for it already
  }

  tell(text, state) {
    super.tell(text, state);
    document.dispatchEvent(new CustomEvent("checker", { detail: text }));
  }

  // A sign of the text as it is printed, so that one thing is wrong and not two.
  flip() {
    this.editor.value = flipped(this.typed, Math.random());
    start(this);
  }

  // The line that is wrong is the one that is selected. Of each claim a drawing may want to know.
  show(told) {
    if (told.kind === "claim") return document.dispatchEvent(new CustomEvent("claim", { detail: JSON.parse(told.text) }));
    if (told.kind !== "place") return super.show(told);
    const lines = this.editor.value.split("\n");
    const from = lines.slice(0, told.text - 1).join("\n").length + (told.text > 1);
    this.editor.focus({ preventScroll: true });
    this.editor.setSelectionRange(from, from + lines[told.text - 1].length);
  }
}

const fields = [...document.querySelectorAll(".highlight.try")].map((block) => new Equations(block));
whenNear((run) => {
  for (const field of fields) if (run.contains(field.block)) field.mount();
});

// A drawing's buttons: what it shows is the first equations of the page.
document.addEventListener("wanted", ({ detail }) => {
  const [field] = fields;
  field.mount();
  if (detail === "flip") {
    field.open();
    field.flip();
  } else start(field);
});
