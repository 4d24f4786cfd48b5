// Activation functions and their derivatives, several at once. given: functions [{ name, label }], chosen (names).

import { axes, dot, inside, line, surface } from "./chart.js";
import { chips, columns, element, row, say, shown, slider, table } from "./controls.js";
import { coloured, evaluated, START_SLOPE, STEP } from "./functions.js";

const RANGE = [-5, 5], POINTS = 401;
const Z = Float64Array.from({ length: POINTS }, (_, i) => RANGE[0] + (RANGE[1] - RANGE[0]) * i / (POINTS - 1));

export default function (root, { functions, chosen: first }) {
  const all = coloured(functions), chosen = new Set(first);
  let z = 1, slope = START_SLOPE;
  const figures = element("div");
  const graph = (label, of, y) => surface(label, 270, (context, size) => {
    const scale = axes(context, size, RANGE, y, ["z", label]);
    inside(context, scale, () => {
      line(context, scale, [[RANGE[0], 0], [RANGE[1], 0]], size.ink, { width: 0.5 });
      line(context, scale, [[z, y[0]], [z, y[1]]], size.ink, { width: 1, dash: [3, 3] });
      for (const one of all) {
        if (!chosen.has(one.name)) continue;
        const values = evaluated(one.name, Z, slope)[of];
        const jumps = (i) => one.name === STEP && of === "y" && i && values[i] !== values[i - 1];
        line(context, scale, Array.from(Z, (at, i) => [at, jumps(i) ? NaN : values[i]]), one.colour, { dash: one.dash });
        dot(context, scale([z, evaluated(one.name, [z], slope)[of][0]]), one.colour);
      }
    });
    graph.scale = scale;
  });
  const value = graph("f(z)", "y", [-2, 3]), derivative = graph("f′(z)", "d", [-0.25, 1.25]);
  const place = slider("z", { low: RANGE[0], high: RANGE[1], step: 0.05, value: z }, (to) => { z = to; draw(); });
  const learnt = slider(say("PReLU’s slope a"), { low: -0.5, high: 1, step: 0.05, value: slope }, (to) => { slope = to; draw(); });
  for (const box of [value, derivative]) {
    box.drag(() => {}, (at) => { z = Math.min(RANGE[1], Math.max(RANGE[0], Math.round(20 * graph.scale.back(at)[0]) / 20)); place.set(z); draw(); });
  }
  function draw() {
    value.redraw(); derivative.redraw();
    const lines = all.filter(({ name }) => chosen.has(name)).map((one) => {
      const { y, d } = evaluated(one.name, [z], slope), swatch = element("span", { className: "swatch" });
      swatch.style.background = one.colour;
      return [element("span", {}, swatch, one.label), shown(y[0]), shown(d[0])];
    });
    figures.replaceChildren(lines.length ? table([say("function"), `f(${shown(z)})`, `f′(${shown(z)})`], lines) : say("Choose a function above."));
    const text = lines.map(([name, y, d]) => `${name.textContent}: f ${y}, f′ ${d}`).join("; ");
    for (const box of [value, derivative]) box.tell(say("At z = {z}: {values}", { z: shown(z), values: text }));
    learnt.hidden = !chosen.has("prelu");
    learnt.style.display = learnt.hidden ? "none" : "";
  }
  root.append(chips(say("Functions"), all, chosen, draw), row(place, learnt), columns(value, derivative), figures);
  root.addEventListener("redraw", draw);
  draw();
}
