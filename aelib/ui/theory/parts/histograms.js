// Activations and gradients layer by layer, at the start and later. given: description (its layers are trained here),
// activations, initializations [{ name, label }].

import { surface, write } from "./chart.js";
import { button, element, loop, note, player, row, said, say, select, shown, table, toggle } from "./controls.js";
import { evaluated } from "./functions.js";
import { Trainer } from "./training.js";

const BINS = 24, FRAME = 9, ROW = 104, FLAT = 0.01; // a slope below this lets next to nothing through
const WIDE = 94; // CSS pixels of one histogram, at least
const FILL = ["#2563eb", "#ea580c"];

function histogram(values, low, high) {
  const found = new Array(BINS).fill(0);
  for (const v of values) found[Math.min(BINS - 1, Math.max(0, Math.floor((v - low) / (high - low || 1) * BINS)))] += 1;
  return found;
}
const spread = (values) => { const mean = values.reduce((a, b) => a + b, 0) / values.length; return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length); };

export default function (root, { description, activations, initializations }) {
  const base = description.experiment, text = said(), complaint = note(), figures = element("div");
  let chosen = { activation: "sigmoid", initialization: "normal", norm: false, seed: base.seed }, trainer, layers = [], seen = 0;

  function restart() {
    const model = { ...base.model, hidden_activation: chosen.activation, initialization: chosen.initialization, batch_norm: chosen.norm };
    trainer = Trainer.of({ ...description, experiment: { ...base, seed: chosen.seed, model } });
    read();
  }
  // For each hidden layer: its outputs, and the gradient of the loss with respect to its pre-activations.
  function read() {
    const { network } = trainer, room = network.room(trainer.images, "training"), running = network.running.slice();
    trainer.load(room, trainer.inputs, null);
    network.differentiate(room);
    network.running.set(running); // looking must not change the running statistics
    layers = network.layers.map((layer, i) => ({ layer, held: room.layers[i], i })).filter(({ layer }) => layer.hidden).map(({ layer, held, i }) => {
      const z = held.z.slice(0, layer.outputs * room.width), flat = evaluated(layer.activation, z, network.parameters[layer.slopeAt]).d.filter((d) => Math.abs(d) < FLAT).length / z.length;
      const d = held.d.slice(0, layer.outputs * room.width), logs = [...d].map((g) => Math.log10(Math.abs(g))).map((v) => Math.max(-20, v));
      return { name: say("layer {n}", { n: i + 1 }), y: [...held.y.slice(0, z.length)], logs, flat, gradient: spread([...d]) };
    });
    draw();
  }
  const box = surface(say("Histograms of activations (above) and of gradients (below), one for each hidden layer"), (width) => 2 * ROW * rows(width), (context, { width, ink }) => {
    const across = Math.min(layers.length, Math.floor(width / WIDE)), wide = width / across;
    const finite = (values) => values.filter(Number.isFinite), all = finite(layers.flatMap(({ y }) => y));
    const low = all.reduce((a, b) => Math.min(a, b), Infinity), high = all.reduce((a, b) => Math.max(a, b), -Infinity);
    layers.forEach(({ name, y, logs }, i) => [[y, low, high], [logs, -10, 0]].forEach(([values, from, to], kind) => {
      const x = (i % across) * wide, top = (2 * Math.floor(i / across) + kind) * ROW, bars = histogram(finite(values), from, to), most = Math.max(1, ...bars), step = (wide - 14) / BINS;
      context.fillStyle = FILL[kind];
      bars.forEach((count, b) => { const tall = count / most * (ROW - 42); context.fillRect(x + 6 + b * step, top + ROW - 24 - tall, step - 0.5, tall); });
      context.fillStyle = ink; context.globalAlpha = 0.4; context.fillRect(x + 6, top + ROW - 24, wide - 14, 1); context.globalAlpha = 1;
      write(context, kind ? "log₁₀ |∂L/∂z|" : name, x + 6, top + 8, ink, { size: 11 });
      write(context, shown(from, 2), x + 6, top + ROW - 14, ink, { size: 10 }); write(context, shown(to, 2), x + wide - 8, top + ROW - 14, ink, { size: 10, align: "right" });
    }));
  });
  function rows(width) { return Math.ceil(layers.length / Math.max(1, Math.min(layers.length, Math.floor(width / WIDE)))); }

  function draw() {
    const { loss } = trainer.evaluate(), first = layers[0].gradient, last = layers.at(-1).gradient;
    const failed = !Number.isFinite(loss) || trainer.network.parameters.some((v) => !Number.isFinite(v));
    if (failed) play.stop();
    complaint.textContent = failed ? say("The weights are no longer finite: choose another start, or press Restart with another seed.") : "";
    text.textContent = say("Epoch {n}, loss {loss}. The gradient of the first hidden layer is {ratio} times that of the last one.", { n: say.number(trainer.epochs), loss: shown(loss), ratio: shown(first / last) });
    figures.replaceChildren(table([say("of each layer"), ...layers.map(({ name }) => name)], [[say("spread of activations"), ...layers.map(({ y }) => shown(spread(y), 2))], [say("spread of gradients"), ...layers.map(({ gradient }) => shown(gradient, 2))],
      [say("flat (slope below {least})", { least: shown(FLAT) }), ...layers.map(({ flat }) => say("{n}%", { n: Math.round(100 * flat) }))]]));
    root.dataset.ratio = first / last; root.dataset.epochs = trainer.epochs;
    box.tell(text.textContent); box.redraw();
  }
  const play = player(false); // it starts paused: the question is about the untrained net
  const train = (epochs) => { for (let i = 0; i < epochs; i++) trainer.epoch(); read(); };
  const choose = (label, name, entries) => select(label, entries.map((one) => [one.name, one.label]), chosen[name], (to) => { chosen = { ...chosen, [name]: to }; restart(); });
  root.append(row(choose(say("Activation"), "activation", activations), choose(say("Start"), "initialization", initializations), toggle(say("Batch norm"), false, (on) => { chosen = { ...chosen, norm: on }; restart(); })),
    row(play, button(say("1 epoch"), () => train(1)), button(say("100 epochs"), () => train(100)), button(say("Restart with another seed"), () => { chosen = { ...chosen, seed: chosen.seed + 1 }; restart(); })), complaint, text, box, figures);
  root.addEventListener("redraw", () => box.redraw());
  restart();
  loop(root, (now) => {
    if (!play.isOn()) return;
    const end = performance.now() + FRAME;
    while (performance.now() < end) trainer.epoch();
    if (now - seen > 200) { seen = now; read(); }
  });
}
