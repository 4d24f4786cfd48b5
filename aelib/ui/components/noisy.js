// Noise on all images and the net's outputs for them, while the slider is dragged. Loaded after common.js and net.js.
// data: `NoisyData` of noisy.py. State "level": where the slider was released.

const EXTRA = "#ea580c", MISSING = "#2563eb", FRAME = "#8a93a3";
const TILE = 40, GAP = 10, LINE = 16; // CSS pixels: an image, between images, a line of text

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".noisy");
  const say = root.say = speaker(data);
  speak(root, say);
  const canvas = root.querySelector("canvas"), slider = root.querySelector("input"), status = root.querySelector(".status");
  const label = root.querySelector("label span"), shown = root.querySelector("output");
  const { names, shape } = data, [channels, rows, columns] = shape, area = rows * columns, size = channels * area;
  const original = bytes(data.pixels), clean = Float64Array.from(original, (value) => value / 255);
  label.textContent = data.label;
  if (root.level === undefined || root.at !== data.at) { root.level = data.level; root.at = data.at; }

  // Pixels of an image that are wrong; a pixel in colour counts once.
  function wrong(image, i) {
    const found = new Uint8Array(area);
    for (let k = 0; k < area; k++) {
      for (let c = 0; c < channels; c++) {
        if (!(Math.abs(image[c * area + k] - clean[i * size + c * area + k]) < data.threshold)) found[k] = 1;
      }
    }
    return found;
  }
  // As a sprite, its wrong pixels in orange where they are too large and in blue where they are too small.
  function marked(image, i, bad) {
    const picture = sprite(Uint8ClampedArray.from(image, (value) => 255 * value), 0, shape), context = picture.getContext("2d");
    for (let k = 0; k < area; k++) {
      if (!bad[k]) continue;
      let more = 0;
      for (let c = 0; c < channels; c++) more += image[c * area + k] - clean[i * size + c * area + k];
      context.fillStyle = more > 0 ? EXTRA : MISSING;
      context.fillRect(k % columns, Math.floor(k / columns), 1, 1);
    }
    return picture;
  }

  function draw() {
    const width = root.clientWidth || 600, tall = Math.round(TILE * rows / columns), colour = themed(root, "--st-text-color", "#333");
    slider.value = root.level;
    shown.textContent = say.number(+(+root.level).toFixed(2));
    const across = Math.max(1, Math.floor((width + GAP) / (TILE + GAP))), line = 3 * (tall + 6) + LINE + GAP;
    const context = fit(canvas, width, Math.ceil(names.length / across) * line);
    context.textAlign = "center"; context.textBaseline = "top"; context.font = "12px sans-serif";
    const noise = { kind: data.kind, level: +root.level, pixels: [] };
    const noisy = root.net ? Float32Array.from(root.engine.corrupt(clean, size, noise, 0, data.turn)) : clean;
    let [before, after, better, worse] = [0, 0, 0, 0];
    for (let i = 0; i < names.length; i++) {
      const given = noisy.subarray(i * size, (i + 1) * size), left = (i % across) * (TILE + GAP), top = Math.floor(i / across) * line;
      const out = root.net ? root.net.decode(root.net.encode(given)) : given;
      const [bad, still] = [wrong(given, i), wrong(out, i)], count = (found) => found.reduce((sum, one) => sum + one, 0);
      const [n, m] = [count(bad), count(still)];
      before += n; after += m; better += m < n; worse += m > n;
      const three = [sprite(original, i * size, shape), marked(given, i, bad), marked(out, i, still)];
      three.forEach((picture, r) => {
        if (r && !root.net) return;
        context.fillStyle = m > n ? EXTRA : FRAME;
        context.fillRect(left, top + r * (tall + 6), TILE, tall + 4);
        context.fillStyle = `rgb(${PAPER})`;
        context.fillRect(left + 1, top + r * (tall + 6) + 1, TILE - 2, tall + 2);
        context.drawImage(picture, left + 2, top + r * (tall + 6) + 2, TILE - 4, tall);
      });
      context.fillStyle = colour;
      if (root.net) context.fillText(`${names[i].slice(0, 3)} ${n}→${m}`, left + TILE / 2, top + 3 * (tall + 6) + 2);
    }
    if (!root.net) return;
    const change = (after > before ? "+" : "−") + say.number(Math.abs(after - before));
    status.textContent = say("Wrong pixels: {before} before, {after} after ({change}). Images better / worse: {better} / {worse}.", {
      before: say.number(before), after: say.number(after), change, better, worse,
    });
    canvas.setAttribute("aria-label", status.textContent);
    Object.assign(root.dataset, { before, after, level: root.level });
  }
  root.redraw = draw;

  slider.oninput = () => {
    root.level = +slider.value;
    root.due ??= requestAnimationFrame(() => { root.due = undefined; draw(); });
  };
  slider.onchange = () => setStateValue("level", +slider.value);
  root.observer?.disconnect();
  root.observer = new ResizeObserver(() => { if (root.clientWidth !== root.wide) { root.wide = root.clientWidth; draw(); } });
  root.observer.observe(root);
  startNet(root, data.net, (why) => { status.textContent = why; });
  draw();
  return () => root.observer.disconnect();
}
