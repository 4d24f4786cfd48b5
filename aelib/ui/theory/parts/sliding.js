// Convolution, pooling and their sizes, over images { rows, columns, values } (a flat array, row after row).

// How many outputs a window gives along one side of n numbers; 0 where the window does not fit.
export function outputSize(n, kernel, stride, padding = 0, dilation = 1) {
  return Math.max(0, Math.floor((n + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1);
}

// What the window of output (r, c) sees, row after row: [{ row, column, value }]; outside the image, value is 0.
export function seen(image, size, { stride, padding = 0, dilation = 1 }, r, c) {
  const found = [];
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) {
    const row = r * stride - padding + i * dilation, column = c * stride - padding + j * dilation;
    const inside = row >= 0 && column >= 0 && row < image.rows && column < image.columns;
    found.push({ row, column, value: inside ? image.values[row * image.columns + column] : 0 });
  }
  return found;
}

function slid(image, size, options, one) {
  const rows = outputSize(image.rows, size, options.stride, options.padding, options.dilation);
  const columns = outputSize(image.columns, size, options.stride, options.padding, options.dilation);
  const values = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) values[r * columns + c] = one(seen(image, size, options, r, c));
  return { rows, columns, values };
}

// Convolution as nets compute it, without flipping the kernel (in mathematics: cross-correlation). kernel: rows of numbers.
export function convolve(image, kernel, options) {
  const flat = kernel.flat();
  return slid(image, kernel.length, options, (window) => window.reduce((sum, { value }, i) => sum + value * flat[i], 0));
}

export const pool = (image, size, stride, kind) => slid(image, size, { stride }, (window) => (kind === "max"
  ? Math.max(...window.map(({ value }) => value)) : window.reduce((sum, { value }) => sum + value, 0) / window.length));

// How often each number of the output is written by a transposed convolution, along one side of n numbers.
export function writes(n, kernel, stride) {
  const found = new Array((n - 1) * stride + kernel).fill(0);
  for (let i = 0; i < n; i++) for (let k = 0; k < kernel; k++) found[i * stride + k] += 1;
  return found;
}

// Layers [{ kernel, stride }] -> after each, how many inputs along a side one number sees.
export function receptive(layers) {
  let field = 1, step = 1;
  return layers.map(({ kernel, stride }) => { field += (kernel - 1) * step; step *= stride; return field; });
}
