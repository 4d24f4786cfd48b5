// Reconstruction and KL pull at the codes of a net that learns here. given: description (its last layer is the code).

import { axes, inside, line, surface } from "./chart.js";
import { learnt, net, pulled } from "./codes.js";
import { button, loop, note, player, row, said, say, select, shown, slider } from "./controls.js";
import { ellipse, onPaper, sprite } from "./common.js";

const FRAME = 9, APART = "#ea580c", HOME = "#2563eb", LONGEST = 46, MOST = 6000; // CSS pixels of the longest arrow; epochs
const BETAS = [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

function arrow(context, [x, y], [dx, dy], colour) {
  const long = Math.hypot(dx, dy);
  if (long < 1.5) return;
  const [ux, uy] = [dx / long, dy / long];
  context.strokeStyle = colour; context.lineWidth = 2; context.beginPath(); context.moveTo(x, y); context.lineTo(x + dx, y + dy);
  context.moveTo(x + dx - 5 * ux - 3 * uy, y + dy - 5 * uy + 3 * ux); context.lineTo(x + dx, y + dy); context.lineTo(x + dx - 5 * ux + 3 * uy, y + dy - 5 * uy - 3 * ux);
  context.stroke();
}

export default function (root, { description }) {
  const { shape, names } = description.set, text = said(), complaint = note();
  let chosen = { dimension: 2, beta: 0.1, seed: description.experiment.seed }, trainer, codes = [], seen = 0, glyphs = null;
  function restart() { trainer = net(description, { ...chosen, variational: true }); glyphs ??= names.map((_, i) => sprite(trainer.set.pixels, i * trainer.size, shape)); look(); }
  const box = surface(say("Codes of the characters: their means and deviations, with the pull of both losses"), (width) => Math.min(500, Math.max(320, Math.round(width * 0.55))), (context, size) => {
    const flat = chosen.dimension === 1, reach = Math.max(2.6, ...codes.flatMap(({ mu, sigma }) => mu.map((m, j) => Math.abs(m) + sigma[j])));
    const y = flat ? [codes.length, -1] : [-reach, reach], scale = axes(context, size, [-reach, reach], flat ? [-1, codes.length] : y, ["z₁", flat ? say("character") : "z₂"]);
    const place = ({ mu }, i) => (flat ? [mu[0], i] : mu), most = Math.max(1e-12, ...codes.flatMap(({ reconstruction, kl }) => [Math.hypot(...reconstruction), Math.hypot(...kl)]));
    inside(context, scale, () => {
      context.strokeStyle = "#8a2be2"; context.setLineDash([6, 5]); context.lineWidth = 1.5;
      for (const times of [1, 2]) {
        if (flat) [-times, times].forEach((x) => line(context, scale, [[x, -1], [x, codes.length]], "#8a2be2", { width: 1.5, dash: [6, 5] }));
        else { ellipse(context, scale, [0, 0], [1, 0, 1], times); context.stroke(); }
      }
      context.setLineDash([]);
      codes.forEach((one, i) => {
        const at = place(one, i);
        context.globalAlpha = 0.6;
        if (flat) line(context, scale, [[one.mu[0] - one.sigma[0], i], [one.mu[0] + one.sigma[0], i]], size.ink, { width: 2 });
        else { context.strokeStyle = size.ink; context.lineWidth = 1; ellipse(context, scale, at, [one.sigma[0] ** 2, 0, one.sigma[1] ** 2], 1); context.stroke(); }
        context.globalAlpha = 1;
        const [px, py] = scale(at), [w, h] = flat ? [6, 8] : [10, 14];
        onPaper(context, glyphs[i], px - w / 2, py - h / 2, w, h);
        const pixels = (pull) => (flat ? [pull[0], 0] : [pull[0], -pull[1]]).map((v) => v / most * LONGEST);
        arrow(context, [px, py], pixels(one.reconstruction), APART); arrow(context, [px, py], pixels(one.kl), HOME);
      });
    });
  });
  function look() {
    codes = pulled(trainer);
    const found = trainer.evaluate(), finite = Number.isFinite(found.loss), average = (of) => codes.flatMap(of).reduce((a, b, _, all) => a + b / all.length, 0);
    complaint.textContent = finite ? "" : say("The loss is no longer a finite number: choose a smaller β, and press Restart with another seed.");
    if (!finite) play.stop();
    text.textContent = say("Epoch {n}, β {beta}: reconstruction {loss}, KL {kl} nats; {learnt} of {total} learnt. The means are on average {far} from 0, the deviations {sigma}. Orange: reconstruction pulls apart. Blue: the KL pulls home. Dashed: the prior.", {
      n: say.number(trainer.epochs), beta: shown(chosen.beta), loss: shown(found.recon_loss), kl: shown(found.kl), learnt: learnt(trainer, found.outputs), total: trainer.images,
      far: shown(Math.sqrt(average(({ mu }) => mu.map((m) => m * m)))), sigma: shown(average(({ sigma }) => sigma)) });
    Object.assign(root.dataset, { epochs: trainer.epochs, kl: found.kl, sigma: average(({ sigma }) => sigma) });
    box.tell(text.textContent); box.redraw();
  }
  const play = player();
  root.append(row(play, button(say("100 epochs"), () => { for (let i = 0; i < 100; i++) trainer.epoch(); look(); }), button(say("Restart with another seed"), () => { chosen.seed += 1; restart(); }),
    select(say("Code"), [["1", say("one number")], ["2", say("two numbers")]], "2", (to) => { chosen.dimension = Number(to); restart(); }),
    slider("β", { low: 0, high: BETAS.length - 1, step: 1, value: BETAS.indexOf(chosen.beta), show: (i) => shown(BETAS[i]) }, (to) => { chosen.beta = BETAS[to]; trainer.change({ ...trainer.experiment, beta: chosen.beta }); limit = trainer.epochs + MOST; look(); })), complaint, text, box);
  let limit = MOST;
  root.addEventListener("redraw", () => box.redraw());
  restart();
  loop(root, (now) => {
    if (!play.isOn() || trainer.epochs >= limit) return;
    const end = performance.now() + FRAME;
    while (performance.now() < end) trainer.epoch();
    if (now - seen > 80) { seen = now; look(); }
  });
}
