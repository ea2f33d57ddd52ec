// The page's one card: beside what it is about, within the window, until Escape or until the reader goes on.
import { element } from "./make.js";

const GAP = 4;
let card = null;
let leaving = 0;
let at = ""; // where the pointer is: what comes below it by itself, as after a jump, is not pointed at

addEventListener("pointermove", ({ clientX, clientY }) => (at = `${clientX} ${clientY}`), { passive: true });

export const points = ({ pointerType, clientX, clientY }) => pointerType !== "mouse" || at !== `${clientX} ${clientY}`;

export const isAbout = (one) => card?.about === one;

// Below what it is about, or above where there is more room: never over it.
function place({ box, edge }) {
  const { left, bottom, top } = edge;
  const roomAbove = top - document.querySelector(".md-header").offsetHeight - 2 * GAP;
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
  place(card);
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
  if (card?.pointed && !isOn(event.target)) leaving = setTimeout(hide, 250);
});

addEventListener("pointerdown", ({ target }) => {
  if (card && !isOn(target)) hide();
});

addEventListener("keydown", ({ key }) => {
  if (key === "Escape") hide();
});
