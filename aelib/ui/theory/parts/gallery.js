// Kernels made by hand beside those that nets have learnt. given: nets [{ label, kernels: [rows of numbers] }].

import { surface, write } from "./chart.js";
import { element, say } from "./controls.js";
import { handmade } from "./handmade.js";
import { drawKernel } from "./pixels.js";

const SIDE = 54, LEAST = 88, LETTER = 6; // CSS pixels: of a kernel, of its place, of a letter of its name

function gallery(label, items) {
  const place = Math.max(LEAST, LETTER * Math.max(...items.map(([name]) => name.length)) + 12), across = (width) => Math.max(1, Math.floor(width / place));
  const box = surface(label, (width) => Math.ceil(items.length / across(width)) * (SIDE + 34), (context, { width, ink }) => {
    items.forEach(([name, kernel], i) => {
      const x = (i % across(width)) * place + (place - SIDE) / 2, y = Math.floor(i / across(width)) * (SIDE + 34) + 2;
      drawKernel(context, kernel, x, y, SIDE, ink);
      write(context, name, x + SIDE / 2, y + SIDE + 14, ink, { align: "center", size: 11 });
    });
  });
  box.tell(items.map(([name]) => name).join(", "));
  box.redraw();
  return box;
}

export default function (root, { nets }) {
  const hand = Object.values(handmade()).filter(([, kernel]) => kernel.length === 3);
  const boxes = [[say("Made by hand"), hand], ...nets.map(({ label, kernels }) => [say("Learnt: {name}", { name: label }), kernels.map((kernel, i) => [String(i + 1), kernel])])].map(([label, items]) => {
    const box = gallery(label, items);
    root.append(element("p", { className: "said", textContent: say("{kernels}: orange adds, blue subtracts.", { kernels: label }) }), box);
    return box;
  });
  root.addEventListener("redraw", () => boxes.forEach((box) => box.redraw()));
}
