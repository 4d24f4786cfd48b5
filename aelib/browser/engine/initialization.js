// Initialisations of weights: the names of aelib/nn/initialization.py. To add one, add an entry here and `browser=True`
// there.
// draw(weight, { inputs, outputs, gain, scale, generator }) fills `weight` (outputs × inputs).

export const INITIALIZATIONS = {
  pytorch: { draw: (w, { inputs, generator }) => generator.uniform(w, 1 / Math.sqrt(inputs)), drawsBiases: true },
  xavier_uniform: {
    draw: (w, { inputs, outputs, generator }) => generator.uniform(w, Math.sqrt(6 / (inputs + outputs))),
  },
  xavier_normal: {
    draw: (w, { inputs, outputs, generator }) => generator.normal(w, Math.sqrt(2 / (inputs + outputs))),
  },
  kaiming_uniform: { draw: (w, { inputs, gain, generator }) => generator.uniform(w, gain * Math.sqrt(3 / inputs)) },
  kaiming_normal: { draw: (w, { inputs, gain, generator }) => generator.normal(w, gain / Math.sqrt(inputs)) },
  uniform: { draw: (w, { scale, generator }) => generator.uniform(w, scale) },
  normal: { draw: (w, { scale, generator }) => generator.normal(w, scale) },
};
