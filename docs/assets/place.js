// Where a reader stopped: kept by the browser alone, told on the first page, forgotten on request.
import { home } from "./home.js";
import { button, element } from "./make.js";

const NAME = "where reading stopped";
const chapter = document.querySelector('meta[name="citation_title"]')?.content;
const page = location.href.split(/[?#]/)[0];

// The last heading above the middle of the window.
function heading() {
  const found = [...document.querySelectorAll("article :is(h2, h3)[id]")];
  return found.findLast((each) => each.getBoundingClientRect().top < innerHeight / 2);
}

function keep() {
  const at = heading();
  if (!at) return; // only opened
  const section = at.textContent.replace(/#$/, "").trim();
  localStorage.setItem(NAME, JSON.stringify({ chapter, section, address: `${page.slice(home.length)}#${at.id}` }));
}

function tell(article) {
  const kept = localStorage.getItem(NAME);
  if (!kept) return;
  const { chapter, section, address } = JSON.parse(kept);
  const link = element("a", "", `${chapter}, ${section}`);
  link.href = new URL(address, home);
  const forget = button("forget", () => {
    localStorage.removeItem(NAME);
    told.remove();
  });
  const told = element("p", "place", "You stopped reading at ", link, ". ", forget);
  article.querySelector("h1").after(told);
}

if (chapter) addEventListener("pagehide", keep);
else if ([home, `${home}index.html`].includes(page)) tell(document.querySelector("article"));
