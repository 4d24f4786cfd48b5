// Why a net outputs log σ² and not σ² or σ: the KL to the standard normal against that number. given: nothing.

import { axes, dot, inside, line, surface } from "./chart.js";
import { element, row, say, shown, slider, table } from "./controls.js";

const X = [-4, 4], Y = [0, 6], POINTS = 401;
// value and slope of the KL with μ = 0, for the number s; NaN where s is not valid.
export const WAYS = [
  { name: () => say("s is {name}", { name: "σ²" }), colour: "#2563eb", sigma: (s) => (s > 0 ? Math.sqrt(s) : NaN), kl: (s) => (s > 0 ? (s - 1 - Math.log(s)) / 2 : NaN), slope: (s) => (s > 0 ? (1 - 1 / s) / 2 : NaN) },
  { name: () => say("s is {name}", { name: "σ" }), colour: "#ea580c", sigma: (s) => (s > 0 ? s : NaN), kl: (s) => (s > 0 ? (s * s - 1 - 2 * Math.log(s)) / 2 : NaN), slope: (s) => (s > 0 ? s - 1 / s : NaN) },
  { name: () => say("s is {name}", { name: "log σ²" }), colour: "#0d9488", sigma: (s) => Math.exp(s / 2), kl: (s) => (Math.exp(s) - 1 - s) / 2, slope: (s) => (Math.exp(s) - 1) / 2 },
];

export default function (root) {
  let s = 0.1;
  const figures = element("div");
  const box = surface(say("KL to the standard normal over the number s that the net gives"), 270, (context, size) => {
    const scale = axes(context, size, X, Y, [say("s, the number that the net gives"), "KL"]), xs = Array.from({ length: POINTS }, (_, i) => X[0] + (X[1] - X[0]) * i / (POINTS - 1));
    inside(context, scale, () => {
      line(context, scale, [[s, Y[0]], [s, Y[1]]], size.ink, { width: 1, dash: [3, 3] });
      for (const { kl, colour } of WAYS) {
        line(context, scale, xs.map((x) => [x, kl(x)]), colour);
        if (Number.isFinite(kl(s))) dot(context, scale([s, kl(s)]), colour);
      }
    });
  });
  function draw() {
    const or = (v, otherwise = say("none")) => (Number.isNaN(v) ? otherwise : shown(v));
    const lines = WAYS.map(({ name, colour, sigma, kl, slope }) => {
      const swatch = element("span", { className: "swatch" });
      swatch.style.background = colour;
      return [element("span", {}, swatch, name()), or(sigma(s), say("none: no variance is negative or 0")), or(kl(s)), or(slope(s))];
    });
    figures.replaceChildren(table([say("the net gives"), "σ", "KL", say("slope of the KL")], lines));
    box.tell(lines.map(([name, sigma, kl]) => `${name.textContent}: σ ${sigma}, KL ${kl}`).join("; "));
    box.redraw();
  }
  root.append(row(slider("s", { low: X[0], high: X[1], step: 0.05, value: s }, (to) => { s = to; draw(); })), box, figures);
  root.addEventListener("redraw", draw);
  draw();
}
