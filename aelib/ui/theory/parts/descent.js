// Optimisers as balls on a real loss surface: the plane, in the space of all weights, through three points of a net's training:
// its start, after a tenth of the training, and its end. given: description (with the weights of a run; without them, the net
// is trained here), optimizers [{ name, label }], chosen (names).

import { axes, dot, inside, line, surface, write } from "./chart.js";
import { button, chips, COLOURS, element, loop, note, player, row, said, say, shown, slider, table } from "./controls.js";
import { Network } from "./network.js";
import { OPTIMIZERS } from "./optimizers.js";
import { Trainer } from "./training.js";

const A = [-0.5, 1.5], B = [-0.5, 1.1], GRID = 41, FRAME = 10, TRAIL = 400, FAR = 30, EVERY = 60; // milliseconds between steps
const HALF = 0.5, EARLY = 0.1; // where the second direction ends; the share of training that leads there

// The part of `way` that is orthogonal to `along`, scaled so that `way` ends at HALF in this direction.
function across(along, way) {
  const share = way.reduce((sum, v, i) => sum + v * along[i], 0) / along.reduce((sum, v) => sum + v * v, 0);
  return { direction: way.map((v, i) => (v - share * along[i]) / HALF), share };
}

export default function (root, { description, optimizers, chosen: first, stored }) {
  const all = optimizers.map((one, i) => ({ ...one, colour: COLOURS[i % COLOURS.length] })), chosen = new Set(first), trainer = Trainer.of(description);
  const { network } = trainer, { experiment } = description, start = new Network(experiment).parameters, figures = element("div"), text = said(), complaint = note();
  const grid = new Float64Array(GRID * GRID);
  let along, aside, middle, filled = 0, begin = [0, 0], rate = 0.02, momentum = 0.9, balls = new Map(), last = 0, picture = null, steps = 0;

  const put = ([a, b]) => { for (let i = 0; i < start.length; i++) network.parameters[i] = start[i] + a * along[i] + b * aside[i]; };
  const lossAt = (place) => { put(place); return trainer.evaluate().loss; };
  function gradientAt(place) {
    put(place);
    const room = network.room(trainer.images, "training");
    trainer.load(room, trainer.inputs, null);
    network.differentiate(room);
    return [along, aside].map((direction) => direction.reduce((sum, d, i) => sum + d * network.gradient[i], 0));
  }
  const cell = (i) => [A[0] + (i % GRID) / (GRID - 1) * (A[1] - A[0]), B[1] - Math.floor(i / GRID) / (GRID - 1) * (B[1] - B[0])];

  function drop() {
    steps = 0;
    balls = new Map(all.map(({ name }) => [name, { place: Float64Array.from(begin), slots: Array.from({ length: OPTIMIZERS[name].slots }, () => new Float64Array(2)), trail: [[...begin]], loss: null, lost: null }]));
    draw();
  }
  function step() {
    steps += 1;
    for (const name of chosen) {
      const ball = balls.get(name);
      if (ball.lost !== null) continue;
      const gradient = Float64Array.from(gradientAt(ball.place));
      OPTIMIZERS[name].update(ball.place, gradient, ball.slots, rate, momentum, ball.trail.length);
      ball.loss = lossAt(ball.place);
      if (!Number.isFinite(ball.loss) || ball.place.some((v) => !(Math.abs(v) < FAR))) { ball.lost = ball.trail.length; continue; }
      ball.trail.push([...ball.place]);
      if (ball.trail.length > TRAIL) ball.trail.splice(1, 1);
    }
  }

  function paint() {
    picture = element("canvas", { width: GRID, height: GRID });
    const context = picture.getContext("2d"), image = context.createImageData(GRID, GRID), logs = Array.from(grid, (v) => Math.log(Math.max(v, 1e-9)));
    const usable = logs.filter(Number.isFinite), low = Math.min(...usable), high = Math.max(...usable);
    logs.forEach((v, i) => {
      const t = Number.isFinite(v) ? (v - low) / (high - low || 1) : 1, band = Math.floor(t * 14) % 2 ? 0 : 12; // bands of equal loss, as on a map
      image.data.set([40 + 190 * t + band, 70 + 140 * t + band, 110 + 60 * (1 - t) + band, 255], 4 * i);
    });
    context.putImageData(image, 0, 0);
  }

  const box = surface(say("Loss surface through the net’s weights, with a ball for each optimiser"), (width) => Math.min(460, Math.round(width * 0.7)), (context, size) => {
    const scale = axes(context, size, A, B, [say("from the start (0) to the trained net (1)"), say("towards its way")]);
    box.scale = scale;
    if (!picture) return;
    context.imageSmoothingEnabled = true;
    context.drawImage(picture, ...scale.area);
    const mark = (place, label) => { const [px, py] = scale(place); dot(context, [px, py], "#fff", 4); write(context, label, px + 7, py - 9, "#fff", { size: 13 }); };
    mark([0, 0], say("start")); mark(middle, say("epoch {n}", { n: say.number(middle[2]) })); mark([1, 0], say("trained"));
    inside(context, scale, () => all.filter(({ name }) => chosen.has(name)).forEach(({ name, colour }) => {
      const { trail } = balls.get(name);
      line(context, scale, trail, "#fff", { width: 4 }); line(context, scale, trail, colour, { width: 2 });
      dot(context, scale(trail.at(-1)), "#fff", 8); dot(context, scale(trail.at(-1)), colour, 6);
    }));
  });

  function draw() {
    const lines = all.filter(({ name }) => chosen.has(name)).map(({ name, label, colour }) => {
      const { place, loss, lost } = balls.get(name), swatch = element("span", { className: "swatch" });
      swatch.style.background = colour;
      return [element("span", {}, swatch, label), lost === null ? `(${shown(place[0], 2)}; ${shown(place[1], 2)})` : say("left the map"), lost === null ? (loss === null ? "–" : shown(loss)) : say("after {n} steps", { n: lost })];
    });
    figures.replaceChildren(lines.length ? table([say("optimiser"), say("place"), say("loss after {n} steps", { n: steps })], lines) : say("Choose an optimiser above."));
    const lost = all.filter(({ name }) => chosen.has(name) && balls.get(name).lost !== null).map(({ label }) => label);
    complaint.textContent = lost.length ? say("Diverged with rate {rate}: {names}. Choose a smaller rate; the others go on.", { rate: shown(rate), names: lost.join(", ") }) : "";
    root.dataset.steps = steps; root.dataset.lost = lost.length;
    box.tell(lines.map(([name, , found]) => `${name.textContent}: ${found}`).join("; "));
    box.redraw();
  }

  // Training, if there are no weights, then the surface; a little before each frame, so that the page stays responsive.
  function prepare(end) {
    if (!along) {
      while (!description.weights && trainer.epochs < experiment.epochs && performance.now() < end) trainer.epoch();
      if (!description.weights && trainer.epochs < experiment.epochs) { text.textContent = say("The net is being trained in your browser: epoch {n} of {total}.", { n: say.number(trainer.epochs), total: say.number(experiment.epochs) }); return; }
      if (!network.parameters.every(Number.isFinite)) { filled = Infinity; complaint.textContent = say("The weights of this run are not finite, so there is no surface to draw: train it with a smaller rate."); return; }
      along = network.parameters.map((v, i) => v - start[i]);
      const early = Trainer.of({ ...description, weights: null });
      for (let epoch = 0; epoch < EARLY * experiment.epochs; epoch++) early.epoch();
      const { direction, share } = across(along, early.network.parameters.map((v, i) => v - start[i]));
      aside = direction;
      middle = [share, HALF, early.epochs];
    }
    while (filled < grid.length && performance.now() < end) grid[filled] = lossAt(cell(filled++));
    if (filled < grid.length) { text.textContent = say("Computing the surface: {n}%.", { n: Math.round(100 * filled / grid.length) }); return; }
    const net = stored ? say("A run of the store") : say("A net that your browser has trained with the same engine");
    text.textContent = say("{net}: loss {start} at its start, {end} trained. {n} nets make this map; dark is a small loss. Press somewhere on it to drop the balls there.", { net, start: shown(lossAt([0, 0])), end: shown(lossAt([1, 0])), n: say.number(grid.length) });
    paint(); drop();
    root.dataset.ready = "true";
  }
  const play = player();
  const place = [say("Drop at: from start to trained"), say("Drop at: across")].map((label, i) => slider(label, { low: [A, B][i][0], high: [A, B][i][1], step: 0.05, value: begin[i] }, (to) => { begin[i] = to; if (picture) drop(); }));
  root.append(chips(say("Optimisers"), all, chosen, () => picture && draw()), row(play, button(say("One step"), () => { play.stop(); if (picture) { step(); draw(); } }), button(say("Drop again"), () => picture && drop())),
    row(slider(say("Rate"), { low: -3, high: 3, step: 0.1, value: Math.log10(rate), show: (v) => shown(10 ** v, 2) }, (to) => { rate = 10 ** to; if (picture) drop(); }),
      slider(say("Momentum"), { low: 0, high: 0.99, step: 0.01, value: momentum }, (to) => { momentum = to; if (picture) drop(); })), row(...place), text, complaint, box, figures);
  box.drag(() => Boolean(picture), (at) => { begin = box.scale.back(at).map((v, i) => Math.min([A, B][i][1], Math.max([A, B][i][0], v))); begin.forEach((v, i) => place[i].set(v)); drop(); });
  root.addEventListener("redraw", () => box.redraw());
  loop(root, (now) => {
    if (!picture && filled <= grid.length) { prepare(performance.now() + FRAME); return; }
    if (!picture || !play.isOn() || now - last < EVERY || steps >= TRAIL) return;
    last = now;
    step(); draw();
  });
}
