// The latent plane under the pointer: the decoder's output at every point, and every image at its own code. Loaded after
// common.js and net.js. data: see plane.py. With a net, every point is decoded here, and the chosen code is kept here. Without
// one, a point shows the nearest image of a grid, and a click, a tap or Enter sets State "point" to [x, y].

const MOSAIC = 1.2e8; // largest number of multiplications for the background

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".plane");
  const say = root.say = speaker(data);
  speak(root, say);
  const canvas = root.querySelector("canvas"), status = root.querySelector(".status"), main = canvas.parentElement;
  const { shape, columns, rows, points, names, labels } = data;
  const [out, reset] = root.querySelectorAll("button");
  // What is in view; the grid of decoded images always spans data.x, data.y. A rerun of the page calls this function
  // again, so the view is kept on the element, for as long as it shows the same plane.
  const whole = [...data.x, ...data.y].join();
  if (root.whole !== whole) Object.assign(root, { whole, view: [data.x, data.y] });
  let [x, y] = root.view;
  const size = shape[0] * shape[1] * shape[2];
  const grid = data.grid && bytes(data.grid), originals = bytes(data.originals);
  const glyphs = names.map((_, i) => sprite(originals, i * size, shape));
  let pointer = data.point, area, scale, crowdNow = [], held = false;

  // --- with a net -----------------------------------------------------------------------------------------------------
  const { origin, axes } = data;
  const codeAt = (p) => origin.map((value, k) => value + p[0] * axes[k][0] + p[1] * axes[k][1]);
  const placeOf = (code) => [0, 1].map((d) => code.reduce((sum, value, k) => sum + (value - origin[k]) * axes[k][d], 0));
  if (data.code && root.panel?.of !== data.code.key) root.panel = Object.assign(codePanel(root, data, originals, choose), { of: data.code.key });
  const panel = data.code ? root.panel : null;
  root.redraw = () => { backgroundFor = ""; pointer = data.code ? placeOf(panel.code) : data.point; draw(); };
  function choose() { pointer = placeOf(root.panel.code); root.redraw(); }
  // The image decoded at a point; null until the net has loaded.
  const decoded = (p) => data.net ? (root.net && panel.picture(isChosen(p) ? panel.code : codeAt(p))) : sprite(grid, cell(p) * size, shape);
  const isChosen = (p) => placeOf(panel.code).every((value, d) => Math.abs(value - p[d]) < 1e-9);

  const cell = (p) => {
    const c = Math.round((p[0] - data.x[0]) / (data.x[1] - data.x[0]) * (columns - 1));
    const r = Math.round((data.y[1] - p[1]) / (data.y[1] - data.y[0]) * (rows - 1));
    return Math.min(rows - 1, Math.max(0, r)) * columns + Math.min(columns - 1, Math.max(0, c));
  };

  // The mosaic of decoded images is drawn once per size and view, then kept.
  let background, backgroundFor = "";
  function mosaic(width, height) {
    const wanted = [width, height, x, y].join();
    if (backgroundFor === wanted) return background;
    backgroundFor = wanted;
    background = document.createElement("canvas");
    background.width = width; background.height = height;
    const context = background.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.fillStyle = `rgb(${PAPER})`; context.fillRect(0, 0, width, height);
    context.globalAlpha = 0.42;
    const most = root.net ? Math.floor(Math.sqrt(1.5 * MOSAIC / root.net.multiplications)) : 22;
    const across = Math.max(6, Math.min(22, most, Math.round(width / 34)));
    const w = width / across, down = Math.max(4, Math.round(height / (w * shape[1] / shape[2] * 1.12))), h = height / down;
    for (let r = 0; r < down; r++) for (let c = 0; c < across; c++) {
      const p = [x[0] + (c + 0.5) / across * (x[1] - x[0]), y[1] - (r + 0.5) / down * (y[1] - y[0])];
      const image = decoded(p);
      if (image) context.drawImage(image, c * w + 1, r * h + 1, w - 2, h - 2);
    }
    return background;
  }

  function draw() {
    root.view = [x, y];
    panel?.draw();
    const width = main.clientWidth || 600;
    const height = Math.round(Math.min(560, Math.max(330, width * 0.68)));
    const context = fit(canvas, width, height);
    const colour = themed(root, "--st-text-color", "#333");
    area = [48, 8, width - 58, height - 54];
    context.drawImage(mosaic(Math.round(area[2]), Math.round(area[3])), area[0], area[1], area[2], area[3]);
    scale = frame(context, area, x, y, colour, labels);
    const w = Math.max(15, Math.min(26, width / 34)), h = w * shape[1] / shape[2];
    if (data.posteriors) clouds(context, colour);
    const glyph = (i, cx, cy) => onPaper(context, glyphs[i], cx - w / 2, cy - h / 2, w, h, data.wrong[i] > 1 ? "#ea580c" : "#2563eb", 2);
    for (const i of order) if (seen(points[i])) glyph(i, ...scale(points[i]));
    const together = pointer ? crowd(w + 8, h + 8) : [];
    crowdNow = together;
    root.dataset.crowd = together.map((i) => names[i]).join(" ");
    out.disabled = reset.disabled = x[1] - x[0] >= data.x[1] - data.x[0];
    if (!pointer || pointer[0] < x[0] || pointer[0] > x[1] || pointer[1] < y[0] || pointer[1] > y[1]) return;
    const [cx, cy] = scale(pointer);
    context.strokeStyle = "#db2777"; context.lineWidth = 1.5;
    context.beginPath(); context.moveTo(cx, area[1]); context.lineTo(cx, area[1] + area[3]);
    context.moveTo(area[0], cy); context.lineTo(area[0] + area[2], cy); context.stroke();
    const big = Math.min(110, width / 5), tall = big * shape[1] / shape[2];
    let px = cx + 16, py = cy + 16;
    if (px + big > area[0] + area[2]) px = cx - 16 - big;
    if (py + tall > area[1] + area[3]) py = cy - 16 - tall;
    const image = decoded(pointer);
    if (image) onPaper(context, image, px, py, big, tall, "#db2777", 3);
    fan(context, together, glyph, w + 10, h + 10);
  }

  const seen = (p) => p[0] >= x[0] && p[0] <= x[1] && p[1] >= y[0] && p[1] <= y[1];
  // Where the encoder's distributions lie, at one and two standard deviations, and the prior, dashed.
  function clouds(context, colour) {
    context.save(); context.beginPath(); context.rect(...area); context.clip();
    points.forEach((p, i) => {
      context.fillStyle = context.strokeStyle = data.wrong[i] > 1 ? "#ea580c" : "#2563eb";
      for (const times of [2, 1]) {
        ellipse(context, scale, p, data.posteriors[i], times);
        context.globalAlpha = 0.14; context.fill(); context.globalAlpha = 0.8; context.lineWidth = 1; context.stroke();
      }
    });
    context.globalAlpha = 1; context.strokeStyle = "#8a2be2"; context.setLineDash([6, 5]); context.lineWidth = 1.5;
    for (const times of [1, 2]) { ellipse(context, scale, data.prior.point, data.prior.ellipse, times); context.stroke(); }
    context.restore();
  }

  // The worst image is drawn last, on top of its neighbours.
  const order = points.map((_, i) => i).sort((a, b) => data.wrong[a] - data.wrong[b]);
  const closest = (p) => points.map((q, i) => [(q[0] - p[0]) ** 2 + (q[1] - p[1]) ** 2, i]).sort((a, b) => a[0] - b[0])[0][1];

  // The images whose frames cover the one nearest to the pointer or are covered by it, that one included; none if the
  // pointer is away from it or nothing is covered.
  function crowd(w, h) {
    const [px, py] = scale(pointer), first = closest(pointer), [fx, fy] = scale(points[first]);
    if (Math.abs(px - fx) > w || Math.abs(py - fy) > h) return [];
    const found = order.filter((i) => { const [cx, cy] = scale(points[i]); return seen(points[i]) && Math.abs(cx - fx) < w && Math.abs(cy - fy) < h; });
    return found.length > 1 ? found : [];
  }

  // Images that cover each other, side by side in a row, each with a line to its code.
  function fan(context, together, glyph, w, h) {
    if (!together.length) return;
    const places = together.map((i) => scale(points[i])), wide = together.length * w;
    const middle = places.reduce((sum, p) => sum + p[0], 0) / places.length, top = Math.min(...places.map((p) => p[1]));
    const left = Math.max(area[0], Math.min(area[0] + area[2] - wide, middle - wide / 2)) + w / 2;
    const y = top - 1.6 * h > area[1] + h / 2 ? top - 1.6 * h : Math.max(...places.map((p) => p[1])) + 1.6 * h;
    const sorted = together.map((i, k) => [places[k], i]).sort((a, b) => a[0][0] - b[0][0]);
    context.strokeStyle = "#db2777"; context.lineWidth = 1.5; context.beginPath();
    sorted.forEach(([p], k) => { context.moveTo(...p); context.lineTo(left + k * w, y); });
    context.stroke();
    sorted.forEach(([, i], k) => glyph(i, left + k * w, y));
  }

  function move(p) {
    pointer = [Math.min(x[1], Math.max(x[0], p[0])), Math.min(y[1], Math.max(y[0], p[1]))];
    draw();
    const known = (i) => data.wrong[i] ? say("{name} ({n} wrong)", { name: names[i], n: data.wrong[i] }) : names[i];
    const together = root.dataset.crowd ? crowdNow.map(known).join(", ") : "";
    status.textContent = `(${pointer.map((v) => v.toFixed(2)).join(", ")}) · ` + (together ? say("lie together: {names}", { names: together }) : say("nearest: {name}", { name: known(closest(p)) }));
  }

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [x[0] + (event.clientX - box.left - area[0]) / area[2] * (x[1] - x[0]),
            y[1] - (event.clientY - box.top - area[1]) / area[3] * (y[1] - y[0])];
  };
  // Zooms: shows half or twice as much of the plane around a point, but never more than all of it.
  function zoom(p, factor) {
    const narrowed = (view, whole, centre) => {
      const half = (view[1] - view[0]) * factor / 2;
      if (2 * half >= whole[1] - whole[0]) return whole;
      const middle = Math.min(whole[1] - half, Math.max(whole[0] + half, centre));
      return [middle - half, middle + half];
    };
    [x, y] = [narrowed(x, data.x, p[0]), narrowed(y, data.y, p[1])];
    draw();
  }
  canvas.ondblclick = (event) => zoom(at(event), 0.5);
  out.onclick = () => zoom([(x[0] + x[1]) / 2, (y[0] + y[1]) / 2], 2);
  reset.onclick = () => { [x, y] = [data.x, data.y]; draw(); };
  // With a net, the code follows a drag; without one, the server is told of a click.
  function pick() {
    if (!panel) { setStateValue("point", pointer); return; }
    panel.set(codeAt(pointer));
    panel.draw();
  }
  canvas.onpointerdown = (event) => { held = Boolean(panel); move(at(event)); if (held) pick(); };
  canvas.onpointermove = (event) => { held &&= event.buttons > 0; move(at(event)); if (held) pick(); };
  canvas.onclick = (event) => { move(at(event)); pick(); };
  canvas.onpointerleave = () => { pointer = panel ? placeOf(panel.code) : data.point; draw(); };
  canvas.onkeydown = (event) => {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (steps) {
      event.preventDefault();
      const from = pointer || points[0];
      move([from[0] + steps[0] * (x[1] - x[0]) / 60, from[1] + steps[1] * (y[1] - y[0]) / 60]);
    } else if (event.key === "Enter" && pointer) pick();
    else if (event.key === "+" && pointer) zoom(pointer, 0.5);
    else if (event.key === "-" && pointer) zoom(pointer, 2);
  };
  startNet(root, data.net, (why) => { status.textContent = why; });
  root.redraw();
  const observer = new ResizeObserver(draw);
  observer.observe(main);
  return () => observer.disconnect();
}
