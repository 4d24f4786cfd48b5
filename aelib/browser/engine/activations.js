// Activation functions: the names of aelib/nn/activations.py. To add one, add an entry here and `browser=True` there.
//
// forward(z, y, count, slope): writes f(z) into y. backward(z, y, d, count, slope): turns dL/dy in d into dL/dz in place.
// slope: the learnt parameter, if `learntSlope` is set. gain: Kaiming's, as returned by torch.nn.init.calculate_gain.

export const LEAK = 0.01, PRELU_START = 0.25;
const leakyGain = Math.sqrt(2 / (1 + LEAK ** 2));

const stepped = (backward) => (z, y, d, count, slope) => { for (let i = 0; i < count; i++) d[i] *= backward(z[i], y[i], slope); };

export const ACTIVATIONS = {
  identity: {
    gain: 1,
    forward(z, y, count) { for (let i = 0; i < count; i++) y[i] = z[i]; },
    backward() {},
  },
  sigmoid: {
    gain: 1,
    forward(z, y, count) { for (let i = 0; i < count; i++) y[i] = 1 / (1 + Math.exp(-z[i])); },
    backward(z, y, d, count) { for (let i = 0; i < count; i++) d[i] *= y[i] * (1 - y[i]); },
  },
  tanh: {
    gain: 5 / 3,
    forward(z, y, count) { for (let i = 0; i < count; i++) y[i] = 1 - 2 / (Math.exp(2 * z[i]) + 1); },
    backward(z, y, d, count) { for (let i = 0; i < count; i++) d[i] *= 1 - y[i] * y[i]; },
  },
  arctan: {
    gain: 5 / 3,
    forward(z, y, count) { for (let i = 0; i < count; i++) y[i] = Math.atan(z[i]); },
    backward(z, y, d, count) { for (let i = 0; i < count; i++) d[i] /= 1 + z[i] * z[i]; },
  },
  relu: {
    gain: Math.SQRT2,
    forward(z, y, count) { for (let i = 0; i < count; i++) y[i] = z[i] > 0 ? z[i] : 0; },
    backward(z, y, d, count) { for (let i = 0; i < count; i++) if (!(z[i] > 0)) d[i] = 0; },
  },
  leaky_relu: {
    gain: leakyGain,
    forward(z, y, count) { for (let i = 0; i < count; i++) y[i] = z[i] > 0 ? z[i] : LEAK * z[i]; },
    backward(z, y, d, count) { for (let i = 0; i < count; i++) if (!(z[i] > 0)) d[i] *= LEAK; },
  },
  prelu: {
    gain: leakyGain,
    learntSlope: true,
    start: PRELU_START,
    forward(z, y, count, slope) { for (let i = 0; i < count; i++) y[i] = z[i] > 0 ? z[i] : slope * z[i]; },
    backward(z, y, d, count, slope) { for (let i = 0; i < count; i++) if (!(z[i] > 0)) d[i] *= slope; },
  },
  elu: {
    gain: Math.SQRT2,
    forward(z, y, count) { for (let i = 0; i < count; i++) y[i] = z[i] > 0 ? z[i] : Math.expm1(z[i]); },
    backward(z, y, d, count) { for (let i = 0; i < count; i++) if (!(z[i] > 0)) d[i] *= y[i] + 1; },
  },
  silu: {
    gain: Math.SQRT2,
    forward(z, y, count) { for (let i = 0; i < count; i++) y[i] = z[i] / (1 + Math.exp(-z[i])); },
    backward: stepped((z) => { const s = 1 / (1 + Math.exp(-z)); return s * (1 + z * (1 - s)); }),
  },
  softplus: {
    gain: Math.SQRT2,
    forward(z, y, count) { for (let i = 0; i < count; i++) y[i] = z[i] > 20 ? z[i] : Math.log1p(Math.exp(z[i])); },
    backward: stepped((z) => (z > 20 ? 1 : 1 / (1 + Math.exp(-z)))),
  },
  saturating_linear: {
    gain: 1,
    forward(z, y, count) { for (let i = 0; i < count; i++) y[i] = Math.min(1, Math.max(0, z[i])); },
    backward(z, y, d, count) { for (let i = 0; i < count; i++) if (!(z[i] > 0 && z[i] < 1)) d[i] = 0; },
  },
};
