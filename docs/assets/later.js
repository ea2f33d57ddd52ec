import { home } from "./home.js";

// What only scripts make use of did not keep the text waiting.
for (const styles of document.querySelectorAll("link[data-later]")) styles.media = "all";

// The search reads its index at the first question; it is on its way as soon as the search is open.
function fetchIndex() {
  const index = document.createElement("link");
  Object.assign(index, { rel: "prefetch", as: "fetch", crossOrigin: "", href: `${home}search/sections.json` });
  document.head.append(index);
}

document.querySelector(".md-search__input").addEventListener("focus", fetchIndex, { once: true });
