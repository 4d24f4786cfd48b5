// Optimisers over one flat buffer of parameters: the names of aelib/nn/optimizers.py. To add one, add an entry here and
// `browser=True` there. slots: state buffers. update(p, g, [first, second], rate, momentum, step): step counts from 1.

const BETA_1 = 0.9, BETA_2 = 0.999, ADAM_EPSILON = 1e-8;
const RMSPROP_DECAY = 0.99, RMSPROP_EPSILON = 1e-8, ADAGRAD_EPSILON = 1e-10;

function adam(p, g, [mean, square], rate, momentum, step) {
  const r = rate / (1 - BETA_1 ** step), q = 1 / Math.sqrt(1 - BETA_2 ** step);
  for (let j = 0; j < p.length; j++) {
    const a = mean[j] += (1 - BETA_1) * (g[j] - mean[j]);
    const b = square[j] = BETA_2 * square[j] + (1 - BETA_2) * g[j] * g[j];
    p[j] -= r * a / (Math.sqrt(b) * q + ADAM_EPSILON);
  }
}

export const OPTIMIZERS = {
  sgd: {
    slots: 0,
    update(p, g, slots, rate) { for (let j = 0; j < p.length; j++) p[j] -= rate * g[j]; },
  },
  momentum: {
    slots: 1,
    update(p, g, [velocity], rate, momentum) {
      for (let j = 0; j < p.length; j++) p[j] -= rate * (velocity[j] = momentum * velocity[j] + g[j]);
    },
  },
  nesterov: {
    slots: 1,
    update(p, g, [velocity], rate, momentum) {
      for (let j = 0; j < p.length; j++) p[j] -= rate * (g[j] + momentum * (velocity[j] = momentum * velocity[j] + g[j]));
    },
  },
  rmsprop: {
    slots: 1,
    update(p, g, [square], rate) {
      for (let j = 0; j < p.length; j++) {
        square[j] = RMSPROP_DECAY * square[j] + (1 - RMSPROP_DECAY) * g[j] * g[j];
        p[j] -= rate * g[j] / (Math.sqrt(square[j]) + RMSPROP_EPSILON);
      }
    },
  },
  adagrad: {
    slots: 1,
    update(p, g, [square], rate) {
      for (let j = 0; j < p.length; j++) {
        square[j] += g[j] * g[j];
        p[j] -= rate * g[j] / (Math.sqrt(square[j]) + ADAGRAD_EPSILON);
      }
    },
  },
  adam: { slots: 2, update: adam },
  adamw: { slots: 2, decoupledDecay: true, update: adam },
};

export class Optimizer {
  // settings: `optimizer` of an experiment
  constructor(settings, size) {
    this.settings = settings;
    this.kind = OPTIMIZERS[settings.kind];
    this.slots = Array.from({ length: this.kind.slots }, () => new Float64Array(size));
    this.steps = 0;
  }

  // Updates p once by its gradient g, which may be overwritten; factor: from the schedule, 1 at the start.
  step(p, g, factor) {
    const { weight_decay: decay, momentum } = this.settings, rate = this.settings.learning_rate * factor;
    this.steps += 1;
    if (decay && this.kind.decoupledDecay) for (let j = 0; j < p.length; j++) p[j] -= decay * rate * p[j];
    else if (decay) for (let j = 0; j < p.length; j++) g[j] += decay * p[j];
    this.kind.update(p, g, this.slots, rate, momentum, this.steps);
  }
}

// Like `Optimizer.rate_factor` of aelib: the factor of the learning rate in `epoch`, counted from 1.
export function rateFactor(settings, epoch, epochs) {
  if (settings.schedule === "step") return settings.step_factor ** Math.floor((epoch - 1) / settings.step_every);
  if (settings.schedule === "cosine") return 0.5 * (1 + Math.cos(Math.PI * Math.min(1, (epoch - 1) / epochs)));
  return 1;
}
