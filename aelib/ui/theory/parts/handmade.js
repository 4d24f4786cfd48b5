// Kernels made by hand, by name. The first is the documents' worked example: 3 among 1s becomes 7, 1 among 1s becomes −3.

const ninths = Array.from({ length: 3 }, () => [1 / 9, 1 / 9, 1 / 9]);

export const KERNELS = {
  contrast: ["contrast (the example)", [[-1, -1, -1], [-1, 5, -1], [-1, -1, -1]]],
  identity: ["identity", [[0, 0, 0], [0, 1, 0], [0, 0, 0]]],
  upright: ["upright edges", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]],
  flat: ["flat edges", [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]],
  edges: ["all edges", [[0, 1, 0], [1, -4, 1], [0, 1, 0]]],
  blur: ["blur", ninths],
  gauss: ["soft blur", [[1, 2, 1], [2, 4, 2], [1, 2, 1]].map((line) => line.map((v) => v / 16))],
  sharpen: ["sharpen", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]],
  emboss: ["emboss", [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]],
  wide: ["blur, 5x5", Array.from({ length: 5 }, () => new Array(5).fill(1 / 25))],
};
