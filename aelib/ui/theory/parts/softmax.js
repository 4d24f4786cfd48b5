// Softmax of five numbers to drag, with a temperature, and its derivative, a matrix.

import { columns, element, row, said, say, shown, slider, table } from "./controls.js";
import { surface, write } from "./chart.js";

const START = [2, 1, 0, -1, 0.5], INK = "#2563eb";

export function softmax(values, temperature) {
  const most = Math.max(...values), weights = values.map((v) => Math.exp((v - most) / temperature)), sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / sum);
}

export default function (root) {
  const values = [...START], text = said(), matrix = element("div");
  let temperature = 1;
  const bars = surface(say("Softmax: five shares that add up to 1"), 210, (context, { width, height, ink }) => {
    softmax(values, temperature).forEach((p, i) => {
      const step = width / values.length, tall = p * (height - 50), x = (i + 0.2) * step;
      context.fillStyle = INK; context.fillRect(x, height - 24 - tall, 0.6 * step, tall);
      write(context, shown(p), (i + 0.5) * step, height - 34 - tall, ink, { align: "center" });
      write(context, `z${"₁₂₃₄₅"[i]}`, (i + 0.5) * step, height - 10, ink, { align: "center" });
    });
  });
  function draw() {
    const p = softmax(values, temperature), top = p.indexOf(Math.max(...p));
    text.textContent = say("Σ = {sum}. The largest share has {name}: {share}. Raise one number, and every other share falls.", { sum: shown(p.reduce((a, b) => a + b, 0)), name: `z${"₁₂₃₄₅"[top]}`, share: shown(p[top]) });
    bars.tell(p.map((share, i) => say("{value} gets {share}", { value: shown(values[i]), share: shown(share) })).join("; "));
    const cell = (i, j) => (p[i] * ((i === j ? 1 : 0) - p[j])) / temperature;
    matrix.replaceChildren(table(["∂p / ∂z", ...values.map((_, j) => `z${"₁₂₃₄₅"[j]}`)], values.map((_, i) => [`p${"₁₂₃₄₅"[i]}`, ...values.map((_, j) => shown(cell(i, j), 2))])));
    bars.redraw();
  }
  const sliders = values.map((v, i) => slider(`z${"₁₂₃₄₅"[i]}`, { low: -5, high: 5, step: 0.1, value: v }, (to) => { values[i] = to; draw(); }));
  root.append(columns(element("div", {}, ...sliders.map((one) => row(one)), row(slider(say("Temperature"), { low: 0.1, high: 5, step: 0.1, value: 1 }, (to) => { temperature = to; draw(); }))),
    element("div", {}, bars, text, matrix)));
  root.addEventListener("redraw", draw);
  draw();
}
