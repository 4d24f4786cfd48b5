// The Kullback–Leibler divergence of two Gaussians to drag. given: nothing.

import { axes, dot, inside, line, surface, write } from "./chart.js";
import { button, element, row, said, say, shown, slider } from "./controls.js";

const X = [-6, 6], Y = [-0.45, 1.05], POINTS = 301, Q = "#ea580c", P = "#2563eb", SIGMA = [0.4, 3];
const clamped = (v, [low, high]) => Math.min(high, Math.max(low, v));

export const density = (x, { mu, sigma }) => Math.exp(-0.5 * ((x - mu) / sigma) ** 2) / (sigma * Math.sqrt(2 * Math.PI));
// In nats.
export const divergence = (q, p) => Math.log(p.sigma / q.sigma) + (q.sigma ** 2 + (q.mu - p.mu) ** 2) / (2 * p.sigma ** 2) - 0.5;

export default function (root) {
  const q = { mu: 1.5, sigma: 0.6 }, p = { mu: 0, sigma: 1 }, text = said(), formula = element("p", { className: "chain" });
  let held = null, scale = null;
  const peak = (one) => [one.mu, density(one.mu, one)];
  const box = surface(say("Two Gaussians, q and p, and below them the integrand of KL(q‖p)"), 330, (context, size) => {
    scale = axes(context, size, X, Y, ["z", say("density")]);
    const xs = Array.from({ length: POINTS }, (_, i) => X[0] + (X[1] - X[0]) * i / (POINTS - 1));
    const integrand = (x) => { const [a, b] = [density(x, q), density(x, p)]; return a < 1e-12 ? 0 : a * Math.log(a / Math.max(b, 1e-300)); };
    inside(context, scale, () => {
      context.beginPath(); context.moveTo(...scale([X[0], 0]));
      xs.forEach((x) => context.lineTo(...scale([x, integrand(x)])));
      context.lineTo(...scale([X[1], 0])); context.fillStyle = Q; context.globalAlpha = 0.22; context.fill(); context.globalAlpha = 1;
      line(context, scale, [[X[0], 0], [X[1], 0]], size.ink, { width: 0.5 });
      for (const [one, colour, name] of [[p, P, "p"], [q, Q, "q"]]) {
        line(context, scale, xs.map((x) => [x, density(x, one)]), colour);
        dot(context, scale(peak(one)), colour, 8);
        const [px, py] = scale(peak(one));
        write(context, name, px + 13, py - 8, size.ink, { size: 14 });
      }
    });
  });
  function draw() {
    const s = shown, forwards = divergence(q, p);
    text.textContent = say("KL(q‖p) = {kl} nats; the other way round, KL(p‖q) = {back}. The shaded area, below the line counted as negative, is KL(q‖p).", { kl: s(forwards), back: s(divergence(p, q)) });
    formula.textContent = `KL(q‖p) = ln(σₚ/σ_q) + (σ_q² + (μ_q − μₚ)²) / (2σₚ²) − ½ = ${s(Math.log(p.sigma / q.sigma))} + (${s(q.sigma ** 2)} + ${s((q.mu - p.mu) ** 2)}) / ${s(2 * p.sigma ** 2)} − ${s(0.5)}`;
    sliders.forEach(({ set, one, key }) => set(one[key]));
    root.dataset.kl = forwards;
    box.tell(text.textContent); box.redraw();
  }
  const sliders = [[say("Mean of q"), q, "mu"], [say("Deviation of q"), q, "sigma"], [say("Mean of p"), p, "mu"], [say("Deviation of p"), p, "sigma"]].map(([label, one, key]) => {
    const [low, high] = key === "mu" ? [-4, 4] : SIGMA;
    return Object.assign(slider(label, { low, high, step: 0.05, value: one[key] }, (to) => { one[key] = to; draw(); }), { one, key });
  });
  root.append(row(...sliders), row(button(say("p is the standard normal"), () => { Object.assign(p, { mu: 0, sigma: 1 }); draw(); }), button(say("q on p"), () => { Object.assign(q, p); draw(); })), element("div", {}, box), text, formula);
  box.drag((at) => {
    const far = [q, p].map((one) => Math.hypot(...scale(peak(one)).map((v, i) => v - at[i])));
    held = far[0] <= far[1] ? q : p;
  }, (at) => {
    const [x, y] = scale.back(at);
    held.mu = clamped(x, [-4, 4]); held.sigma = clamped(1 / (Math.max(y, 0.05) * Math.sqrt(2 * Math.PI)), SIGMA);
    draw();
  }, true);
  root.addEventListener("redraw", draw);
  draw();
}
