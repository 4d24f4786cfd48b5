// The plane of a net without a KL term beside that of a variational one: what lies between the codes. given: description.

import { axes, inside, surface } from "./chart.js";
import { learnt, net, wrong } from "./codes.js";
import { button, columns, element, loop, note, player, row, said, say, shown, slider } from "./controls.js";
import { onPaper, sprite } from "./common.js";
import { FIXED, key, normal } from "./random.js";

const FRAME = 10, GRID = 11, DRAWS = 200, MOST = 3000, BETAS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1], TIMES = 2; // standard deviations of the codes in view

export default function (root, { description }) {
  const { shape, names } = description.set, complaint = note();
  let beta = 0.1, { seed } = description.experiment, nets = [], seen = 0;
  const make = (variational) => ({ trainer: net(description, { dimension: 2, variational, beta, seed }), codes: null, grid: null, text: said() });

  // Mean and standard deviation of the codes along axis j.
  function along(codes, j) {
    const values = Array.from({ length: codes.length / 2 }, (_, i) => codes[2 * i + j]), mean = values.reduce((a, b) => a + b, 0) / values.length;
    return [mean, Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) || 1];
  }
  function look(one, box) {
    const { trainer } = one, { codes, outputs, loss } = trainer.evaluate(), [[mx, sx], [my, sy]] = [along(codes, 0), along(codes, 1)];
    const x = [mx - TIMES * sx, mx + TIMES * sx], y = [my - TIMES * sy, my + TIMES * sy], places = [];
    for (let r = 0; r < GRID; r++) for (let c = 0; c < GRID; c++) places.push(x[0] + (c + 0.5) / GRID * (x[1] - x[0]), y[1] - (r + 0.5) / GRID * (y[1] - y[0]));
    Object.assign(one, { codes, x, y, grid: Uint8ClampedArray.from(trainer.decode(places), (v) => 255 * v), finite: Number.isFinite(loss) });
    // new images: codes from a normal distribution with the codes' own means and standard deviations, always the same draws
    const drawn = trainer.decode(Array.from({ length: 2 * DRAWS }, (_, i) => (i % 2 ? my + sy * normal(key(1, FIXED), i, 0) : mx + sx * normal(key(1, FIXED), i, 0))));
    let good = 0, grey = 0;
    for (let i = 0; i < DRAWS; i++) if (names.some((_, image) => wrong(trainer, drawn, i, image) <= 1)) good += 1;
    for (const v of drawn) grey += (v > 0.2 && v < 0.8) / drawn.length;
    one.text.textContent = say("Epoch {n}: {learnt} of {total} learnt. Of {draws} codes drawn between them, {good} decode to a character (at most one wrong pixel); {grey}% of their pixels are grey.", {
      n: say.number(trainer.epochs), learnt: learnt(trainer, outputs), total: trainer.images, draws: DRAWS, good, grey: Math.round(100 * grey) });
    box.tell(one.text.textContent); box.redraw();
    return good;
  }
  const boxes = [say("Without a KL"), say("Variational")].map((label, k) => surface(say("{net}: what the decoder makes of the plane, and the codes", { net: label }), (width) => width, (context, size) => {
    const one = nets[k];
    if (!one?.grid) return;
    const scale = axes(context, size, one.x, one.y, ["z₁", "z₂"]), [left, top, w, h] = scale.area, step = one.trainer.size;
    context.globalAlpha = 0.75;
    for (let i = 0; i < GRID * GRID; i++) context.drawImage(sprite(one.grid, i * step, shape), left + (i % GRID) * w / GRID + 1, top + Math.floor(i / GRID) * h / GRID + 1, w / GRID - 2, h / GRID - 2);
    context.globalAlpha = 1;
    inside(context, scale, () => names.forEach((_, i) => {
      const [px, py] = scale([one.codes[2 * i], one.codes[2 * i + 1]]);
      onPaper(context, sprite(one.trainer.set.pixels, i * step, shape), px - 5, py - 7, 10, 14, "#db2777", 2);
    }));
  }));
  function lookAll() {
    const good = nets.map((one, k) => look(one, boxes[k]));
    complaint.textContent = nets.every(({ finite }) => finite) ? "" : say("The loss is no longer a finite number: choose a smaller β.");
    Object.assign(root.dataset, { epochs: nets[0].trainer.epochs, good: good.join(" ") });
  }
  function restart() {
    nets = [make(false), make(true)];
    panels.forEach((panel, k) => panel.replaceChildren(element("strong", { textContent: k ? say("Variational, β {beta}", { beta: shown(beta) }) : say("Without a KL") }), boxes[k], nets[k].text));
    lookAll();
  }
  const panels = [element("div"), element("div")], play = player();
  root.append(row(play, button(say("200 epochs"), () => { nets.forEach(({ trainer }) => { for (let i = 0; i < 200; i++) trainer.epoch(); }); lookAll(); }), button(say("Restart with another seed"), () => { seed += 1; restart(); }),
    slider("β", { low: 0, high: BETAS.length - 1, step: 1, value: BETAS.indexOf(beta), show: (i) => shown(BETAS[i]) }, (to) => { beta = BETAS[to]; restart(); })), complaint, columns(...panels));
  root.addEventListener("redraw", () => boxes.forEach((box) => box.redraw()));
  restart();
  loop(root, (now) => {
    if (!play.isOn() || nets[0].trainer.epochs >= MOST) return;
    const end = performance.now() + FRAME;
    while (performance.now() < end) nets.forEach(({ trainer }) => trainer.epoch());
    if (now - seen > 250) { seen = now; lookAll(); }
  });
}
