// What the language model expects after some letters, at a temperature that the reader chooses.
import { axes, choice, controls, drawing, message, s, slider } from "./kit.js";
import { ALPHABET, LOGITS, atTemperature, entropy, mostProbable } from "./models/next-character.js";

const SHOWN = 12;
const name = (sign) => ({ " ": "␣", "\n": "↵" })[sign] ?? sign;

export default function build(room) {
  const beginnings = Object.keys(LOGITS);
  let [beginning, temperature] = [beginnings[0], 1];
  const told = message();
  const area = axes({
    width: 296, height: 170, left: 40, top: 12, yLabel: "probability",
    x: { range: [-0.6, SHOWN - 0.4], ticks: [] },
    y: { range: [0, 1], ticks: [0, 0.5, 1].map((value) => [value, String(value)]) },
  });
  const bars = Array.from({ length: SHOWN }, (_, k) => s("rect", { x: area.toX(k) - 9, width: 18, class: "interactive__zero" }));
  const names = bars.map((_, k) => s("text", { x: area.toX(k), y: 198, "text-anchor": "middle" }));
  const view = drawing(340, 206, "Probability of each of the most probable characters", ...bars, area.group, s("g", { class: "interactive__axes" }, ...names));

  function draw() {
    const logits = LOGITS[beginning];
    const p = atTemperature(logits, temperature);
    mostProbable(logits, SHOWN).forEach((v, k) => {
      bars[k].setAttribute("y", area.toY(p[v]));
      bars[k].setAttribute("height", area.toY(0) - area.toY(p[v]));
      names[k].textContent = name(ALPHABET[v]);
    });
    told.tell(`At temperature ${temperature.toFixed(2)}, drawing takes ${entropy(p).toFixed(2)} bits: as many as a choice among ${(2 ** entropy(p)).toFixed(1)} characters that are equally probable.`);
  }

  room.append(
    view,
    told.element,
    controls(
      choice({ label: "It has read", options: Object.fromEntries(beginnings.map((text) => [text, `“${text.trim()}”`])), value: beginning }, (value) => {
        beginning = value;
        draw();
      }),
      slider({ label: "Temperature", min: 0.1, max: 3, step: 0.05, value: temperature }, (value) => {
        temperature = value;
        draw();
      }),
    ),
  );
  draw();
}
