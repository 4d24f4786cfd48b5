// The activation functions of the theory pages: all of the engine's, and the binary step, which no engine trains with.

import { ACTIVATIONS, PRELU_START } from "./activations.js";
import { COLOURS } from "./controls.js";

export const STEP = "binary_step";
const step = {
  gain: 1,
  forward(z, y, count) { for (let i = 0; i < count; i++) y[i] = z[i] >= 0 ? 1 : 0; },
  backward(z, y, d, count) { d.fill(0, 0, count); },
};
// Lets nets of this page use the binary step. Each part has its own copy of the engine's modules, so no other page sees this.
ACTIVATIONS[STEP] = step;

export const FUNCTIONS = ACTIVATIONS;
export const START_SLOPE = PRELU_START;
export const coloured = (functions) => functions.map((one, i) => ({ ...one, colour: COLOURS[i % COLOURS.length], dash: i < COLOURS.length / 2 ? [] : [7, 4] }));

// f and its derivative at every z, by the engine itself. slope: PReLU's.
export function evaluated(name, z, slope = START_SLOPE) {
  const from = Float64Array.from(z), y = new Float64Array(from.length), d = new Float64Array(from.length).fill(1);
  FUNCTIONS[name].forward(from, y, from.length, slope);
  FUNCTIONS[name].backward(from, y, d, from.length, slope);
  return { y, d };
}
