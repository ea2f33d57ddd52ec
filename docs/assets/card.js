// The page's one card: beside what it is about, within the window, until Escape or until the reader goes on. Where the
// column beside the text is free it stands there, and covers nothing.
import { columnOf, takenIn } from "./column.js";

const GAP = 4;
const STAYS = 250; // ms, for a pointer on its way to it
const STAYS_DOCKED = 1500; // the way is longer, and it covers nothing
let card = null;
let leaving = 0;
let at = ""; // where the pointer is: what comes below it by itself, as after a jump, is not pointed at

addEventListener("pointermove", ({ clientX, clientY }) => (at = `${clientX} ${clientY}`), { passive: true });

export const points = ({ pointerType, clientX, clientY }) => pointerType !== "mouse" || at !== `${clientX} ${clientY}`;

export const isAbout = (one) => card?.about === one;

const headerHeight = () => document.querySelector(".md-header").offsetHeight;

// In the column, as high as what it is about; or nowhere, if something stands there.
function dock({ about, box, edge }) {
  const run = about.closest(".run");
  const column = run && columnOf(run);
  if (!column || edge.right > column.left) return false;
  box.style.maxWidth = `${column.right - column.left}px`;
  const lowest = innerHeight - box.offsetHeight - GAP;
  const top = Math.max(headerHeight() + GAP, Math.min(edge.top, lowest));
  const bottom = top + box.offsetHeight;
  const inView = [...document.querySelectorAll(".run")].filter((each) => {
    const { top: from, bottom: to } = each.getBoundingClientRect();
    return from < bottom && to > top;
  });
  const meets = (other) => other.top < bottom && other.bottom > top;
  if (bottom > innerHeight || inView.some((each) => takenIn(each, column).some(meets))) {
    box.style.maxWidth = "";
    return false;
  }
  box.classList.add("card--docked");
  box.style.left = `${column.left + scrollX}px`;
  box.style.top = `${top + scrollY}px`;
  return true;
}

// Below what it is about, or above where there is more room: never over it.
function place({ box, edge }) {
  const { left, bottom, top } = edge;
  const roomAbove = top - headerHeight() - 2 * GAP;
  const roomBelow = innerHeight - bottom - 2 * GAP;
  const above = box.offsetHeight > roomBelow && roomAbove > roomBelow;
  box.style.maxHeight = `${Math.max(above ? roomAbove : roomBelow, 80)}px`;
  const right = document.documentElement.clientWidth - box.offsetWidth - 8;
  box.style.left = `${Math.max(8, Math.min(left, right)) + scrollX}px`;
  box.style.top = `${(above ? top - box.offsetHeight - GAP : bottom + GAP) + scrollY}px`;
}

// `pointed`: it goes when the pointer leaves. `edge`: the box that it stands beside. `gone` is called when it goes.
export function show(about, box, { pointed = true, edge = about.getBoundingClientRect(), gone = () => {} } = {}) {
  hide();
  card = { about, box, pointed, edge, gone };
  box.classList.add("card", "md-typeset");
  document.body.append(box);
  card.docked = dock(card);
  if (!card.docked) place(card);
}

export function hide() {
  clearTimeout(leaving);
  if (!card) return;
  const { box, gone } = card;
  card = null;
  box.remove();
  gone();
}

const isOn = (target) => card.box.contains(target) || card.about.contains(target);

addEventListener("pointerover", (event) => {
  if (!points(event)) return;
  clearTimeout(leaving);
  if (card?.pointed && !isOn(event.target)) leaving = setTimeout(hide, card.docked ? STAYS_DOCKED : STAYS);
});

addEventListener("pointerdown", ({ target }) => {
  if (card && !isOn(target)) hide();
});

addEventListener("keydown", ({ key }) => {
  if (key === "Escape") hide();
});
