// Leads on who comes by an old address: to where the page, or a place in it, is now.
const moved = JSON.parse(document.querySelector('meta[name="moved"]').content);

function lead() {
  const fragment = decodeURIComponent(location.hash.slice(1));
  if (fragment && document.getElementById(fragment)) return;
  const target = fragment && moved[fragment];
  if (target) location.replace(target);
  else if ("" in moved) location.replace(moved[""].includes("#") ? moved[""] : moved[""] + location.hash);
}

addEventListener("hashchange", lead);
lead();
