// A trained net with any layers, forward only, for one image at a time, as described by aelib/browser/trained.py. Maps
// are flat, channels × height × width. Batch norm is already folded into the weights. `Network` (network.js) is the one
// that can train.

import { ACTIVATIONS } from "./activations.js";

const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const product = (shape) => shape.reduce((all, one) => all * one, 1);

// The positions along one axis of the smaller map whose counterpart, position * stride + offset, lies inside the larger
// map.
function reach(offset, stride, small, large) {
  return [Math.max(0, Math.ceil(-offset / stride)), Math.min(small - 1, Math.floor((large - 1 - offset) / stride))];
}

// Calls `row` for every weight of a kernel, with the rows that it connects in the smaller and in the larger map.
// weights: small channels × large channels × kernel × kernel, which is PyTorch's order for both kinds of layer.
function joined({ kernel, stride, padding }, small, large, weights, at, row) {
  for (let s = 0; s < small[0]; s++) for (let l = 0; l < large[0]; l++) {
    const pair = s * large[0] + l;
    for (let ky = 0; ky < kernel; ky++) for (let kx = 0; kx < kernel; kx++) {
      const w = weights[at + (pair * kernel + ky) * kernel + kx], dy = ky - padding[0], dx = kx - padding[1];
      const [top, bottom] = reach(dy, stride, small[1], large[1]), [left, right] = reach(dx, stride, small[2], large[2]);
      for (let y = top; y <= bottom; y++) {
        row(w, (s * small[1] + y) * small[2] + left, (l * large[1] + y * stride + dy) * large[2] + left * stride + dx, right - left + 1);
      }
    }
  }
}

// kind -> (layer, x, weights) => y, before the activation
const LAYERS = {
  dense({ outputs, at, columns }, x, weights) {
    const y = new Float64Array(product(outputs)), bias = at + columns * y.length;
    for (let o = 0; o < y.length; o++) {
      let sum = weights[bias + o];
      for (let k = 0, from = at + o * columns; k < columns; k++) sum += weights[from + k] * x[k];
      y[o] = sum;
    }
    return y;
  },
  convolution(layer, x, weights) {
    const { inputs, outputs, kernel, stride, at } = layer, y = filled(layer, weights, at + inputs[0] * outputs[0] * kernel ** 2);
    joined(layer, outputs, inputs, weights, at, (w, to, from, count) => {
      for (let i = 0; i < count; i++) y[to + i] += w * x[from + i * stride];
    });
    return y;
  },
  transposed(layer, x, weights) {
    const { inputs, outputs, kernel, stride, at } = layer, y = filled(layer, weights, at + inputs[0] * outputs[0] * kernel ** 2);
    joined(layer, inputs, outputs, weights, at, (w, from, to, count) => {
      for (let i = 0; i < count; i++) y[to + i * stride] += w * x[from + i];
    });
    return y;
  },
  max_pooling: (layer, x) => pooled(layer, x, -Infinity, Math.max, 1),
  average_pooling: (layer, x) => pooled(layer, x, 0, (a, b) => a + b, layer.kernel ** 2),
  resize: ({ inputs, outputs }, x) => placed(outputs, (c, r, k) =>
    x[(c * inputs[1] + Math.floor(r * inputs[1] / outputs[1])) * inputs[2] + Math.floor(k * inputs[2] / outputs[2])]),
  sub_pixel: ({ inputs, outputs, stride }, x) => placed(outputs, (c, r, k) =>
    x[(((c * stride + r % stride) * stride + k % stride) * inputs[1] + Math.floor(r / stride)) * inputs[2] + Math.floor(k / stride)]),
};

// Number of multiplications in a layer.
function work({ kind, inputs, outputs, kernel, columns }) {
  if (kind === "dense") return columns * product(outputs);
  if (kind !== "convolution" && kind !== "transposed") return 0;
  const places = kind === "transposed" ? inputs : outputs;
  return inputs[0] * outputs[0] * kernel ** 2 * places[1] * places[2];
}

// Maps filled with the bias of their channel.
function filled({ outputs }, weights, bias) {
  const area = outputs[1] * outputs[2], y = new Float64Array(outputs[0] * area);
  for (let c = 0; c < outputs[0]; c++) y.fill(weights[bias + c], c * area, (c + 1) * area);
  return y;
}

function placed([channels, height, width], value) {
  const y = new Float64Array(channels * height * width);
  for (let c = 0, i = 0; c < channels; c++) for (let r = 0; r < height; r++) for (let k = 0; k < width; k++) y[i++] = value(c, r, k);
  return y;
}

const pooled = ({ inputs, outputs, kernel, stride }, x, start, more, divisor) => placed(outputs, (c, r, k) => {
  let found = start;
  for (let dy = 0; dy < kernel; dy++) for (let dx = 0; dx < kernel; dx++) {
    found = more(found, x[(c * inputs[1] + r * stride + dy) * inputs[2] + k * stride + dx]);
  }
  return found / divisor;
});

export class TrainedNet {
  // description: see aelib/browser/trained.py
  constructor(description) {
    Object.assign(this, description);
    this.weights = new Float32Array(bytes(description.weights).buffer);
    this.size = product(this.shape);
    this.multiplications = this.decoder.reduce((sum, layer) => sum + work(layer), 0); // for one decoded image
  }

  through(layers, x, seen) {
    for (const layer of layers) {
      x = LAYERS[layer.kind](layer, x, this.weights);
      ACTIVATIONS[layer.activation].forward(x, x, x.length, layer.slope);
      seen?.push(x);
    }
    return x;
  }

  // Appends one number for each class, if the net receives the class.
  told(numbers, label) {
    if (!this.classes) return numbers;
    const found = new Float64Array(numbers.length + this.classes);
    found.set(numbers);
    found[numbers.length + label] = 1;
    return found;
  }

  // The code of an image (pixels 0 to 1); for a variational net the mean. label: the class, if the net receives it.
  encode(image, label = 0) {
    const x = Float64Array.from(image, (value) => (value - this.shift) / this.scale);
    return this.through(this.encoder, this.told(x, label)).subarray(0, this.latent_dim);
  }

  // The pixels of a code, not clipped.
  decode(code, label = 0) {
    const y = this.through(this.decoder, this.told(code, label));
    ACTIVATIONS[this.output].forward(y, y, y.length, this.output_slope);
    for (let i = 0; i < y.length; i++) y[i] = y[i] * this.scale + this.shift;
    return y;
  }

  // The values for a canvas, 0 to 255, with one channel or three.
  drawn(code, channels = this.shape[0], label = 0) {
    const pixels = this.decode(code, label), found = new Uint8ClampedArray(channels * this.shape[1] * this.shape[2]);
    for (let i = 0; i < found.length; i++) found[i] = 255 * pixels[i % this.size];
    return found;
  }
}
