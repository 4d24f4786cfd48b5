// Kernels made by hand. The first is the documents' worked example: 3 among 1s becomes 7, 1 among 1s becomes −3.

import { say } from "./controls.js";

const ninths = Array.from({ length: 3 }, () => [1 / 9, 1 / 9, 1 / 9]);

// name -> [label, rows of numbers]
export const handmade = () => ({
  contrast: [say("contrast"), [[-1, -1, -1], [-1, 5, -1], [-1, -1, -1]]],
  identity: [say("identity"), [[0, 0, 0], [0, 1, 0], [0, 0, 0]]],
  upright: [say("upright edges"), [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]],
  flat: [say("flat edges"), [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]],
  edges: [say("all edges"), [[0, 1, 0], [1, -4, 1], [0, 1, 0]]],
  blur: [say("blur"), ninths],
  gauss: [say("soft blur"), [[1, 2, 1], [2, 4, 2], [1, 2, 1]].map((line) => line.map((v) => v / 16))],
  sharpen: [say("sharpen"), [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]],
  emboss: [say("emboss"), [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]],
  wide: [say("blur, 5x5"), Array.from({ length: 5 }, () => new Array(5).fill(1 / 25))],
});
