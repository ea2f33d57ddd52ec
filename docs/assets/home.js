// The address of the site's first page. The theme's `base` leads there, with a slash behind it on the page for lost readers.
const { base } = JSON.parse(document.getElementById("__config").textContent);

export const home = new URL(`${base.replace(/\/$/, "")}/`, location).href;
