// Nets of the page Why variational, and their codes as the engine computes them, in one or two dimensions.

import { Trainer } from "./training.js";

const DRAWS = 8, SENSED = 1000; // samples over which the pull of the reconstruction is averaged; the turn of the first

// The described experiment with other choices: { dimension, variational, beta, seed }.
export function net(description, { dimension, variational, beta, seed }) {
  const { experiment } = description, layers = [...experiment.model.layers.slice(0, -1), dimension];
  return Trainer.of({ ...description, experiment: { ...experiment, seed, beta, model: { ...experiment.model, layers, variational } } });
}

export const every = (trainer) => Uint32Array.from({ length: trainer.images }, (_, i) => i);

// For each image: { mu, sigma } (arrays over the dimensions) and the negative gradients that pull at mu: { reconstruction, kl }.
export function pulled(trainer) {
  const { network, images } = trainer, room = network.room(images, "training"), { latentDim: dims } = network, all = every(trainer);
  const found = Array.from(all, () => ({ mu: [], sigma: [], reconstruction: new Array(dims).fill(0), kl: [] }));
  trainer.load(room, trainer.inputs, null);
  const { width } = room, held = room.layers[network.codeAt - 1];
  for (let turn = 0; turn < DRAWS; turn++) {
    network.differentiate(room, { eps: trainer.eps(SENSED + turn, all, width) });
    found.forEach((one, i) => { for (let j = 0; j < dims; j++) one.reconstruction[j] -= held.back[j * width + i] / DRAWS; });
  }
  found.forEach((one, i) => {
    for (let j = 0; j < dims; j++) {
      const mu = held.z[j * width + i];
      one.mu.push(mu); one.sigma.push(Math.exp(0.5 * held.z[(dims + j) * width + i])); one.kl.push(-network.beta * mu / images);
    }
  });
  return found;
}

// How many of the images have at most one wrong pixel.
export function learnt(trainer, outputs) {
  let found = 0;
  for (let i = 0; i < trainer.images; i++) if (wrong(trainer, outputs, i, i) <= 1) found += 1;
  return found;
}
// Wrong pixels of output `at` against image `image`.
export function wrong(trainer, outputs, at, image) {
  const { size, set } = trainer;
  let found = 0;
  for (let k = 0; k < size; k++) found += (outputs[at * size + k] >= 0.5) !== (set.pixels[image * size + k] >= 128);
  return found;
}
