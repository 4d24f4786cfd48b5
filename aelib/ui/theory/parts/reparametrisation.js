// z = μ + σ·ε: the same ε for every μ and σ, so that z moves smoothly. given: nothing.

import { dot, surface, write } from "./chart.js";
import { button, row, said, say, shown, slider, toggle } from "./controls.js";
import { key, normal } from "./random.js";

const COUNT = 40, X = [-6, 6], SHOWN = 0, COLOUR = "#ea580c";

export default function (root) {
  let mu = 1, sigma = 0.8, turn = 1, anew = false, before = null;
  const text = said(), draws = () => Array.from({ length: COUNT }, (_, i) => normal(key(1, turn), i, 0));
  let eps = draws();
  const box = surface(say("Above ε, drawn from the standard normal; below z = μ + σ·ε"), 230, (context, { width, ink }) => {
    const at = (v) => 16 + (v - X[0]) / (X[1] - X[0]) * (width - 32), [top, bottom] = [46, 178];
    for (const [y, label] of [[top, "ε"], [bottom, "z"]]) {
      context.strokeStyle = ink; context.globalAlpha = 0.5; context.lineWidth = 1; context.beginPath(); context.moveTo(at(X[0]), y); context.lineTo(at(X[1]), y); context.stroke(); context.globalAlpha = 1;
      write(context, label, 4, y === top ? 12 : y - 18, ink, { size: 14 });
      for (let t = X[0]; t <= X[1]; t += 2) write(context, shown(t), at(t), y + (y === top ? -16 : 18), ink, { align: "center", size: 11 });
    }
    eps.forEach((e, i) => {
      const z = mu + sigma * e, strong = i === SHOWN;
      context.strokeStyle = strong ? COLOUR : ink; context.globalAlpha = strong ? 1 : 0.18; context.lineWidth = strong ? 2.5 : 1;
      context.beginPath(); context.moveTo(at(e), top); context.lineTo(at(z), bottom); context.stroke(); context.globalAlpha = 1;
      for (const [v, y] of [[e, top], [z, bottom]]) dot(context, [at(v), y], strong ? COLOUR : ink, strong ? 5 : 2.5);
    });
    write(context, `μ = ${shown(mu)}`, at(mu), bottom + 38, ink, { align: "center" });
  });
  function draw() {
    const e = eps[SHOWN], z = mu + sigma * e;
    text.textContent = anew
      ? say("ε is drawn anew at every move: z went from {before} to {after}, and nobody can say how much of that was μ's doing. So there is no derivative to follow.", { before: before === null ? "–" : shown(before), after: shown(z) })
      : say("The orange one: z = μ + σ·ε = {sum} = {z}. ε stands still, so ∂z/∂μ = 1 and ∂z/∂σ = ε = {e}: the gradient passes through the draw.", { sum: `${shown(mu)} + ${shown(sigma)}·${e < 0 ? `(${shown(e)})` : shown(e)}`, z: shown(z), e: shown(e) });
    before = z;
    root.dataset.z = z;
    box.tell(text.textContent); box.redraw();
  }
  const moved = () => { if (anew) { turn += 1; eps = draws(); } draw(); };
  root.append(row(slider("μ", { low: -3, high: 3, step: 0.05, value: mu }, (to) => { mu = to; moved(); }), slider("σ", { low: 0.05, high: 1.5, step: 0.05, value: sigma }, (to) => { sigma = to; moved(); })),
    row(button(say("Draw another ε"), () => { turn += 1; eps = draws(); draw(); }), toggle(say("Draw ε anew at every move"), false, (on) => { anew = on; draw(); })), box, text);
  root.addEventListener("redraw", draw);
  draw();
}
