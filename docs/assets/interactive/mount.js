// Puts interactive figures in the place of the still ones, each when it comes near. Without this script, and in
// print, the still ones stay.
const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      mount(target);
    }
  },
  { rootMargin: "600px" },
);

async function mount(figure) {
  const still = figure.querySelector("svg");
  const room = document.createElement("div");
  room.className = "interactive";
  room.setAttribute("role", "group");
  room.setAttribute("aria-label", still.getAttribute("aria-label") ?? "Interactive figure");
  const { default: build } = await import(`./${figure.dataset.interactive}.js`);
  build(room);
  still.classList.add("interactive__still");
  still.after(room);
}

for (const figure of document.querySelectorAll("figure[data-interactive]")) near.observe(figure);
