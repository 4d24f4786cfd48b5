// A kernel moves over an image. given: pictures (see pixels.js), learnt [{ name, label, values }] (kernels of trained nets).

import { surface } from "./chart.js";
import { button, element, loop, note, numbers, player, row, said, say, select, shown, slider, thirds, toggle } from "./controls.js";
import { handmade } from "./handmade.js";
import { drawImage, OWN, ownPicture, PAINT, pictures, reach } from "./pixels.js";
import { convolve, outputSize, seen } from "./sliding.js";

const WINDOW = "#db2777", STEPS = 6; // positions per second while it plays
const CUSTOM = "custom";

export default function (root, { pictures: given, learnt }) {
  const images = pictures(given), hand = handmade(), made = { ...hand, ...Object.fromEntries(learnt.map(({ name, label, values }) => [name, [label, values]])) };
  let name = given[0].name, kernel = hand.contrast[1], options = { stride: 1, padding: 0, dilation: 1 };
  let place = [2, 2], output = null, painting = false, ink = 1, drawn = [null, null], last = 0;
  const complaint = note(), sizes = said(), sum = element("p", { className: "chain" }), editor = element("div");
  const image = () => images.get(name);

  const input = surface(say("The image, with the window of the kernel"), side, (context, size) => {
    const range = reach(image().values), whole = Math.min(size.width, size.height);
    drawn[0] = drawImage(context, image(), { side: whole, range: range[1] > 1 ? range : [0, 1], margin: options.padding, ink: size.ink });
    if (!output.values.length) return;
    const { at, cell } = drawn[0];
    context.strokeStyle = WINDOW; context.lineWidth = cell > 12 ? 2 : 1;
    for (const { row: r, column: c } of seen(image(), kernel.length, options, ...place)) context.strokeRect(...at(r, c).map((v) => v + 1), cell - 2, cell - 2);
  });
  const result = surface(say("What the kernel makes of it"), side, (context, size) => {
    if (!output.values.length) return;
    drawn[1] = drawImage(context, output, { side: Math.min(size.width, size.height), ink: size.ink });
    const { at, cell } = drawn[1];
    context.strokeStyle = WINDOW; context.lineWidth = 3; context.strokeRect(...at(...place), cell, cell);
  });
  function side(width) { return Math.min(width, 360); }

  function compute() { output = convolve(image(), kernel, options); move(place); }
  function move([r, c]) {
    place = [Math.max(0, Math.min(output.rows - 1, r)), Math.max(0, Math.min(output.columns - 1, c))];
    places[0].limit(output.rows - 1, place[0]); places[1].limit(output.columns - 1, place[1]);
    tell();
    input.redraw(); result.redraw();
  }
  function tell() {
    const { stride: s, padding: p, dilation: d } = options, k = kernel.length, formula = (n) => `⌊(${n} + 2·${p} − ${d}·(${k} − 1) − 1) / ${s}⌋ + 1 = ${outputSize(n, k, s, p, d)}`;
    const { rows: n, columns: m } = image();
    sizes.textContent = n === m ? say("Size: ⌊(n + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. Rows: {rows}; columns the same.", { rows: formula(n) })
      : say("Size: ⌊(n + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. Rows: {rows}; columns: {columns}.", { rows: formula(n), columns: formula(m) });
    if (!output.values.length) { sum.textContent = ""; complaint.textContent = say("The window is larger than the image with its padding: choose a smaller kernel or dilation, or more padding."); return; }
    complaint.textContent = "";
    const window = seen(image(), k, options, ...place), flat = kernel.flat(), value = output.values[place[0] * output.columns + place[1]];
    const bracket = (v) => (v < 0 ? `(${shown(v)})` : shown(v));
    const where = { row: place[0] + 1, column: place[1] + 1 };
    sum.textContent = `${say("Output row {row}, column {column}:", where)}  ${window.map(({ value: v }, i) => `${bracket(v)}·${bracket(flat[i])}`).join(" + ")}  =  ${shown(value, 4)}`;
    const [low, high] = reach(image().values), [least, most] = reach(output.values);
    sizes.textContent += ` ${say("Values: image {low} to {high}, output {least} to {most}.", { low: shown(low), high: shown(high), least: shown(least), most: shown(most) })}`;
    input.tell(say("Window at row {row}, column {column}", where)); result.tell(say("There the sum is {value}", { value: shown(value) }));
    root.dataset.value = value;
  }
  function edit() { editor.replaceChildren(numbers(say("Kernel"), kernel, (found) => { kernel = found; chooser.set(CUSTOM); compute(); })); }
  function paint([r, c]) {
    const { rows: n, columns: m, values } = image();
    if (r >= 0 && c >= 0 && r < n && c < m) { values[r * m + c] = ink; compute(); }
  }

  const places = [say("Row"), say("Column")].map((label, axis) => {
    const box = slider(label, { low: 0, high: 1, step: 1, value: 0, show: (v) => String(v + 1) }, (to) => { play.stop(); move(axis ? [place[0], to] : [to, place[1]]); });
    box.limit = (most, value) => { box.querySelector("input").max = Math.max(0, most); box.set(value); };
    return box;
  });
  const play = player();
  const chooser = select(say("Kernel"), [...Object.entries(made).map(([key, [label]]) => [key, key === "contrast" ? say("{kernel} (the example)", { kernel: label }) : label]), [CUSTOM, say("your own numbers")]], "contrast", (to) => { if (made[to]) { kernel = made[to][1]; edit(); compute(); } });
  const source = select(say("Image"), [...images].map(([key, { label }]) => [key, label]), name, (to) => { name = to; brush.querySelector("input").checked = painting = to === PAINT; compute(); });
  const brush = toggle(say("Paint on the image"), false, (on) => { painting = on; });
  const option = (label, key, low, high) => slider(label, { low, high, step: 1, value: options[key] }, (to) => { options = { ...options, [key]: to }; compute(); });
  const add = (found) => {
    if (!images.has(OWN)) source.querySelector("select").append(new Option(found.label, OWN));
    images.set(OWN, found); name = OWN; source.set(OWN); compute();
  };
  root.append(row(source, brush, button(say("Flip the pixel in the middle of the window"), () => {
    const window = seen(image(), kernel.length, options, ...place), { row: r, column: c, value } = window[Math.floor(window.length / 2)];
    ink = value >= 0.5 ? 0 : 1; paint([r, c]);
  }), ownPicture(add, (text) => { complaint.textContent = text; })), row(chooser, play, ...places), row(option(say("Stride"), "stride", 1, 4), option(say("Padding"), "padding", 0, 3), option(say("Dilation"), "dilation", 1, 3)),
  complaint, thirds(input, result, editor), sum, sizes);

  input.drag((at) => {
    play.stop();
    const [r, c] = drawn[0].inverse(at), { rows: n, columns: m, values } = image();
    if (painting && r >= 0 && c >= 0 && r < n && c < m) ink = values[r * m + c] >= 0.5 ? 0 : 1;
  }, (at) => {
    const [r, c] = drawn[0].inverse(at);
    if (painting) paint([r, c]);
    else { const half = options.dilation * Math.floor(kernel.length / 2); move([r, c].map((v) => Math.round((v + options.padding - half) / options.stride))); }
  }, true);
  result.drag(() => { play.stop(); return Boolean(drawn[1]); }, (at) => move(drawn[1].inverse(at)));
  root.addEventListener("redraw", () => { input.redraw(); result.redraw(); });
  edit(); compute();
  loop(root, (now) => {
    if (!play.isOn() || now - last < 1000 / STEPS || !output.values.length) return;
    last = now;
    const next = (place[0] * output.columns + place[1] + 1) % output.values.length;
    move([Math.floor(next / output.columns), next % output.columns]);
  });
}
