// Lights an equation's lines of code, and a line's equations: while the pointer or the focus is on
// one of them, and after a click until Escape, another click, or another fragment in the address.
import { button, element, toolLine } from "./make.js";
import { whenGoingOn, whenNear } from "./near.js";

const partners = new Map(); // from an equation, or a line, to those on the other side

function tie(one, other) {
  for (const [from, to] of [[one, other], [other, one]]) {
    if (!partners.has(from)) partners.set(from, []);
    partners.get(from).push(to);
    from.dataset.lights = "";
  }
}

for (const mark of document.querySelectorAll('.line:not(.equation *) a.mark[href^="#eq:"]')) {
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
  if (one?.matches(".equation")) reveal(partners.get(one), arrivedAt());
}

// Brings one of the lines into view in the column beside; the page itself stays. What scrolling in a high column
// cannot reach, since the window cuts the column, is reached by moving what stands in it.
function reveal(lines, stays) {
  for (const [column, found] of Map.groupBy(lines, (line) => line.closest(".pair__code"))) {
    if (!column || column.contains(stays)) continue;
    const box = column.getBoundingClientRect();
    const [from, to] = [Math.max(box.top, 60), Math.min(box.bottom, innerHeight)]; // what is seen of it
    const moved = parseFloat(column.style.getPropertyValue("--moved")) || 0;
    const places = () => found.map((line) => line.getBoundingClientRect());
    const seen = (rects, by = 0) => rects.some(({ top, bottom }) => top + by >= from && bottom + by <= to);
    const now = places();
    if (seen(now) && !(moved && seen(now, -moved))) continue;
    column.style.removeProperty("--moved"); // what is moved counts as height that can be scrolled
    const still = places();
    const wanted = from + (to - from) / 3 - still[0].top;
    const { scrollTop, scrollHeight, clientHeight } = column;
    const scrolled = seen(still) ? 0 : Math.max(-scrollTop, Math.min(scrollHeight - clientHeight - scrollTop, -wanted));
    const rest = seen(still, -scrolled) ? 0 : wanted + scrolled;
    column.style.setProperty("--moved", `${rest}px`);
    column.scrollBy({ top: scrolled });
  }
}

// While the derivation scrolls, such a column keeps up with the equation nearest to the middle of the window.
const inView = new Set();
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) inView[isIntersecting ? "add" : "delete"](target);
  keepUp();
});
const fromMiddle = (equation) => {
  const { top, bottom } = equation.querySelector(".equation__math").getBoundingClientRect();
  return Math.abs((top + bottom - innerHeight) / 2);
};
let frame = 0;

function keepUp() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    const [first] = [...inView].map((equation) => [fromMiddle(equation), equation]).sort(([one], [other]) => one - other);
    if (first) reveal(partners.get(first[1]), arrivedAt());
  });
}

addEventListener("scroll", keepUp, { passive: true });

// The line that the address led to, until the reader goes on: its column stays where it is.
let left = "";
const arrivedAt = () => (left === location.hash ? null : document.querySelector(".line:target"));

whenGoingOn(() => (left = location.hash));
addEventListener("click", ({ target }) => {
  const link = target.closest('a[href^="#"]');
  if (!link) return;
  left = null;
  // A link within a drawing has no `hash`.
  const goal = document.getElementById(decodeURIComponent(link.getAttribute("href").slice(1)));
  goal?.closest(".pair__code")?.style.removeProperty("--moved");
});

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

// Where the code does not stand beside an equation, its lines do; on a phone a button opens them in their place.
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

const isBeside = (equation, lines) =>
  lines.some((line) => line.closest(".pair__code")?.parentElement === (equation.closest(".pair") ?? document));

// The box of an equation's lines; one whose code is another's came with the page.
function boxOf(equation) {
  const given = equation.querySelector(":scope > .equation__lines");
  if (given) return given;
  const lines = partners.get(equation);
  const box = element("div", "equation__lines source highlight");
  fill(box, lines);
  equation.append(box);
  equation.classList.toggle("equation--quotes", !isBeside(equation, lines));
  near.observe(equation);
  return box;
}

whenNear((run) => {
  for (const equation of run.querySelectorAll(".equation:is([data-lights], .equation--quotes)")) {
    const box = boxOf(equation);
    box.id = `lines:${equation.id}`;
    const opener = button("code", () => {
      const open = box.classList.toggle("equation__lines--open");
      opener.setAttribute("aria-expanded", String(open));
    });
    opener.setAttribute("aria-expanded", "false");
    opener.setAttribute("aria-controls", box.id);
    toolLine(equation).prepend(opener);
  }
});
