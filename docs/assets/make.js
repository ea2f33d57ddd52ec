// What the book's scripts put into a page.

export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

export function button(name, press, className = "") {
  const made = element("button", className, name);
  made.type = "button";
  made.addEventListener("click", () => press(made));
  return made;
}

// The line below an equation, where its tools stand beside its lines of code.
export function toolLine(equation) {
  const found = equation.querySelector(":scope > .equation__notes");
  if (found) return found;
  const made = element("div", "equation__notes");
  equation.append(made);
  return made;
}

// What is typed in an example, a line each: without prompts, and without answers.
const PROMPT = /^(>>>|\.\.\.) ?/;

export function typed(block) {
  const lines = block.textContent.trimEnd().split("\n");
  return lines.filter((line) => PROMPT.test(line)).map((line) => line.replace(PROMPT, ""));
}
