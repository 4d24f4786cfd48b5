// How often a transposed convolution writes each pixel: its checkerboard. given: nets [{ label, kernel, stride }].

import { surface } from "./chart.js";
import { button, element, row, said, say, slider } from "./controls.js";
import { drawImage } from "./pixels.js";
import { writes } from "./sliding.js";

const INPUTS = 5;

export default function (root, { nets }) {
  const text = said();
  let kernel = 3, stride = 2;
  const map = () => {
    const along = writes(INPUTS, kernel, stride), n = along.length;
    return { rows: n, columns: n, values: Float64Array.from({ length: n * n }, (_, i) => along[Math.floor(i / n)] * along[i % n]) };
  };
  const box = surface(say("How often each pixel of the output is written"), (width) => Math.min(width, 420), (context, size) => {
    drawImage(context, map(), { side: Math.min(size.width, size.height), ink: size.ink });
  });
  function draw() {
    const along = writes(INPUTS, kernel, stride), inner = along.slice(kernel - 1, along.length - kernel + 1);
    const counts = [...new Set((inner.length ? inner : along).flatMap((a) => (inner.length ? inner : along).map((b) => a * b)))].sort((a, b) => a - b);
    const even = counts.length === 1;
    const size = say("{n}x{n} numbers become {m}x{m}: (n − 1)·stride + kernel.", { n: INPUTS, m: along.length }), values = { kernel, stride, times: counts.join(", ") };
    const pattern = kernel < stride ? say("The kernel is smaller than the stride, so some pixels are never written: holes.")
      : even ? say("Away from the border every pixel is written {times} times: {kernel} is a multiple of {stride}, and there is no checkerboard.", values)
        : say("Away from the border pixels are written {times} times: {kernel} is no multiple of {stride}, and the pattern is a checkerboard, which the net must learn to undo.", values);
    text.textContent = `${size} ${pattern}`;
    root.dataset.even = even;
    box.tell(text.textContent); box.redraw();
  }
  const sliders = [slider(say("Kernel"), { low: 1, high: 7, step: 1, value: kernel }, (to) => { kernel = to; draw(); }), slider(say("Stride"), { low: 1, high: 4, step: 1, value: stride }, (to) => { stride = to; draw(); })];
  root.append(row(...sliders), row(say("As in:"), ...nets.map((net) => button(net.label, () => { ({ kernel, stride } = net); sliders[0].set(kernel); sliders[1].set(stride); draw(); }))), element("div", {}, box), text);
  root.addEventListener("redraw", draw);
  draw();
}
