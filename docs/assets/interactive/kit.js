// What the interactive figures are made of: elements, controls that a keyboard reaches, a clock, axes.
const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

// A drawing `width` by `height` units large, which says in words what it shows. Its style knows its shape, so that a
// square one becomes no higher than a wide one.
export function drawing(width, height, label, ...children) {
  const view = s("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "interactive__view" }, ...children);
  view.style?.setProperty("--aspect", width / height);
  return view;
}

export const button = (text, action) => h("button", { type: "button", class: "interactive__button", onclick: action }, text);

// A number's text as it is printed: with a minus, which a hyphen is not, and with none before what rounds to 0.
export const minus = (number) => String(number).replaceAll("-", "−");
export const signed = (number, digits = 2) => minus(number.toFixed(digits).replace(/^-(?=[0.]*$)/, ""));

// A power of ten, and a number beside one, as they are printed.
export const powerOfTen = (exponent) => `10${[...String(exponent)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit] ?? "⁻").join("")}`;
export function scientific(number, digits = 1) {
  const [factor, exponent] = number.toExponential(digits).split("e");
  return `${minus(factor)} × ${powerOfTen(Number(exponent))}`;
}

// Two digits of a number that may be large or small; those of a whole one up to a thousand.
export function brief(number) {
  const size = Math.abs(number);
  if (size && (size < 1e-3 || size >= 1e4)) return scientific(number);
  return minus(size < 100 ? number.toPrecision(2) : Math.round(number));
}

// A slider with its name and value; `element.value` is a number's text, as of any range.
export function slider({ label, min, max, step, value, show = signed }, change) {
  const shown = h("output", {}, show(value));
  const input = h("input", {
    type: "range", min, max, step, value,
    oninput: () => {
      shown.textContent = show(Number(input.value));
      input.setAttribute("aria-valuetext", shown.textContent);
      change(Number(input.value));
    },
  });
  return h("label", { class: "interactive__slider" }, h("span", {}, label), input, shown);
}

// A slider over the steps of a sequence, counted from 0; `choose` moves it, as a press in the figure does.
export function stepper({ count, at }, change) {
  const element = slider({ label: "Step", min: 1, max: count, step: 1, value: at + 1, show: String }, (value) => change(value - 1));
  const input = element.querySelector("input");
  function choose(t) {
    input.value = t + 1;
    input.dispatchEvent(new Event("input"));
  }
  return { element, choose };
}

export function choice({ label, options, value }, change) {
  const select = h("select", { onchange: () => change(select.value) });
  for (const [key, text] of Object.entries(options)) select.append(h("option", { value: key, selected: key === value }, text));
  return h("label", { class: "interactive__choice" }, h("span", {}, label), select);
}

// A figure's controls: buttons in a row, and below them sliders and choices on one grid of names, tracks and numbers.
export function controls(...parts) {
  const [buttons, others] = [true, false].map((wanted) => parts.filter((part) => part.matches("button") === wanted));
  const row = h("div", { class: "interactive__buttons" }, ...buttons);
  return h("div", { class: "interactive__controls" }, row, h("div", { class: "interactive__grid" }, ...others));
}

// A sentence of what is to be seen: seen at once, told to a screen reader when it has come to rest.
export function message() {
  const seen = h("p", { class: "interactive__message", "aria-hidden": "true" });
  const told = h("p", { class: "sr-only", role: "status" });
  let later;
  return {
    element: h("div", {}, seen, told),
    tell(text) {
      seen.textContent = text;
      clearTimeout(later);
      later = setTimeout(() => (told.textContent = text), 150);
    },
  };
}

const reduced = matchMedia("(prefers-reduced-motion: reduce)");

// A button that plays `frame` again and again while the figure is in view; a single press is a single frame for
// readers who want no motion. `frame` returns false when there is no more to play.
export function player(frame, { every = 40, name = "Play" } = {}) {
  let timer;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    control.textContent = name;
  };
  const control = button(name, () => {
    if (timer) stop();
    else if (reduced.matches) frame();
    else {
      control.textContent = "Pause";
      timer = setInterval(() => frame() === false && stop(), every);
    }
  });
  new IntersectionObserver(([entry]) => !entry.isIntersecting && timer && stop()).observe(control);
  return { control, stop };
}

// Axes: a line below and one at the left, with ticks, and maps from values to units of the drawing.
export function axes({ left = 46, top = 12, width, height, x, y, xLabel, yLabel, log = false }) {
  const scale = (value, [low, high]) => (value - low) / (high - low);
  const toX = (value) => left + width * scale(value, x.range);
  const toY = (value) => {
    const [low, high] = log ? y.range.map(Math.log10) : y.range;
    const at = log ? Math.log10(Math.max(value, y.range[0])) : value;
    return top + height * (1 - Math.min(1, Math.max(0, scale(at, [low, high]))));
  };
  const below = top + height;
  const group = s("g", { class: "interactive__axes" });
  group.append(s("path", { d: `M${left} ${top}V${below}H${left + width}` }));
  for (const [value, text] of x.ticks) {
    group.append(s("path", { d: `M${toX(value)} ${below}v4` }), s("text", { x: toX(value), y: below + 16, "text-anchor": "middle" }, text));
  }
  for (const [value, text] of y.ticks) {
    group.append(s("path", { d: `M${left} ${toY(value)}h-4` }), s("text", { x: left - 7, y: toY(value) + 4, "text-anchor": "end" }, text));
  }
  if (xLabel) group.append(s("text", { x: left + width / 2, y: below + 33, "text-anchor": "middle" }, xLabel));
  if (yLabel) group.append(s("text", { x: left, y: top - 2, "text-anchor": "start", class: "interactive__title" }, yLabel));
  return { group, toX, toY };
}

export const path = (values, toX, toY) => values.map((value, k) => `${k ? "L" : "M"}${toX(k).toFixed(2)} ${toY(value).toFixed(2)}`).join("");

export const ticks = (values, show = minus) => values.map((value) => [value, show(value)]);
