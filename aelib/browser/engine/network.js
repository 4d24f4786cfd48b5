// A dense autoencoder: the forward pass, and the gradient of its loss computed by hand. Names and layout are those of
// aelib: parameters are stored as in the batched engine, layer after layer outputs × (inputs + 1), the bias last,
// followed by the batch norm's weight and bias and the slope of a PReLU, if the layer has them. Everything is float64,
// which costs no more here and is more accurate.

import { ACTIVATIONS } from "./activations.js";
import { INITIALIZATIONS } from "./initialization.js";
import { selectLoss } from "./losses.js";
import * as matrix from "./matrix.js";
import { Generator } from "./random.js";

const NORM_EPSILON = 1e-5, NORM_MOMENTUM = 0.1; // the values of nn.BatchNorm1d

// The activation that "auto" means.
export const outputActivation = ({ model, normalization }) => model.output_activation !== "auto"
  ? model.output_activation : { none: "sigmoid", symmetric: "tanh", standardized: "identity" }[normalization];

// Like `Model.steps` of aelib: every fully connected layer, from input to output.
export function steps(experiment) {
  const { model } = experiment, decoder = model.decoder_layers || [...model.layers].reverse(), found = [];
  for (const [sizes, last] of [[model.layers, model.code_activation], [decoder, outputActivation(experiment)]]) {
    for (let i = 1; i < sizes.length; i++) {
      const hidden = i < sizes.length - 1;
      found.push({ inputs: sizes[i - 1], outputs: sizes[i], activation: hidden ? model.hidden_activation : last, hidden,
        norm: hidden && model.batch_norm, code: false });
    }
  }
  const code = found[model.layers.length - 2];
  code.code = true;
  code.gives = code.outputs; // how many numbers the code has
  if (model.variational) code.outputs *= 2; // mu and log_var, one after the other
  return found;
}

export class Network {
  // experiment: an experiment of aelib, as JSON; its seed determines the initial weights
  constructor(experiment) {
    const { model } = experiment;
    this.variational = model.variational;
    this.codeAt = model.layers.length - 1; // number of layers in the encoder
    this.latentDim = model.layers[this.codeAt];
    this.loss = selectLoss(experiment.loss, outputActivation(experiment));
    this.beta = experiment.beta;
    this.freeBits = experiment.free_bits;
    let size = 0, norms = 0;
    this.layers = steps(experiment).map((step) => {
      const layer = { ...step, gives: step.gives ?? step.outputs, function: ACTIVATIONS[step.activation], at: size };
      size += step.outputs * (step.inputs + 1);
      if (step.norm) { layer.normAt = size; layer.runningAt = norms; size += 2 * step.outputs; norms += 2 * step.outputs; }
      if (layer.function.learntSlope) { layer.slopeAt = size; size += 1; }
      return layer;
    });
    this.parameters = new Float64Array(size);
    this.gradient = new Float64Array(size);
    this.running = new Float64Array(norms); // for each batch norm the running means, then the running variances
    this.rooms = new Map();
    this.draw(experiment);
  }

  // The initial weights, which depend only on the seed.
  draw({ seed, model }) {
    const generator = new Generator(seed, "weights"), entry = INITIALIZATIONS[model.initialization], p = this.parameters;
    for (const { inputs, outputs, at, normAt, runningAt, slopeAt, function: f } of this.layers) {
      const weight = new Float64Array(outputs * inputs), bias = new Float64Array(outputs);
      entry.draw(weight, { inputs, outputs, gain: f.gain, scale: model.initialization_scale, generator });
      if (entry.drawsBiases) generator.uniform(bias, 1 / Math.sqrt(inputs));
      for (let o = 0; o < outputs; o++) {
        p.set(weight.subarray(o * inputs, (o + 1) * inputs), at + o * (inputs + 1));
        p[at + o * (inputs + 1) + inputs] = bias[o];
      }
      if (normAt !== undefined) {
        p.fill(1, normAt, normAt + outputs);
        this.running.fill(1, runningAt + outputs, runningAt + 2 * outputs);
      }
      if (slopeAt !== undefined) p[slopeAt] = f.start;
    }
  }

  // Buffers for one pass over this many images, each sizes × width; `use` keeps the buffers of training and evaluation
  // apart.
  room(images, use) {
    const name = `${use} ${images}`;
    if (this.rooms.has(name)) return this.rooms.get(name);
    const width = Math.ceil(images / 4) * 4, buffer = (rows) => new Float64Array(rows * width);
    const room = { images, width, x: buffer(this.layers[0].inputs), target: buffer(this.layers.at(-1).outputs) };
    room.layers = this.layers.map(({ outputs, gives, norm }) => {
      const z = buffer(outputs);
      return { z, linear: norm ? buffer(outputs) : z, hat: norm && buffer(outputs), deviation: norm && new Float64Array(outputs),
        y: buffer(gives), d: buffer(outputs), back: gives === outputs ? null : buffer(gives) };
    });
    this.rooms.set(name, room);
    return room;
  }

  // The input of layer i.
  before(room, i) { return i ? room.layers[i - 1].y : room.x; }

  // All layers from `first` on. With eps (latentDim × width), the code of a variational net is a sample, else its mean.
  forward(room, { first = 0, eps = null, training = false } = {}) {
    for (let i = first; i < this.layers.length; i++) {
      const layer = this.layers[i], held = room.layers[i];
      matrix.forward(this.parameters, layer.at, this.before(room, i), held.linear, layer.inputs, layer.outputs, room.width);
      if (layer.norm) this.normalize(layer, held, room, training);
      if (layer.code && this.variational) this.sample(held, room, eps);
      else layer.function.forward(held.z, held.y, held.y.length, this.parameters[layer.slopeAt]);
    }
    return room.layers.at(-1).y;
  }

