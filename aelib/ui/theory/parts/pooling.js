// Max and average pooling beside each other. given: pictures (see pixels.js).

import { surface } from "./chart.js";
import { element, row, said, say, select, shown, slider, thirds } from "./controls.js";
import { drawImage, pictures } from "./pixels.js";
import { outputSize, pool } from "./sliding.js";

export default function (root, { pictures: given, first }) {
  const images = pictures(given), text = said();
  let name = first, size = 2, stride = 2;
  const made = (kind) => (kind ? pool(images.get(name), size, stride, kind) : images.get(name));
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  const boxes = [[say("The image"), null], [say("Max pooling"), "max"], [say("Average pooling"), "average"]].map(([label, kind]) => {
    const box = surface(label, (width) => Math.min(width, 300), (context, at) => { drawImage(context, made(kind), { side: Math.min(at.width, at.height), range: [0, 1], ink: at.ink }); });
    return Object.assign(element("div", {}, element("div", {}, label), box), { box, kind });
  });
  function draw() {
    const image = images.get(name), [most, average] = ["max", "average"].map((kind) => mean(made(kind).values));
    text.textContent = say("{before} becomes {after}. Mean brightness: image {mean}, max {most}, average {average}.", {
      before: `${image.rows}x${image.columns}`, after: `${outputSize(image.rows, size, stride)}x${outputSize(image.columns, size, stride)}`, mean: shown(mean(image.values)), most: shown(most), average: shown(average) });
    for (const { box } of boxes) { box.tell(text.textContent); box.redraw(); }
  }
  root.append(row(select(say("Image"), [...images].filter(([key]) => key !== "paint").map(([key, { label }]) => [key, label]), name, (to) => { name = to; draw(); }),
    slider(say("Window"), { low: 1, high: 4, step: 1, value: size }, (to) => { size = to; draw(); }),
    slider(say("Stride"), { low: 1, high: 4, step: 1, value: stride }, (to) => { stride = to; draw(); })), thirds(...boxes), text);
  root.addEventListener("redraw", draw);
  draw();
}
