// Noise on pixels from 0 to 1: the names of aelib/datasets/noise.py. To add one, add an entry here and `browser=True` there.
// apply(x, level, drawn, gauss, painted): drawn: 32 random bits; gauss(): standard normal; painted: whether the pixel
// is painted.

import { bits, key, normal, uniform } from "./random.js";

const hit = (drawn, level) => uniform(drawn) < level;

export const NOISES = {
  salt_pepper: { apply: (x, level, drawn) => (hit(drawn, level) ? +(drawn < 0) : x) },
  gaussian: { apply: (x, level, drawn, gauss) => Math.min(1, Math.max(0, x + level * gauss())) },
  masking: { apply: (x, level, drawn) => (hit(drawn, level) ? 0 : x) },
  bit_flip: { apply: (x, level, drawn) => (hit(drawn, level) ? 1 - x : x) },
  painted: { apply: (x, level, drawn, gauss, painted) => (painted && hit(drawn, level) ? 1 - x : x) },
};

// Noisy pixels, images × size. corruption: an experiment's setting; turn: an epoch, TEST or FIXED.
export function corrupt(pixels, size, corruption, seed, turn) {
  const { apply } = NOISES[corruption.kind], level = Math.fround(corruption.level), from = key(seed, turn);
  const painted = new Set(corruption.pixels), noisy = new Float64Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    noisy[i] = apply(pixels[i], level, bits(from, i, 0), () => normal(from, i, 0), painted.has(i % size));
  }
  return noisy;
}
