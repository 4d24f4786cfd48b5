// The same small net, trained here with each chosen activation. given: functions [{ name, label }], chosen (names),
// description (of aelib.browser.description), rates.

import { axes, inside, line, surface } from "./chart.js";
import { button, chips, element, loop, note, player, row, say, select, shown, table } from "./controls.js";
import { coloured, STEP } from "./functions.js";
import { Trainer } from "./training.js";

const FRAME = 9, MOST_POINTS = 300, MOST_EPOCHS = 5000; // milliseconds of training before each frame; points of a curve; then it stops

export default function (root, { functions, chosen: first, description, rates }) {
  const all = coloured(functions), chosen = new Set(first), nets = new Map(), figures = element("div"), said = note();
  let { seed } = description.experiment, rate = description.experiment.optimizer.learning_rate, seen = 0;

  function net(name) {
    const { experiment } = description, model = { ...experiment.model, hidden_activation: name };
    const trainer = Trainer.of({ ...description, experiment: { ...experiment, seed, model, optimizer: { ...experiment.optimizer, learning_rate: rate } } });
    const made = { trainer, history: [[0, trainer.evaluate().loss]], every: 1, diverged: null };
    nets.set(name, made);
    return made;
  }
  const restart = () => { nets.clear(); said.textContent = ""; chosen.forEach(net); draw(); };

  function advance(one) {
    const { trainer, history } = one;
    trainer.epoch();
    if (trainer.epochs % one.every) return;
    const { loss } = trainer.evaluate();
    if (!Number.isFinite(loss)) { one.diverged = trainer.epochs; return; }
    history.push([trainer.epochs, loss]);
    if (history.length > MOST_POINTS) { one.history = history.filter((_, i) => i % 2 === 0); one.every *= 2; }
  }
  // All nets take turns, so that they stay at the same epoch; a net that has diverged is skipped.
  function train() {
    const racing = [...chosen].map((name) => nets.get(name) ?? net(name)).filter(({ diverged, trainer }) => !diverged && trainer.epochs < MOST_EPOCHS), end = performance.now() + FRAME;
    while (racing.length && performance.now() < end) {
      const behind = Math.min(...racing.map(({ trainer }) => trainer.epochs));
      racing.filter(({ trainer, diverged }) => trainer.epochs === behind && !diverged).forEach(advance);
      if (racing.every(({ diverged }) => diverged)) break;
    }
  }
  // The largest gradient of a weight in the layers before the last one: what reaches them.
  function below({ trainer }) {
    const { network } = trainer, room = network.room(trainer.images, "training");
    trainer.load(room, trainer.inputs, null);
    network.differentiate(room);
    const end = network.layers.at(-1).at;
    return network.gradient.subarray(0, end).reduce((most, g) => Math.max(most, Math.abs(g)), 0);
  }
  function learnt({ trainer }) {
    const { outputs } = trainer.evaluate(), { set, size, images } = trainer;
    let found = 0;
    for (let i = 0; i < images; i++) {
      let wrong = 0;
      for (let k = i * size; k < (i + 1) * size; k++) wrong += (outputs[k] >= 0.5) !== (set.pixels[k] >= 128);
      found += wrong <= 1;
    }
    return found;
  }

  const box = surface(say("Loss of each net over the epochs, as a logarithm"), 280, (context, size) => {
    const racing = all.filter(({ name }) => chosen.has(name) && nets.has(name)), lines = racing.map(({ name }) => nets.get(name).history);
    const values = lines.flat().map(([, loss]) => Math.log10(loss)), last = Math.max(1, ...lines.map((one) => one.at(-1)[0]));
    if (!values.length) return;
    const high = values.reduce((a, b) => Math.max(a, b)), low = values.reduce((a, b) => Math.min(a, b));
    const scale = axes(context, size, [0, last], [Math.min(low, high - 0.1), high + 0.02], [say("epoch"), say("log₁₀ loss")]);
    inside(context, scale, () => racing.forEach(({ colour, dash }, i) => line(context, scale, lines[i].map(([epoch, loss]) => [epoch, Math.log10(loss)]), colour, { dash })));
  });

  function draw() {
    const racing = all.filter(({ name }) => chosen.has(name) && nets.has(name));
    const lines = racing.map((one) => {
      const net = nets.get(one.name), swatch = element("span", { className: "swatch" });
      swatch.style.background = one.colour;
      const name = element("span", {}, swatch, one.label), epoch = say.number(net.trainer.epochs);
      if (net.diverged) return [name, epoch, say("not finite"), "–", "–"];
      return [name, epoch, shown(net.history.at(-1)[1]), say("{n} of {total}", { n: learnt(net), total: net.trainer.images }), shown(below(net))];
    });
    figures.replaceChildren(lines.length ? table([say("function"), say("epoch"), say("loss"), say("characters learnt"), say("largest gradient below the last layer")], lines) : say("Choose a function above."));
    const failed = racing.filter(({ name }) => nets.get(name).diverged).map(({ label, name }) => say("{name} (epoch {n})", { name: label, n: say.number(nets.get(name).diverged) }));
    said.textContent = failed.length ? say("No longer a finite number: {names}. Choose a smaller learning rate; the others go on.", { names: failed.join(", ") }) : "";
    root.dataset.epochs = Math.max(0, ...racing.map(({ name }) => nets.get(name).trainer.epochs));
    root.dataset.step = chosen.has(STEP) && nets.has(STEP) ? below(nets.get(STEP)) : "";
    box.tell(lines.map(([name, epoch, loss, many]) => say("{name}: loss {loss} after {n} epochs, {learnt} learnt", { name: name.textContent, loss, n: epoch, learnt: many })).join("; "));
    box.redraw();
  }
  const play = player();
  root.append(chips(say("Activations of the nets"), all, chosen, restart), row(play, button(say("50 epochs"), () => {
    play.stop();
    chosen.forEach((name) => { const one = nets.get(name) ?? net(name); for (let i = 0; i < 50 && !one.diverged; i++) advance(one); });
    draw();
  }), button(say("Restart with another seed"), () => { seed += 1; restart(); }),
  select(say("Rate"), rates.map((one) => [String(one), shown(one)]), String(rate), (to) => { rate = Number(to); restart(); })), said, box, figures);
  root.addEventListener("redraw", draw);
  restart();
  loop(root, (now) => {
    if (!play.isOn()) return;
    train();
    if (now - seen > 200) { seen = now; draw(); }
  });
}
