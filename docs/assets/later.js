// What only scripts make use of did not keep the text waiting.
for (const styles of document.querySelectorAll("link[data-later]")) styles.media = "all";

// The theme's script (search, menu, light and dark) is fetched when the reader first does something.
const later = document.querySelector('script[type="later"]');
const signs = ["pointerdown", "pointermove", "touchstart", "keydown", "focusin", "scroll"];

function start(event) {
  for (const sign of signs) removeEventListener(sign, start);
  const script = document.createElement("script");
  script.src = later.dataset.src;
  // The key that woke it may be one that it knows, as / for the search.
  if (event?.type === "keydown") {
    script.addEventListener("load", () => event.target.dispatchEvent(new KeyboardEvent("keydown", event)));
  }
  later.replaceWith(script);
}

// It would ask at once for the index of its search, which is as large as a chapter (it asks for
// nothing else): that waits until the search is opened.
const { send } = XMLHttpRequest.prototype;
XMLHttpRequest.prototype.send = function () {
  const input = document.querySelector(".md-search__input");
  if (document.activeElement === input || document.getElementById("__search").checked) send.call(this);
  else input.addEventListener("focus", () => send.call(this), { once: true });
};

// It marks the words that were searched for.
if (new URLSearchParams(location.search).has("h")) start();
else for (const sign of signs) addEventListener(sign, start, { passive: true });
