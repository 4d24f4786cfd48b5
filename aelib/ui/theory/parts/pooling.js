// Max and average pooling beside each other. given: pictures (see pixels.js).

import { surface } from "./chart.js";
import { element, row, said, select, shown, slider, thirds } from "./controls.js";
import { drawImage, pictures } from "./pixels.js";
import { outputSize, pool } from "./sliding.js";

export default function (root, { pictures: given, first }) {
  const images = pictures(given), text = said();
  let name = first, size = 2, stride = 2;
  const made = (kind) => (kind ? pool(images.get(name), size, stride, kind) : images.get(name));
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  const boxes = [["The image", null], ["Max pooling", "max"], ["Average pooling", "average"]].map(([label, kind]) => {
    const box = surface(label, (width) => Math.min(width, 300), (context, at) => { drawImage(context, made(kind), { side: Math.min(at.width, at.height), range: [0, 1], ink: at.ink }); });
    return Object.assign(element("div", {}, element("div", {}, label), box), { box, kind });
  });
  function draw() {
    const image = images.get(name), [most, average] = ["max", "average"].map((kind) => mean(made(kind).values));
    text.textContent = `${image.rows}x${image.columns} becomes ${outputSize(image.rows, size, stride)}x${outputSize(image.columns, size, stride)}. Mean brightness: image ${shown(mean(image.values))}, max ${shown(most)}, average ${shown(average)}.`;
    for (const { box } of boxes) { box.say(text.textContent); box.redraw(); }
  }
  root.append(row(select("Image", [...images].filter(([key]) => key !== "paint").map(([key, { label }]) => [key, label]), name, (to) => { name = to; draw(); }),
    slider("Window", { low: 1, high: 4, step: 1, value: size }, (to) => { size = to; draw(); }),
    slider("Stride", { low: 1, high: 4, step: 1, value: stride }, (to) => { stride = to; draw(); })), thirds(...boxes), text);
  root.addEventListener("redraw", draw);
  draw();
}
