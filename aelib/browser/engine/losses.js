// Reconstruction losses, defined per pixel: the names of aelib/nn/losses.py. To add one, add an entry here and
// `browser=True` there. value(z, y, t): the loss of one pixel. gradient(y, t): its derivative, with respect to z if
// `ofLogits`, else to y.

const EPSILON = 1e-12, LOWEST_LOGARITHM = -100; // as in torch's binary_cross_entropy
const logarithm = (x) => Math.max(Math.log(x), LOWEST_LOGARITHM);

const BCE_OF_LOGITS = {
  ofLogits: true,
  value: (z, y, t) => Math.max(z, 0) - z * t + Math.log1p(Math.exp(-Math.abs(z))),
  gradient: (y, t) => y - t,
};

export const LOSSES = {
  mse: { value: (z, y, t) => (y - t) * (y - t), gradient: (y, t) => 2 * (y - t) },
  mae: { value: (z, y, t) => Math.abs(y - t), gradient: (y, t) => Math.sign(y - t) },
  bce: {
    value: (z, y, t) => -t * logarithm(y) - (1 - t) * logarithm(1 - y),
    gradient: (y, t) => (y - t) / Math.max(y * (1 - y), EPSILON),
    behindSigmoid: BCE_OF_LOGITS,
  },
};

// The loss to compute: after a sigmoid output, the form that is computed from the logits, if there is one.
export const selectLoss = (name, outputActivation) =>
  (outputActivation === "sigmoid" && LOSSES[name].behindSigmoid) || LOSSES[name];
