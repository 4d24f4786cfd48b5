// Why a net gives log σ² and not σ² or σ: the KL to the standard normal over the number that the net gives. given: nothing.

import { axes, dot, inside, line, surface } from "./chart.js";
import { element, row, shown, slider, table } from "./controls.js";

const X = [-4, 4], Y = [0, 6], POINTS = 401;
// value and slope of the KL with μ = 0, for the number s; NaN where s is no variance.
export const WAYS = [
  { label: "s is σ²", colour: "#2563eb", sigma: (s) => (s > 0 ? Math.sqrt(s) : NaN), kl: (s) => (s > 0 ? (s - 1 - Math.log(s)) / 2 : NaN), slope: (s) => (s > 0 ? (1 - 1 / s) / 2 : NaN) },
  { label: "s is σ", colour: "#ea580c", sigma: (s) => (s > 0 ? s : NaN), kl: (s) => (s > 0 ? (s * s - 1 - 2 * Math.log(s)) / 2 : NaN), slope: (s) => (s > 0 ? s - 1 / s : NaN) },
  { label: "s is log σ²", colour: "#0d9488", sigma: (s) => Math.exp(s / 2), kl: (s) => (Math.exp(s) - 1 - s) / 2, slope: (s) => (Math.exp(s) - 1) / 2 },
];

export default function (root) {
  let s = 0.1;
  const figures = element("div");
  const box = surface("KL to the standard normal over the number s that the net gives", 270, (context, size) => {
    const scale = axes(context, size, X, Y, ["s, the number that the net gives", "KL"]), xs = Array.from({ length: POINTS }, (_, i) => X[0] + (X[1] - X[0]) * i / (POINTS - 1));
    inside(context, scale, () => {
      line(context, scale, [[s, Y[0]], [s, Y[1]]], size.ink, { width: 1, dash: [3, 3] });
      for (const { kl, colour } of WAYS) {
        line(context, scale, xs.map((x) => [x, kl(x)]), colour);
        if (Number.isFinite(kl(s))) dot(context, scale([s, kl(s)]), colour);
      }
    });
  });
  function draw() {
    const or = (v) => (Number.isNaN(v) ? "none: no variance is negative or 0" : shown(v));
    const lines = WAYS.map(({ label, colour, sigma, kl, slope }) => {
      const swatch = element("span", { className: "swatch" });
      swatch.style.background = colour;
      return [element("span", {}, swatch, label), or(sigma(s)), or(kl(s)).split(":")[0], or(slope(s)).split(":")[0]];
    });
    figures.replaceChildren(table(["the net gives", "σ", "KL", "slope of the KL"], lines));
    box.say(lines.map(([name, sigma, kl]) => `${name.textContent}: σ ${sigma}, KL ${kl}`).join("; "));
    box.redraw();
  }
  root.append(row(slider("s", { low: X[0], high: X[1], step: 0.05, value: s }, (to) => { s = to; draw(); })), box, figures);
  root.addEventListener("redraw", draw);
  draw();
}
