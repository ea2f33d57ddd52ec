// The address of the site's first page. The theme's `base` leads there, with a slash behind it on the page for lost readers.
const { base } = JSON.parse(document.getElementById("__config").textContent);
const canonical = document.querySelector('link[rel="canonical"]')?.href;
const root = (page) => new URL(`${base.replace(/\/$/, "")}/`, page).href;

export const home = root(location.href);

// The same where the book is published, if the page says where that is.
export const published = root(canonical ?? location.href);
