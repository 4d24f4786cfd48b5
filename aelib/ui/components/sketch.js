// A grey image to draw on with a brush, and the net's output for it after every stroke. Loaded after common.js and net.js.
// data: shape, background (0 or 1), light (whether 1 is white), levels (base64: how much of each pixel is drawn, 0 to 255),
// net (null: none), label (the class that a conditional net is told).
// State "levels": the same, as drawn.

const EDGE = 5; // pixels around the image, as in canvas.py
const PIXELS = 12; // largest side of an image in which the brush sets single pixels
const BRUSH = 1.1 / 28; // its radius in larger images, as a share of the side

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".sketch");
  const say = root.say = speaker(data);
  speak(root, say);
  const canvas = root.querySelector("canvas"), made = root.querySelector(".made"), [erase, clear] = root.querySelectorAll("button");
  const [, rows, columns] = data.shape, count = rows * columns;
  // As in paint.js, the drawing is stored on the element, because a rerun may bring an older state.
  if (root.levels?.length !== count) {
    const before = data.levels ? bytes(data.levels) : new Uint8Array(0);
    Object.assign(root, { levels: before.length === count ? before : new Uint8Array(count), cursor: [0, 0], from: null });
  }
  const levels = root.levels;

  function colour(level) {
    const value = data.background ? 255 - level : level;
    return data.light ? `rgb(${value}, ${value}, ${value})` : `rgb(${PAPER.map((v, c) => Math.round(v + (INK[c] - v) * value / 255))})`;
  }
  function draw() {
    const cell = Math.max(3, Math.floor(Math.min(230 / columns, 280 / rows)));
    const context = fit(canvas, columns * cell, rows * cell);
    for (let i = 0; i < count; i++) {
      context.fillStyle = colour(levels[i]);
      context.fillRect((i % columns) * cell, Math.floor(i / columns) * cell, cell, cell);
    }
    if (canvas.getRootNode().activeElement === canvas) {
      context.strokeStyle = "#2563eb"; context.lineWidth = 2;
      context.strokeRect(root.cursor[0] * cell + 1, root.cursor[1] * cell + 1, Math.max(2, cell - 2), Math.max(2, cell - 2));
    }
    clear.disabled = !levels.some((level) => level);
    erase.setAttribute("aria-pressed", String(!!root.erasing));
    canvas.cell = cell;
    through(cell);
  }
  root.redraw = draw;

  // The net's output for the drawing.
  function through(cell) {
    made.hidden = !root.net?.encoder || clear.disabled;
    if (made.hidden) return;
    const image = Float64Array.from(levels, (level) => Math.abs(data.background - level / 255)), { net } = root;
    const output = net.drawn(net.encode(image, data.label), 1, data.label);
    const pixels = data.light ? Uint8ClampedArray.from({ length: 3 * count }, (_, i) => output[i % count]) : output;
    const context = fit(made, columns * cell, rows * cell);
    context.drawImage(sprite(pixels, 0, [data.light ? 3 : 1, rows, columns]), 0, 0, columns * cell, rows * cell);
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (output[i] / 255 - image[i]) ** 2;
    const mse = say.number(+(sum / count).toFixed(4));
    made.setAttribute("aria-label", say("What the net makes of it; MSE {mse}", { mse }));
    made.title = made.getAttribute("aria-label");
  }

  function touch(x, y, erasing) { // in pixels of the image
    const radius = Math.max(rows, columns) <= PIXELS ? 0 : BRUSH * Math.max(rows, columns);
    const reach = Math.ceil(radius + 1), [c0, r0] = [Math.floor(x), Math.floor(y)];
    for (let r = Math.max(0, r0 - reach); r <= Math.min(rows - 1, r0 + reach); r++) {
      for (let c = Math.max(0, c0 - reach); c <= Math.min(columns - 1, c0 + reach); c++) {
        const near = radius ? radius + 0.5 - Math.hypot(c + 0.5 - x, r + 0.5 - y) : Number(c === c0 && r === r0);
        const level = Math.round(255 * Math.min(1, Math.max(0, near))), i = r * columns + c;
        levels[i] = erasing ? Math.min(levels[i], 255 - level) : Math.max(levels[i], level);
      }
    }
  }
  function line(from, to) { // every point of a drag: a fast pointer reports only some of them
    const steps = Math.max(1, Math.ceil(2 * Math.hypot(to[0] - from[0], to[1] - from[1])));
    for (let k = 0; k <= steps; k++) {
      touch(from[0] + (to[0] - from[0]) * k / steps, from[1] + (to[1] - from[1]) * k / steps, !!root.erasing);
    }
  }
  const send = () => setStateValue("levels", btoa(String.fromCharCode(...levels)));
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left - EDGE) / canvas.cell, (event.clientY - box.top - EDGE) / canvas.cell];
  };
  const end = () => { if (root.from) { root.from = null; send(); } };

  canvas.onpointerdown = (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    root.from = at(event);
    root.cursor = [0, 1].map((k) => Math.min([columns, rows][k] - 1, Math.max(0, Math.floor(root.from[k]))));
    touch(...root.from, !!root.erasing);
    draw();
  };
  canvas.onpointermove = (event) => {
    if (!root.from) return;
    const to = at(event);
    line(root.from, to);
    root.from = to;
    draw();
  };
  canvas.onpointerup = end;
  canvas.onpointercancel = end;
  canvas.onkeydown = (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step) root.cursor = [0, 1].map((k) => Math.min([columns, rows][k] - 1, Math.max(0, root.cursor[k] + step[k])));
    else if (event.key === "Enter" || event.key === " ") {
      const [c, r] = root.cursor;
      touch(c + 0.5, r + 0.5, levels[r * columns + c] > 127);
      send();
    } else return;
    event.preventDefault();
    draw();
  };
  canvas.onfocus = draw;
  canvas.onblur = draw;
  erase.onclick = () => { root.erasing = !root.erasing; draw(); };
  clear.onclick = () => { levels.fill(0); draw(); send(); };
  startNet(root, data.net, (why) => console.warn(why)); // the page shows the server's output as well
  draw();
}
