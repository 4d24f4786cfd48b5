// Images of the page Convolution: where they come from and how they are drawn.

import { button, element, say, shown } from "./controls.js";
import { bytes } from "./common.js";
import { write } from "./chart.js";

export const OWN = "own", PAINT = "paint", SIDE = 48, READABLE = 30; // CSS pixels of a cell that has room for a number

// given: [{ name, label, rows, columns, pixels (base64 of grey bytes) | values }]; a blank one to paint on is added.
export function pictures(given) {
  const found = new Map(given.map(({ name, label, rows, columns, pixels, values }) => [name, { label, rows, columns,
    values: values ? Float64Array.from(values) : Float64Array.from(bytes(pixels), (v) => v / 255) }]));
  found.set(PAINT, { label: say("a grid to paint"), rows: 12, columns: 12, values: new Float64Array(144) });
  return found;
}

// A button for the user's own picture, made grey with at most SIDE pixels per side. Calls take(image) or fail(sentence). A file
// field alone would be in the language of the browser.
export function ownPicture(take, fail) {
  const input = element("input", { type: "file", accept: "image/*", hidden: true, onchange: async () => {
    const [file] = input.files;
    if (!file) return;
    try {
      const bitmap = await createImageBitmap(file), scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
      const columns = Math.max(3, Math.round(bitmap.width * scale)), rows = Math.max(3, Math.round(bitmap.height * scale));
      const context = element("canvas", { width: columns, height: rows }).getContext("2d");
      context.fillStyle = "white"; context.fillRect(0, 0, columns, rows);
      context.drawImage(bitmap, 0, 0, columns, rows);
      const { data } = context.getImageData(0, 0, columns, rows);
      take({ label: say("your picture"), rows, columns, values: Float64Array.from({ length: rows * columns }, (_, i) => (0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]) / 255) });
    } catch {
      fail(say("“{name}” is no picture that this browser can read. Choose a PNG or a JPEG.", { name: file.name }));
    }
  } });
  return element("span", {}, button(say("Your own picture"), () => { input.value = ""; input.click(); }), input);
}

export const reach = (values) => values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);

// Draw an image into a square of `side` CSS pixels: dark is low, light is high. Returns { at(row, column), cell, inverse }.
export function drawImage(context, image, { side, x = 0, y = 0, range = null, margin = 0, ink, digits = 3 }) {
  const cell = side / (Math.max(image.rows, image.columns) + 2 * margin), [low, high] = range ?? reach(image.values);
  const at = (row, column) => [x + (column + margin) * cell, y + (row + margin) * cell];
  const span = high > low ? high - low : 1;
  for (let r = 0; r < image.rows; r++) for (let c = 0; c < image.columns; c++) {
    const value = image.values[r * image.columns + c], level = Math.round(255 * Math.min(1, Math.max(0, (value - low) / span))), [px, py] = at(r, c);
    context.fillStyle = `rgb(${level},${level},${level})`;
    context.fillRect(px, py, cell + 0.5, cell + 0.5);
    if (cell >= READABLE) write(context, shown(value, digits), px + cell / 2, py + cell / 2, level > 127 ? "#111" : "#fff", { align: "center", size: 12 });
  }
  context.strokeStyle = ink; context.globalAlpha = 0.4; context.lineWidth = 1;
  context.strokeRect(...at(0, 0), image.columns * cell, image.rows * cell);
  if (margin) { context.setLineDash([3, 3]); context.strokeRect(...at(-margin, -margin), (image.columns + 2 * margin) * cell, (image.rows + 2 * margin) * cell); context.setLineDash([]); }
  context.globalAlpha = 1;
  return { at, cell, inverse: ([px, py]) => [Math.floor((py - y) / cell) - margin, Math.floor((px - x) / cell) - margin] };
}

// A kernel in colours: orange adds, blue subtracts.
export function drawKernel(context, kernel, x, y, side, ink) {
  const most = Math.max(1e-9, ...kernel.flat().map(Math.abs)), cell = side / kernel.length;
  kernel.forEach((line, r) => line.forEach((v, c) => {
    context.globalAlpha = Math.abs(v) / most; context.fillStyle = v < 0 ? "#2563eb" : "#ea580c";
    context.fillRect(x + c * cell, y + r * cell, cell, cell);
    context.globalAlpha = 1;
  }));
  context.strokeStyle = ink; context.globalAlpha = 0.5; context.strokeRect(x, y, side, side); context.globalAlpha = 1;
}
