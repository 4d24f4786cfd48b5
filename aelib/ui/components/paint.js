// One image to paint on: a click, a drag or Enter inverts pixels. Loaded after common.js and net.js.
// data: pixels (base64), shape, flipped (numbers of inverted pixels), net (its output follows every stroke; null: none). State "flipped": the same, as painted.

const EDGE = 5; // pixels around the image, as in canvas.py

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".paint");
  const say = root.say = speaker(data);
  speak(root, say);
  const canvas = root.querySelector("canvas"), made = root.querySelector(".made"), clear = root.querySelector("button"), status = root.querySelector(".status");
  const [, rows, columns] = data.shape, clean = bytes(data.pixels);
  // A rerun of the page calls this function again with the last state that the server knows, which may be older than what
  // has been painted since. So the painting is stored on the element, as long as it shows the same image.
  if (root.image !== data.pixels) {
    Object.assign(root, { image: data.pixels, flipped: new Set(data.flipped), cursor: 0, drawing: null });
  }
  const flipped = root.flipped;

  function draw() {
    const cell = Math.max(8, Math.floor(Math.min(230 / columns, 320 / rows)));
    const context = fit(canvas, columns * cell, rows * cell);
    for (let i = 0; i < rows * columns; i++) {
      const x = (i % columns) * cell, y = Math.floor(i / columns) * cell;
      const level = flipped.has(i) ? 255 - clean[i] : clean[i];
      context.fillStyle = `rgb(${PAPER.map((v, c) => Math.round(v + (INK[c] - v) * level / 255))})`;
      context.fillRect(x, y, cell, cell);
      if (flipped.has(i)) { context.strokeStyle = "#ea580c"; context.lineWidth = 2; context.strokeRect(x + 1.5, y + 1.5, cell - 3, cell - 3); }
    }
    if (canvas.getRootNode().activeElement === canvas) {
      context.strokeStyle = "#2563eb"; context.lineWidth = 2;
      context.strokeRect((root.cursor % columns) * cell + 1, Math.floor(root.cursor / columns) * cell + 1, cell - 2, cell - 2);
    }
    clear.disabled = flipped.size === 0;
    status.textContent = say("{n} painted", { n: flipped.size });
    canvas.cell = cell;
    through(cell);
  }
  root.redraw = draw;

  // The net's output for the painted image.
  function through(cell) {
    made.hidden = !root.net?.encoder || root.net.classes > 0;
    if (made.hidden) return;
    const image = Float64Array.from(clean, (value, i) => (flipped.has(i) ? 255 - value : value) / 255), { net } = root;
    const code = net.encode(image), output = net.drawn(code, 1);
    const context = fit(made, columns * cell, rows * cell);
    context.drawImage(sprite(output, 0, [1, rows, columns]), 0, 0, columns * cell, rows * cell);
    const on = output.filter((value) => value >= 128).length;
    made.setAttribute("aria-label", say("What the net makes of it: {n} of {total} pixels on", { n: on, total: output.length }));
  }

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const [left, top] = [box.left + EDGE, box.top + EDGE]; // its border and its margin of paper
    const c = Math.floor((event.clientX - left) / canvas.cell), r = Math.floor((event.clientY - top) / canvas.cell);
    return Math.min(rows - 1, Math.max(0, r)) * columns + Math.min(columns - 1, Math.max(0, c));
  };
  const set = (i, on) => { if (on) flipped.add(i); else flipped.delete(i); };
  // every pixel between two points of a drag: a fast pointer reports only some of them
  function line(from, to, on) {
    const [c0, r0, c1, r1] = [from % columns, Math.floor(from / columns), to % columns, Math.floor(to / columns)];
    const steps = Math.max(1, Math.abs(c1 - c0), Math.abs(r1 - r0));
    for (let k = 0; k <= steps; k++) set(Math.round(r0 + (r1 - r0) * k / steps) * columns + Math.round(c0 + (c1 - c0) * k / steps), on);
  }
  const send = () => setStateValue("flipped", [...flipped].sort((a, b) => a - b));
  const end = () => { if (root.drawing !== null) { root.drawing = null; send(); } };

  canvas.onpointerdown = (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    root.cursor = at(event);
    root.drawing = !flipped.has(root.cursor);  // the first pixel decides whether a drag paints or erases
    set(root.cursor, root.drawing);
    draw();
  };
  canvas.onpointermove = (event) => {
    if (root.drawing === null) return;
    const to = at(event);
    line(root.cursor, to, root.drawing);
    root.cursor = to;
    draw();
  };
  canvas.onpointerup = canvas.onpointercancel = canvas.onlostpointercapture = end;
  canvas.onfocus = canvas.onblur = draw;
  canvas.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (step) {
      event.preventDefault();
      root.cursor = Math.min(rows * columns - 1, Math.max(0, root.cursor + step));
      draw();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      set(root.cursor, !flipped.has(root.cursor));
      draw();
      send();
    }
  };
  clear.onclick = () => { flipped.clear(); draw(); send(); };
  startNet(root, data.net, (why) => { status.textContent = why; });
  draw();
}
