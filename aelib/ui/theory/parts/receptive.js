// How much of the input one number of a deep layer sees. given: nets [{ label, layers: [{ kernel, stride }] }], their encoders.

import { surface, write } from "./chart.js";
import { element, row, said, say, select, slider } from "./controls.js";
import { receptive } from "./sliding.js";

const OWN = "own", SEEN = "#ea580c";

export default function (root, { nets }) {
  const text = said();
  let chosen = OWN, own = { depth: 3, kernel: 3, stride: 1 };
  const layers = () => (chosen === OWN ? Array.from({ length: own.depth }, () => ({ kernel: own.kernel, stride: own.stride })) : nets[Number(chosen)].layers);
  const box = surface(say("One side of each layer; orange is what the number at the top sees"), () => 40 + 34 * (layers().length + 1), (context, { width, ink }) => {
    const all = layers(), fields = [1];
    for (const { kernel, stride } of [...all].reverse()) fields.push((fields.at(-1) - 1) * stride + kernel); // seen in each layer, from the top
    const widest = fields.at(-1) + 4, cell = Math.min(22, (width - 100) / widest), middle = 90 + (width - 100) / 2;
    fields.forEach((seen, i) => {
      const y = 10 + 34 * i, many = Math.min(widest, seen + 4), left = middle - many * cell / 2;
      for (let k = 0; k < many; k++) {
        const inside = k >= (many - seen) / 2 && k < (many + seen) / 2;
        context.globalAlpha = inside ? 1 : 0.25; context.fillStyle = inside ? SEEN : ink;
        context.fillRect(left + k * cell + 0.5, y, Math.max(0.5, cell - 1), 20);
      }
      context.globalAlpha = 1;
      write(context, i === all.length ? say("input: {n}", { n: seen }) : say("layer {layer}: {n}", { layer: all.length - i, n: seen }), 4, y + 10, ink);
    });
  });
  function draw() {
    const all = layers(), found = receptive(all);
    text.textContent = say("One number of the last layer sees {n}x{n} pixels. Each layer adds (kernel − 1) times the strides before it: 1 → {sizes}. Layers: {layers}.", {
      n: found.at(-1), sizes: found.join(" → "), layers: all.map(({ kernel, stride }) => say("{k}x{k}, stride {stride}", { k: kernel, stride })).join("; ") });
    sliders.forEach((one) => { one.style.display = chosen === OWN ? "" : "none"; });
    root.dataset.field = found.at(-1);
    box.tell(text.textContent); box.redraw();
  }
  const of = (label, key, low, high) => slider(label, { low, high, step: 1, value: own[key] }, (to) => { own = { ...own, [key]: to }; draw(); });
  const sliders = [of(say("Layers"), "depth", 1, 6), of(say("Kernel"), "kernel", 1, 7), of(say("Stride"), "stride", 1, 3)];
  root.append(row(select(say("Net"), [[OWN, say("your own")], ...nets.map(({ label }, i) => [String(i), label])], OWN, (to) => { chosen = to; draw(); }), ...sliders), element("div", {}, box), text);
  root.addEventListener("redraw", draw);
  draw();
}
