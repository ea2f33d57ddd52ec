// Lights an equation's lines of code, and a line's equations: while the pointer or the focus is on
// one of them, and after a click until Escape, another click, or another fragment in the address.
import { button, element, toolLine } from "./make.js";
import { whenNear } from "./near.js";

const partners = new Map(); // from an equation, or a line, to those on the other side

function tie(one, other) {
  for (const [from, to] of [[one, other], [other, one]]) {
    if (!partners.has(from)) partners.set(from, []);
    partners.get(from).push(to);
    from.dataset.lights = "";
  }
}

for (const mark of document.querySelectorAll('.line a.mark[href^="#eq:"]')) {
  const equation = document.getElementById(decodeURIComponent(mark.hash.slice(1)));
  if (equation) tie(equation, mark.closest(".line"));
}

const group = (one) => [one, ...(partners.get(one) ?? [])];
const tied = (target) => target.closest?.("[data-lights]");

function set(name, elements) {
  for (const element of document.querySelectorAll(`.${name}`)) element.classList.remove(name);
  for (const element of elements) element.classList.add(name);
}

let current = null;

function light(one) {
  if (one === current) return;
  current = one;
  set("lit", one ? group(one) : []);
  if (one?.matches(".equation")) reveal(partners.get(one));
}

// Brings one of the lines into view in a column that is higher than the window; the page itself stays.
function reveal(lines) {
  for (const [column, found] of Map.groupBy(lines, (line) => line.closest(".pair__code"))) {
    if (!column || column.scrollHeight <= column.clientHeight) continue;
    const box = column.getBoundingClientRect();
    const [from, to] = [Math.max(box.top, 60), Math.min(box.bottom, innerHeight)]; // what is seen of it
    const places = found.map((line) => line.getBoundingClientRect());
    if (places.some(({ top, bottom }) => top >= from && bottom <= to)) continue;
    column.scrollBy({ top: places[0].top - from - (to - from) / 3 });
  }
}

// While the derivation scrolls, such a column keeps up with the equation in the middle of the window.
const middle = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) reveal(partners.get(target));
  },
  { rootMargin: "-49% 0px -49%" },
);

for (const sign of ["pointerover", "focusin"]) addEventListener(sign, ({ target }) => light(tied(target)));
addEventListener("focusout", () => light(null));

let kept = null;

function keep(one) {
  kept = one;
  set("kept", one ? group(one) : []);
}

addEventListener("click", ({ target }) => {
  const one = tied(target);
  if (!one || target.closest("a, button, summary") || !getSelection().isCollapsed) return;
  const next = one === kept ? null : one;
  keep(next);
  history.replaceState(null, "", next ? `#${next.id}` : location.pathname + location.search);
});

addEventListener("keydown", ({ key }) => {
  if (key === "Escape" && kept) keep(null);
});

function follow() {
  const one = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  keep(one && partners.has(one) ? one : null);
}

addEventListener("hashchange", follow);
follow();

// On a phone the code stands far below: a button opens an equation's lines in their place.
function fill(box, lines) {
  const sources = Map.groupBy(lines, (line) => line.closest(".source"));
  for (const [source, found] of sources) {
    const name = source.querySelector(".source__name > :first-child").cloneNode(true);
    const copies = found.map((line) => line.cloneNode(true));
    for (const copy of copies) {
      copy.removeAttribute("id");
      copy.className = "line";
    }
    const pre = element("pre", "", ...copies);
    box.append(element("div", "source__name", name), element("div", "source__code", pre));
  }
}

function toggle(opener, box, lines) {
  if (!box.childElementCount) fill(box, lines);
  box.hidden = !box.hidden;
  opener.setAttribute("aria-expanded", String(!box.hidden));
}

whenNear((run) => {
  for (const equation of run.querySelectorAll(".equation[data-lights]")) {
    middle.observe(equation);
    const box = element("div", "equation__lines source highlight");
    box.id = `lines:${equation.id}`;
    box.hidden = true;
    const opener = button("code", () => toggle(opener, box, partners.get(equation)));
    opener.setAttribute("aria-expanded", "false");
    opener.setAttribute("aria-controls", box.id);
    toolLine(equation).prepend(opener);
    equation.append(box);
  }
});
