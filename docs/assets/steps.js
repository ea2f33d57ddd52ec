// Reads a derivation one step at a time: its steps appear one after another, each with its rule.
import { button, element, toolLine } from "./make.js";
import { whenNear } from "./near.js";

const FEWEST = 3; // steps that are worth it

// A step is a row and those that go on with it.
function stepsOf(chain) {
  const steps = [];
  for (const row of chain.children) {
    if (row.matches(".chain__step")) steps.push([row]);
    else steps.at(-1).push(row);
  }
  return steps;
}

function arrow(sign, name, press) {
  const made = button(sign, press);
  made.ariaLabel = made.title = name;
  return made;
}

function open(equation, steps, opener) {
  const chain = equation.querySelector(".chain");
  let at = 0;

  const previous = arrow("←", "Previous step", () => go(at - 1));
  const next = arrow("→", "Next step", () => go(at + 1));
  const rules = button("rules", () => setRules(chain.classList.contains("chain--unsaid")));
  const all = button("show all", close);
  const count = element("span", "steps__count");
  const said = element("span", "sr-only");
  said.setAttribute("role", "status");
  const bar = element("div", "steps", previous, next, count, rules, all, said);
  const room = element("div", "steps-room", bar);
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Step through");
  rules.title = "Show or hide the rule that each step used";

  function go(to) {
    if (to < 0 || to >= steps.length) return;
    at = to;
    steps.forEach((rows, place) => {
      for (const row of rows) {
        row.classList.toggle("chain--later", place > at);
        row.classList.toggle("chain--now", place === at);
      }
    });
    // A button that cannot be pressed keeps the focus that it has.
    previous.setAttribute("aria-disabled", String(at === 0));
    next.setAttribute("aria-disabled", String(at === steps.length - 1));
    count.textContent = `step ${at + 1} of ${steps.length}`;
    say();
    steps[at].at(-1).scrollIntoView({ block: "nearest" });
  }

  function say() {
    const parts = steps[at].flatMap((row) => [...row.cloneNode(true).children]);
    const heard = parts.filter((part) => !part.matches(".chain__note") || rules.ariaPressed === "true");
    said.replaceChildren(`Step ${at + 1} of ${steps.length}: `, ...heard);
  }

  function setRules(shown) {
    chain.classList.toggle("chain--unsaid", !shown);
    rules.setAttribute("aria-pressed", String(shown));
    if (bar.isConnected) say();
  }

  function close() {
    setRules(true);
    for (const row of chain.children) row.classList.remove("chain--later", "chain--now");
    room.remove();
    opener.hidden = false;
    opener.focus();
  }

  bar.addEventListener("keydown", (event) => {
    const press = { ArrowLeft: () => go(at - 1), ArrowRight: () => go(at + 1), Escape: close }[event.key];
    if (!press) return;
    event.preventDefault();
    press();
  });

  setRules(true);
  equation.prepend(room);
  opener.hidden = true;
  go(0);
  next.focus();
}

whenNear((run) => {
  for (const equation of run.querySelectorAll(".equation:has(.chain)")) {
    const steps = stepsOf(equation.querySelector(".chain"));
    // Equations in a column, without a rule that leads from one to the next, are no derivation.
    if (steps.length < FEWEST || !equation.querySelector(".chain__note")) continue;
    toolLine(equation).prepend(button("step through", (opener) => open(equation, steps, opener)));
  }
});
