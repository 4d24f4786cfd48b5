// Trains a net as aelib's trainer does: the same batches, the same noise, the same evaluation.

import { corrupt } from "./noises.js";
import { Network, rows, transpose } from "./network.js";
import { Optimizer, rateFactor } from "./optimizers.js";
import { FIXED, Generator, key, normal, TEST } from "./random.js";

const EPS_DRAW = 2; // other draws than those of the noise on pixels

// `datasets.normalization`: x = (pixel − shift) / scale. pixels: 0 to 255.
export function normalization(kind, pixels) {
  if (kind === "none") return { shift: 0, scale: 1 };
  if (kind === "symmetric") return { shift: 0.5, scale: 0.5 };
  let mean = 0, variance = 0;
  for (const value of pixels) mean += value / 255 / pixels.length;
  for (const value of pixels) variance += (value / 255 - mean) ** 2 / pixels.length;
  return { shift: mean, scale: Math.sqrt(variance) || 1 };
}

// Whether two experiments begin with the same weights in the same places.
export function sameStart(a, b) {
  const start = ({ seed, normalization: kind, dataset, model }) => JSON.stringify([seed, kind, dataset, model.layers,
    model.decoder_layers, model.variational, model.batch_norm, model.initialization, model.initialization_scale]);
  return start(a) === start(b);
}

const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const floats = (text) => new Float32Array(bytes(text).buffer);

export class Trainer {
  // Of what aelib/browser/description.py describes.
  static of({ experiment, set, weights }) {
    const given = weights && { parameters: floats(weights.parameters), running: floats(weights.running) };
    return new Trainer(experiment, { ...set, pixels: bytes(set.pixels) }, given);
  }

  // experiment: of aelib, as JSON. set: { shape: [channels, height, width], pixels: Uint8Array, images × pixels of one }.
  // weights: { parameters, running } to go on from, else those that follow from the seed.
  constructor(experiment, set, weights = null) {
    this.set = set;
    this.size = set.shape[0] * set.shape[1] * set.shape[2];
    this.images = set.pixels.length / this.size;
    this.clean = Float64Array.from(set.pixels, (value) => Math.fround(value / 255));
    this.epochs = 0;
    this.trained = 0; // images of the epoch that has begun; `turns` has all of them in its order
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
    this.fresh = null; // noise of an epoch, drawn with other settings
    this.normalization = normalization(experiment.normalization, this.set.pixels);
    this.targets = this.applied(this.clean);
    const { kind, where, fresh } = experiment.corruption;
    this.noisyTraining = kind !== "none" && where !== "test";
    this.noisyEvaluation = kind !== "none" && where !== "train";
    this.inputs = this.noisyTraining && !fresh ? this.noisy(FIXED) : this.targets;
    this.evaluated = this.noisyEvaluation ? this.noisy(TEST) : this.targets;
  }

  // Go on with another experiment that has the same start (see `sameStart`): weights stay, whatever else was changed.
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

  // Standard normal numbers of an epoch, latentDim × width, of these images in their order.
  eps(turn, images, width) {
    if (!this.network.variational) return null;
    const { latentDim } = this.network, from = key(this.experiment.seed, turn), found = new Float64Array(latentDim * width);
    for (let s = 0; s < images.length; s++) {
      for (let j = 0; j < latentDim; j++) found[j * width + s] = normal(from, images[s] * latentDim + j, EPS_DRAW);
    }
    return found;
  }

  // Put these images (null: all, in order) into a room, unless they are there already.
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

  // One gradient step: the next batch of the epoch, which ends with its last one.
  step() {
    const { experiment, network } = this, epoch = this.epochs + 1, from = this.trained;
    const wanted = Number(experiment.batch_size) || this.images, size = Math.min(wanted, this.images); // "all" is no number
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

  // Train one epoch, or the rest of one that steps have begun.
  epoch() {
    const { epochs } = this;
    while (this.epochs === epochs) this.step();
  }

  // The net with its current weights: { loss, recon_loss, kl, codes (images × latentDim), outputs (images × pixels, as
  // pixels), room }. Of a variational net loss, recon_loss and kl are of sampled codes, the rest is of the means.
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

  // From what the net gives to pixels.
  pixels(outputs) {
    const { shift, scale } = this.normalization;
    return shift === 0 && scale === 1 ? outputs : outputs.map((value) => value * scale + shift);
  }

  // Pixels of codes, count × latentDim: count × pixels of an image.
  decode(codes) {
    const { network } = this, count = codes.length / network.latentDim, room = network.room(count, "decoding");
    transpose(codes, room.layers[network.codeAt - 1].y, network.latentDim, room.width);
    network.forward(room, { first: network.codeAt });
    return this.pixels(rows(room.layers.at(-1).y, network.layers.at(-1).outputs, count, room.width));
  }

  // One image (pixels 0 to 1) through the net: { code, output, layers: what each layer gives }.
  through(image) {
    const { network } = this, room = network.room(1, "one");
    transpose(this.applied(Float64Array.from(image)), room.x, network.layers[0].inputs, room.width);
    network.forward(room);
    const layers = network.layers.map(({ gives }, i) => rows(room.layers[i].y, gives, 1, room.width));
    return { code: layers[network.codeAt - 1], output: this.pixels(layers.at(-1)), layers };
  }
}