  normalize({ outputs, normAt, runningAt }, { linear, hat, z, deviation }, { images, width }, training) {
    const p = this.parameters, means = runningAt, variances = runningAt + outputs;
    for (let o = 0; o < outputs; o++) {
      const from = o * width;
      let mean = this.running[means + o], variance = this.running[variances + o];
      if (training) {
        mean = variance = 0;
        for (let s = from; s < from + images; s++) mean += linear[s];
        mean /= images;
        for (let s = from; s < from + images; s++) variance += (linear[s] - mean) ** 2;
        this.running[means + o] += NORM_MOMENTUM * (mean - this.running[means + o]);
        this.running[variances + o] += NORM_MOMENTUM * (variance / (images - 1) - this.running[variances + o]);
        variance /= images;
      }
      const inverse = deviation[o] = 1 / Math.sqrt(variance + NORM_EPSILON);
      for (let s = from; s < from + images; s++) {
        hat[s] = (linear[s] - mean) * inverse;
        z[s] = p[normAt + o] * hat[s] + p[normAt + outputs + o];
      }
    }
  }

  normalizeBackward({ outputs, normAt }, { hat, d, deviation }, { images, width }) {
    const p = this.parameters, g = this.gradient;
    for (let o = 0; o < outputs; o++) {
      let sum = 0, along = 0;
      for (let s = o * width; s < o * width + images; s++) { sum += d[s]; along += d[s] * hat[s]; }
      g[normAt + o] = along;
      g[normAt + outputs + o] = sum;
      const factor = p[normAt + o] * deviation[o] / images;
      for (let s = o * width; s < o * width + images; s++) d[s] = factor * (images * d[s] - sum - hat[s] * along);
    }
  }

  sample({ z, y }, { width }, eps) {
    const size = this.latentDim * width;
    for (let i = 0; i < size; i++) y[i] = eps ? z[i] + Math.exp(0.5 * z[size + i]) * eps[i] : z[i];
  }

  // From ∂/∂code in held.back to ∂/∂mu and ∂/∂log_var in held.d; see aelib/training/engines/batched_vae.py.
  sampleBackward({ z, d, back }, { images, width }, eps, beta) {
    const kl = this.divergence({ z }, { images, width }), size = this.latentDim * width;
    d.fill(0);
    for (let j = 0; j < this.latentDim; j++) {
      const weight = this.freeBits === 0 || kl[j] > this.freeBits ? beta / images : 0;
      for (let s = j * width; s < j * width + images; s++) {
        const variance = Math.exp(z[size + s]);
        d[s] = back[s] + weight * z[s];
        d[size + s] = 0.5 * (back[s] * eps[s] * Math.sqrt(variance) + weight * (variance - 1));
      }
    }
  }

  // KL of each code number in nats, mean over the images.
  divergence({ z }, { images, width }) {
    const size = this.latentDim * width, found = new Float64Array(this.latentDim);
    for (let j = 0; j < this.latentDim; j++) {
      for (let s = j * width; s < j * width + images; s++) {
        found[j] += 0.5 * (z[s] * z[s] + Math.exp(z[size + s]) - 1 - z[size + s]) / images;
      }
    }
    return found;
  }

  // Computes the gradient of the loaded batch into `gradient`.
  differentiate(room, { eps = null, betaFactor = 1 } = {}) {
    this.forward(room, { eps, training: true });
    const { images, width, target } = room, last = this.layers.length - 1, pixels = this.layers[last].outputs;
    const scale = 1 / (images * (this.variational ? 1 : pixels)), { y, d } = room.layers[last];
    for (let o = 0; o < pixels; o++) {
      for (let s = o * width; s < o * width + images; s++) d[s] = this.loss.gradient(y[s], target[s]) * scale;
    }
    for (let i = last; i >= 0; i--) {
      const layer = this.layers[i], held = room.layers[i];
      if (layer.code && this.variational) this.sampleBackward(held, room, eps, this.beta * betaFactor);
      else if (!(i === last && this.loss.ofLogits)) this.activationBackward(layer, held);
      if (layer.norm) this.normalizeBackward(layer, held, room);
      matrix.gradient(this.gradient, layer.at, held.d, this.before(room, i), layer.inputs, layer.outputs, width);
      if (!i) break;
      const below = room.layers[i - 1];
      matrix.backward(this.parameters, layer.at, held.d, below.back ?? below.d, layer.inputs, layer.outputs, width);
    }
  }

  activationBackward({ function: f, slopeAt }, { z, y, d }) {
    if (slopeAt !== undefined) {
      let sum = 0;
      for (let s = 0; s < d.length; s++) if (z[s] < 0) sum += d[s] * z[s];
      this.gradient[slopeAt] = sum;
    }
    f.backward(z, y, d, d.length, this.parameters[slopeAt]);
  }

  // The loss of the last outputs, mean over pixels and images.
  reconstructionLoss({ images, width, target, layers }) {
    const { z, y } = layers.at(-1), pixels = this.layers.at(-1).outputs;
    let sum = 0;
    for (let o = 0; o < pixels; o++) {
      for (let s = o * width; s < o * width + images; s++) sum += this.loss.value(z[s], y[s], target[s]);
    }
    return sum / (pixels * images);
  }
}

// images × size, one image after the other, into a buffer of size × width.
export function transpose(from, to, size, width) {
  for (let i = 0; i * size < from.length; i++) for (let k = 0; k < size; k++) to[k * width + i] = from[i * size + k];
}

// The inverse of `transpose`, into a new array.
export function rows(from, size, images, width) {
  const found = new Float64Array(images * size);
  for (let i = 0; i < images; i++) for (let k = 0; k < size; k++) found[i * size + k] = from[k * width + i];
  return found;
}
