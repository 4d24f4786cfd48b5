// Trains a net exactly like aelib's trainer: with the same batches, the same noise, and the same evaluation.

import { corrupt } from "./noises.js";
import { Network, rows, transpose } from "./network.js";
import { Optimizer, rateFactor } from "./optimizers.js";
import { FIXED, Generator, key, normal, TEST } from "./random.js";

const EPS_DRAW = 2; // draw numbers that the pixel noise does not use

// `datasets.normalization`: x = (pixel − shift) / scale. pixels: 0 to 255.
export function normalization(kind, pixels) {
  if (kind === "none") return { shift: 0, scale: 1 };
  if (kind === "symmetric") return { shift: 0.5, scale: 0.5 };
  let mean = 0, variance = 0;
  for (const value of pixels) mean += value / 255 / pixels.length;
  for (const value of pixels) variance += (value / 255 - mean) ** 2 / pixels.length;
  return { shift: mean, scale: Math.sqrt(variance) || 1 };
}

// Whether two experiments start with the same weights in the same layout.
export function sameStart(a, b) {
  const start = ({ seed, normalization: kind, dataset, model }) => JSON.stringify([seed, kind, dataset, model.layers,
    model.decoder_layers, model.variational, model.batch_norm, model.initialization, model.initialization_scale]);
  return start(a) === start(b);
}

const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const floats = (text) => new Float32Array(bytes(text).buffer);

export class Trainer {
  // From the object that aelib/browser/description.py describes.
  static of({ experiment, set, weights }) {
    const given = weights && { parameters: floats(weights.parameters), running: floats(weights.running) };
    return new Trainer(experiment, { ...set, pixels: bytes(set.pixels) }, given);
  }

  // experiment: an experiment of aelib, as JSON. set: { shape: [channels, height, width], pixels: Uint8Array, images ×
  // (pixels of an image) }. weights: { parameters, running } to continue from; without them, the initial weights of the
  // seed.
  constructor(experiment, set, weights = null) {
    this.set = set;
    this.size = set.shape[0] * set.shape[1] * set.shape[2];
    this.images = set.pixels.length / this.size;
    this.clean = Float64Array.from(set.pixels, (value) => Math.fround(value / 255));
    this.epochs = 0;
    this.trained = 0; // images of the current epoch that are trained; `turns` has all of its images in order
    this.take(experiment);
    this.network = new Network(experiment);
    if (weights) {
      this.network.parameters.set(weights.parameters);
      this.network.running.set(weights.running);
    }
    this.optimizer = new Optimizer(experiment.optimizer, this.network.parameters.length);
    this.order = new Generator(experiment.seed, "order");
  }

  take(experiment) {
    this.experiment = experiment;
    this.fresh = null; // noise of an epoch, drawn with the previous settings
    this.normalization = normalization(experiment.normalization, this.set.pixels);
    this.targets = this.applied(this.clean);
    const { kind, where, fresh } = experiment.corruption;
    this.noisyTraining = kind !== "none" && where !== "test";
    this.noisyEvaluation = kind !== "none" && where !== "train";
    this.inputs = this.noisyTraining && !fresh ? this.noisy(FIXED) : this.targets;
    this.evaluated = this.noisyEvaluation ? this.noisy(TEST) : this.targets;
  }

  // Continue with another experiment with the same start (see `sameStart`): the weights stay, whatever else changes.
  change(experiment) {
    const before = this.network, optimizer = this.optimizer;
    this.take(experiment);
    this.network = new Network(experiment);
    this.network.layers.forEach((layer, i) => {
      const from = before.layers[i], size = layer.outputs * (layer.inputs + 1) + (layer.norm ? 2 * layer.outputs : 0);
      this.network.parameters.set(before.parameters.subarray(from.at, from.at + size), layer.at);
      if (layer.slopeAt !== undefined && from.slopeAt !== undefined) {
        this.network.parameters[layer.slopeAt] = before.parameters[from.slopeAt];
      }
    });
    this.network.running.set(before.running);
    this.optimizer = new Optimizer(experiment.optimizer, this.network.parameters.length);
    const sameState = optimizer.settings.kind === experiment.optimizer.kind
      && before.parameters.length === this.network.parameters.length;
    if (sameState) { this.optimizer.slots = optimizer.slots; this.optimizer.steps = optimizer.steps; }
  }

  applied(pixels) {
    const { shift, scale } = this.normalization;
    return shift === 0 && scale === 1 ? pixels : pixels.map((value) => (value - shift) / scale);
  }

  noisy(turn) {
    return this.applied(corrupt(this.clean, this.size, this.experiment.corruption, this.experiment.seed, turn));
  }

  // Standard normal numbers of an epoch, latentDim × width, for these images in their order.
  eps(turn, images, width) {
    if (!this.network.variational) return null;
    const { latentDim } = this.network, from = key(this.experiment.seed, turn), found = new Float64Array(latentDim * width);
    for (let s = 0; s < images.length; s++) {
      for (let j = 0; j < latentDim; j++) found[j * width + s] = normal(from, images[s] * latentDim + j, EPS_DRAW);
    }
    return found;
  }

