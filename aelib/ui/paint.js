// One image to paint on: a click, a drag or Enter inverts pixels. In front of it stands canvas.js.
// data: pixels (base64), shape, flipped (numbers of inverted pixels), name. State "flipped": the same, as painted.

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".paint");
  const canvas = root.querySelector("canvas"), clear = root.querySelector("button"), status = root.querySelector(".status");
  const [, rows, columns] = data.shape, clean = bytes(data.pixels);
  const flipped = new Set(data.flipped);
  let cursor = root.cursor ?? 0, drawing = null;

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
    if (document.activeElement === canvas || canvas.getRootNode().activeElement === canvas) {
      context.strokeStyle = "#2563eb"; context.lineWidth = 2;
      context.strokeRect((cursor % columns) * cell + 1, Math.floor(cursor / columns) * cell + 1, cell - 2, cell - 2);
    }
    clear.disabled = flipped.size === 0;
    status.textContent = `${flipped.size} painted`;
    canvas.cell = cell;
  }

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const c = Math.floor((event.clientX - box.left) / canvas.cell), r = Math.floor((event.clientY - box.top) / canvas.cell);
    return Math.min(rows - 1, Math.max(0, r)) * columns + Math.min(columns - 1, Math.max(0, c));
  };
  const set = (i, on) => { if (on) flipped.add(i); else flipped.delete(i); draw(); };
  const send = () => setStateValue("flipped", [...flipped].sort((a, b) => a - b));

  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    cursor = root.cursor = at(event);
    drawing = !flipped.has(cursor);  // a drag paints or unpaints, as its first pixel says
    set(cursor, drawing);
  };
  canvas.onpointermove = (event) => { if (drawing !== null) set(at(event), drawing); };
  canvas.onpointerup = () => { if (drawing !== null) { drawing = null; send(); } };
  canvas.onfocus = canvas.onblur = draw;
  canvas.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (step) {
      event.preventDefault();
      cursor = root.cursor = Math.min(rows * columns - 1, Math.max(0, cursor + step));
      draw();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      set(cursor, !flipped.has(cursor));
      send();
    }
  };
  clear.onclick = () => { flipped.clear(); draw(); send(); };
  draw();
}
