// What a link leads to, on a card beside it: an equation, a work that is cited, how a chapter or a section begins.
// A page of which something is to be shown is fetched as if the reader went there.
import { hide, isAbout, points, show } from "./card.js";
import { home } from "./home.js";
import { element } from "./make.js";

const LINKS = "article a[href]:not(.headerlink, .equation__number, .figure__number, .equation__verdict, [download])";
const WAIT = 300; // ms: until then a pointer is only passing
const pages = new Map();

const here = location.href.split("#")[0];
const folder = location.protocol === "file:"; // where a page cannot be fetched

function page(address) {
  if (!pages.has(address)) {
    const fetched = fetch(address).then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)));
    pages.set(address, fetched.then((html) => new DOMParser().parseFromString(html, "text/html")));
  }
  return pages.get(address);
}

// A copy that means nothing to the page's other scripts, with links that lead where they led.
function copy(source, address) {
  const made = source.cloneNode(true);
  for (const left of made.querySelectorAll(".headerlink, button, .origins")) left.remove();
  for (const each of [made, ...made.querySelectorAll("*")]) {
    each.removeAttribute("id");
    if (each.classList.contains("sym")) each.removeAttribute("class");
    if (each.hasAttribute("href")) each.setAttribute("href", new URL(each.getAttribute("href"), address).href);
  }
  return made;
}

const words = (node) => copy(node, here).textContent.trim();
const heading = (text, more = "") => element("div", "card__head", element("strong", "", text), more);

function ofEquation(target, whole, address) {
  const number = target.querySelector(".equation__number").textContent;
  const from = address === here ? "" : ` ${words(whole.querySelector("h1"))}`;
  return [heading(number, from), copy(target.querySelector(".equation__math"), address)];
}

function firstParagraph(title) {
  for (let next = title.nextElementSibling; next && !next.matches("h1, h2, h3"); next = next.nextElementSibling) {
    const found = next.matches("p") ? next : next.querySelector("p");
    if (found) return found;
  }
  return null;
}

function ofSection(title, whole, address) {
  const time = title.matches("h1") && whole.querySelector(".map")?.textContent.match(/about \d+ minutes/);
  const text = firstParagraph(title);
  const begins = text ? [element("div", "card__text", ...copy(text, address).childNodes)] : [];
  return [heading(words(title), time ? ` ${time[0]}` : ""), ...begins];
}

const isSeen = (target) => {
  const { top, bottom } = (target.querySelector(".equation__math") ?? target).getBoundingClientRect();
  return top >= document.querySelector(".md-header").offsetHeight && bottom <= innerHeight;
};

// What the card of a link holds; nothing for what is in view, and for links that lead elsewhere.
async function contents(link) {
  const url = new URL(link.getAttribute("href"), location.href);
  const [address] = url.href.split("#");
  const anchor = decodeURIComponent(url.hash.slice(1));
  const away = address !== here;
  if (!address.startsWith(home) || (away ? folder : !anchor)) return [];
  if (!/\/(index\.html)?$/.test(url.pathname)) return [];
  const whole = away ? await page(address) : document;
  const target = anchor ? whole.getElementById(anchor) : whole.querySelector("article h1");
  if (!target || (!away && isSeen(target))) return [];
  if (target.matches(".equation")) return ofEquation(target, whole, address);
  if (target.matches(".references li")) return [element("div", "", ...copy(target, address).childNodes)];
  return target.matches("h1, h2, h3, h4") ? ofSection(target, whole, address) : [];
}

let wanted = null; // the link that the reader is at
let waiting = 0;

function leave() {
  clearTimeout(waiting);
  wanted = null;
}

async function tell(link, pointed, edge) {
  const found = await contents(link).catch(() => []); // no connection: no card
  if (wanted !== link || !found.length) return;
  const box = element("div", "card--link", ...found);
  box.id = "card";
  box.setAttribute("role", "tooltip");
  const title = link.getAttribute("title"); // the browser would show it over the card
  link.removeAttribute("title");
  link.setAttribute("aria-describedby", box.id);
  const gone = () => {
    link.removeAttribute("aria-describedby");
    if (title !== null) link.setAttribute("title", title);
    if (wanted === link) wanted = null;
  };
  show(link, box, { pointed, edge: edge ?? link.getBoundingClientRect(), gone });
  link.addEventListener("click", hide, { once: true });
}

function come(link, pointed, edge) {
  if (wanted === link || isAbout(link)) return;
  leave();
  wanted = link;
  waiting = setTimeout(() => tell(link, pointed, edge), WAIT);
}

const linkAt = (target) => target.closest?.(LINKS);

addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch" || !points(event)) return;
  const link = linkAt(event.target);
  if (!link) {
    if (!isAbout(wanted)) leave();
    return;
  }
  // Of a link that goes on in the next line, the part that is pointed at.
  const edge = [...link.getClientRects()].find(({ top, bottom }) => event.clientY >= top && event.clientY <= bottom);
  come(link, true, edge);
});

addEventListener("focusin", ({ target }) => {
  const link = linkAt(target);
  if (link?.matches(":focus-visible")) come(link, false);
});

addEventListener("focusout", ({ target }) => {
  if (wanted !== target) return;
  leave();
  if (isAbout(target)) hide();
});

addEventListener("pointerdown", leave);
addEventListener("keydown", ({ key }) => key === "Escape" && leave());