  // Copy these images (null: all, in order) into a room, unless they are already there.
  load(room, inputs, chosen) {
    const part = (from) => {
      if (!chosen) return from;
      const found = new Float64Array(chosen.length * this.size);
      chosen.forEach((image, i) => found.set(from.subarray(image * this.size, (image + 1) * this.size), i * this.size));
      return found;
    };
    if (chosen || room.loaded !== inputs) transpose(part(inputs), room.x, this.size, room.width);
    if (chosen || room.aims !== this.targets) transpose(part(this.targets), room.target, this.size, room.width);
    room.loaded = chosen ? null : inputs;
    room.aims = chosen ? null : this.targets;
  }

  // One gradient step on the next batch of the epoch; the last batch ends the epoch.
  step() {
    const { experiment, network } = this, epoch = this.epochs + 1, from = this.trained;
    // "all" is not a number
    const wanted = Number(experiment.batch_size) || this.images, size = Math.min(wanted, this.images);
    const whole = from === 0 && size === this.images, isFresh = this.noisyTraining && experiment.corruption.fresh;
    if (from === 0) this.turns = whole ? Uint32Array.from({ length: this.images }, (_, i) => i) : this.order.permutation(this.images);
    if (isFresh && this.fresh?.epoch !== epoch) this.fresh = { epoch, inputs: this.noisy(epoch) };
    const inputs = isFresh ? this.fresh.inputs : this.inputs;
    const factor = rateFactor(experiment.optimizer, epoch, experiment.epochs);
    const betaFactor = experiment.beta_warm_up ? Math.min(1, epoch / experiment.beta_warm_up) : 1;
    const chosen = this.turns.subarray(from, Math.min(from + size, this.images)), room = network.room(chosen.length, "training");
    this.load(room, inputs, whole ? null : chosen);
    network.differentiate(room, { eps: this.eps(epoch, chosen, room.width), betaFactor });
    this.optimizer.step(network.parameters, network.gradient, factor);
    this.trained = from + chosen.length;
    if (this.trained === this.images) { this.trained = 0; this.epochs = epoch; }
  }

  // Train one epoch, or the rest of an epoch that `step` has started.
  epoch() {
    const { epochs } = this;
    while (this.epochs === epochs) this.step();
  }

  // The net with its current weights: { loss, recon_loss, kl, codes (images × latentDim), outputs (images × pixels, as
  // pixels), room }. For a variational net, loss, recon_loss and kl are computed from sampled codes, the rest from the
  // means.
  evaluate() {
    const { network, images } = this, room = network.room(images, "evaluation");
    this.load(room, this.evaluated, null);
    const every = Uint32Array.from({ length: images }, (_, i) => i), found = { room };
    network.forward(room, { eps: this.eps(TEST, every, room.width) });
    found.loss = network.reconstructionLoss(room);
    if (network.variational) {
      found.recon_loss = found.loss * this.size;
      const each = network.divergence(room.layers[network.codeAt - 1], room);
      found.kl = each.reduce((sum, one) => sum + one, 0);
      found.loss = found.recon_loss + network.beta * each.reduce((sum, one) => sum + Math.max(one, network.freeBits), 0);
      network.sample(room.layers[network.codeAt - 1], room, null);
      network.forward(room, { first: network.codeAt });
    }
    found.codes = rows(room.layers[network.codeAt - 1].y, network.latentDim, images, room.width);
    found.outputs = this.pixels(rows(room.layers.at(-1).y, this.size, images, room.width));
    return found;
  }

  // Converts the net's outputs to pixels.
  pixels(outputs) {
    const { shift, scale } = this.normalization;
    return shift === 0 && scale === 1 ? outputs : outputs.map((value) => value * scale + shift);
  }

  // Decodes codes, count × latentDim, to pixels: count × (pixels of an image).
  decode(codes) {
    const { network } = this, count = codes.length / network.latentDim, room = network.room(count, "decoding");
    transpose(codes, room.layers[network.codeAt - 1].y, network.latentDim, room.width);
    network.forward(room, { first: network.codeAt });
    return this.pixels(rows(room.layers.at(-1).y, network.layers.at(-1).outputs, count, room.width));
  }

  // Sends one image (pixels 0 to 1) through the net: { code, output, layers: the output of each layer }.
  through(image) {
    const { network } = this, room = network.room(1, "one");
    transpose(this.applied(Float64Array.from(image)), room.x, network.layers[0].inputs, room.width);
    network.forward(room);
    const layers = network.layers.map(({ gives }, i) => rows(room.layers[i].y, gives, 1, room.width));
    return { code: layers[network.codeAt - 1], output: this.pixels(layers.at(-1)), layers };
  }
}

