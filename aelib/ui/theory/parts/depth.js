// What is left of a gradient after many layers: the product of w · f′(z). given: functions [{ name, label }], chosen (names).

import { axes, inside, line, surface, write } from "./chart.js";
import { chips, element, row, say, shown, slider, table } from "./controls.js";
import { coloured, evaluated } from "./functions.js";

const LOWEST = -20, HIGHEST = 10, MOST = 60;

// One neuron per layer, y → f(w·y). After each layer the product of all w · f′ so far.
function products(name, depth, w, x) {
  const found = [1];
  let y = x, product = 1;
  for (let layer = 0; layer < depth; layer++) {
    const here = evaluated(name, [w * y]);
    product *= w * here.d[0];
    y = here.y[0];
    found.push(product);
  }
  return found;
}

export default function (root, { functions, chosen: first }) {
  const all = coloured(functions), chosen = new Set(first), figures = element("div");
  let depth = 20, w = 1, x = 0.5;
  const box = surface(say("Gradient that is left, as a logarithm, over the layers"), 300, (context, size) => {
    const scale = axes(context, size, [0, depth], [LOWEST, HIGHEST], [say("layers"), say("log₁₀ |gradient|")]);
    inside(context, scale, () => {
      line(context, scale, [[0, 0], [depth, 0]], size.ink, { width: 1, dash: [3, 3] });
      for (const one of all) {
        if (!chosen.has(one.name)) continue;
        const values = products(one.name, depth, w, x);
        line(context, scale, values.map((v, i) => [i, v === 0 ? LOWEST - 1 : Math.log10(Math.abs(v))]), one.colour, { dash: one.dash });
      }
    });
    write(context, say("unchanged"), scale.area[0] + scale.area[2] - 6, scale([0, 0])[1] - 9, size.ink, { align: "right" });
  });
  const verdict = (last, values) => {
    if (last === 0) return say("gone: exactly 0 from layer {n} on", { n: values.indexOf(0) });
    const power = Math.log10(Math.abs(last));
    if (Math.abs(power) < 0.5) return say("stays");
    return power < 0 ? (power < -3 ? say("vanishes") : say("shrinks")) : power > 3 ? say("explodes") : say("grows");
  };
  function draw() {
    const lines = all.filter(({ name }) => chosen.has(name)).map((one) => {
      const values = products(one.name, depth, w, x), last = values.at(-1), swatch = element("span", { className: "swatch" });
      swatch.style.background = one.colour;
      return [element("span", {}, swatch, one.label), shown(Math.abs(last)), verdict(last, values)];
    });
    figures.replaceChildren(lines.length ? table([say("function"), say("|gradient| after {n} layers", { n: depth }), say("so it")], lines) : say("Choose a function above."));
    box.tell(lines.map(([name, size, text]) => say("{name}: {size} after {n} layers, {verdict}", { name: name.textContent, size, n: depth, verdict: text })).join("; "));
    box.redraw();
  }
  root.append(chips(say("Functions"), all, chosen, draw), row(
    slider(say("Layers"), { low: 1, high: MOST, step: 1, value: depth }, (to) => { depth = to; draw(); }),
    slider(say("Weight w"), { low: 0.1, high: 5, step: 0.1, value: w }, (to) => { w = to; draw(); }),
    slider(say("Input"), { low: -4, high: 4, step: 0.1, value: x }, (to) => { x = to; draw(); })), box, figures);
  root.addEventListener("redraw", draw);
  draw();
}
