// Puts interactive figures in the place of the still ones, each when it comes near. Without this script, and in
// print, the still ones stay.
const NARROW = 400; // pixels: some figures are laid out otherwise, so that their text can be read

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
  const stills = figure.querySelectorAll("svg");
  const room = document.createElement("div");
  room.className = "interactive";
  room.setAttribute("role", "group");
  room.setAttribute("aria-label", stills[0].getAttribute("aria-label") ?? "Interactive figure");
  const { default: build } = await import(`./${figure.dataset.interactive}.js`);
  build(room, { narrow: figure.clientWidth < NARROW });
  for (const still of stills) still.classList.add("interactive__still");
  stills[stills.length - 1].after(room);
}

for (const figure of document.querySelectorAll("figure[data-interactive]")) near.observe(figure);
