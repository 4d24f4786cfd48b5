// A net at work while it learns: rows of images, the codes in their plane, the loss. data: see `BenchData` in bench.py.
// Streamlit calls this again with every new picture. It rebuilds only what has changed, so that the page does not flicker.

const EXTRA = "#ea580c", MISSING = "#2563eb", FRAME = "#8a93a3", FONT = "12px sans-serif";

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".bench"), say = speaker(data);
  const [sheet, plane, curve] = ["sheet", "points", "curve"].map((name) => root.querySelector("canvas." + name));
  const about = root.querySelector(".about"), two = root.querySelector(".two");
  const { shape, names, rows, captions, colours } = data;
  root.dataset.state = data.state;
  root.dataset.epoch = data.epoch ?? "";
  const size = shape[0] * shape[1] * shape[2], area = shape[1] * shape[2];
  const images = rows.map((row) => row.pixels && bytes(row.pixels));
  const wrong = rows.map((row) => row.wrong && bytes(row.wrong));
  const points = data.plane && new Float32Array(bytes(data.plane.points).buffer);
  const count = names.length;
  if (root.chosen === undefined || root.chosen >= count) root.chosen = null;
  let places = [], dots = [];

  const codeOf = (i) => {
    const [a, b] = [points[2 * i], points[2 * i + 1]].map((value) => say.decimal(value.toFixed(2)));
    return say("code ({a}; {b})", { a, b });
  };
  const countOf = (r, i) => { let n = 0; for (let k = 0; k < area; k++) n += wrong[r][i * area + k]; return n; };

  function picture(r, i) {
    const canvas = sprite(images[r], i * size, shape);
    if (!wrong[r]) return canvas;
    const context = canvas.getContext("2d"), first = images[0];
    for (let k = 0; k < area; k++) {
      if (!wrong[r][i * area + k]) continue;
      let more = 0;
      for (let c = 0; c < shape[0]; c++) more += images[r][i * size + c * area + k] - first[i * size + c * area + k];
      context.fillStyle = more > 0 ? EXTRA : MISSING;
      context.fillRect(k % shape[2], Math.floor(k / shape[2]), 1, 1);
    }
    return canvas;
  }

  // The layout. `at`: corner of image i in row r; `label`: position of a row's name; `around`: box around everything that
  // belongs to image i. Tiles are as large as possible while all images fit into the height of the first screen.
  function layout(width) {
    const most = 210, ratio = shape[1] / shape[2], gap = 6;
    if (data.beside) {
      const head = 20, room = (width - gap * (rows.length - 1)) / rows.length;
      const tile = Math.floor(Math.min(room, ((most - head) / count - gap) / ratio)), tall = tile * ratio;
      const at = (i, r) => [r * (tile + gap) + 2, head + i * (tall + gap)];
      return { tile, tall, height: head + count * (tall + gap), at, label: (r) => [at(0, r)[0], head / 2],
        around: (i) => [0, at(i, 0)[1] - 3, rows.length * (tile + gap), tall + gap] };
    }
    const measure = document.createElement("canvas").getContext("2d");
    measure.font = FONT;
    const side = Math.ceil(Math.max(...rows.map((row) => measure.measureText(row.label).width))) + 10, room = width - side;
    for (let tile = Math.min(92, 6 * shape[2] + 20); tile > 12; tile -= 1) {
      const across = Math.max(1, Math.floor(room / (tile + gap))), lines = Math.ceil(count / across);
      const tall = tile * ratio, line = rows.length * (tall + 4) + 10;
      if (lines * line > most && tile > 13) continue;
      const at = (i, r) => [side + (i % across) * (tile + gap), Math.floor(i / across) * line + 3 + r * (tall + 4)];
      return { tile, tall, height: lines * line, at, label: (r, i) => i % across ? null : [0, at(i, r)[1] + tall / 2],
        around: (i) => [at(i, 0)[0] - 3, at(i, 0)[1] - 3, tile + gap, rows.length * (tall + 4) + 2] };
    }
    return null;
  }

  function drawSheet(width, colour) {
    const { tile, tall, height, at, label, around } = layout(width);
    const context = fit(sheet, width, height);
    places = [];
    context.textBaseline = "middle"; context.font = FONT;
    for (let i = 0; i < count; i++) {
      rows.forEach((row, r) => {
        const [x, y] = at(i, r), named = data.beside && i ? null : label(r, i);
        if (named) { context.fillStyle = colour; context.textAlign = "left"; context.fillText(row.label, ...named); }
        const bad = wrong[r] && countOf(r, i) > 1;
        context.fillStyle = bad ? EXTRA : FRAME;
        const edge = bad ? 2 : 1;
        context.fillRect(x - edge, y - edge, tile + 2 * edge, tall + 2 * edge);
        context.fillStyle = `rgb(${PAPER})`;
        context.fillRect(x, y, tile, tall);
        const margin = shape[0] > 1 ? 0 : tile > 20 ? 2 : 1; // ink never touches the frame
        if (images[r]) context.drawImage(picture(r, i), x + margin, y + margin, tile - 2 * margin, tall - 2 * margin);
        else { context.fillStyle = FRAME; context.textAlign = "center"; context.fillText("?", x + tile / 2, y + tall / 2); }
      });
      if (i === root.chosen) {
        context.strokeStyle = colour; context.lineWidth = 2;
        context.strokeRect(...around(i));
      }
      places.push(around(i));
    }
  }

  function drawPlane(width, height, colour) {
    const { x, y, classes, labels } = data.plane, context = fit(plane, width, height);
    const box = [40, 8, width - 48, height - 50], scale = frame(context, box, x, y, colour, labels);
    const shown = points.length / 2, w = Math.max(9, Math.min(16, width / 22)), h = w * shape[1] / shape[2];
    dots = [];
    for (let i = 0; i < shown; i++) dots.push(scale([points[2 * i], points[2 * i + 1]]));
    context.save(); context.beginPath(); context.rect(...box); context.clip();
    const last = rows.length - 1, order = dots.map((_, i) => i);
    if (!classes && wrong[last]) order.sort((a, b) => countOf(last, a) - countOf(last, b)); // the worst on top
    if (root.chosen !== null && root.chosen < shown) order.push(root.chosen);
    for (const i of order) {
      const [cx, cy] = dots[i];
      if (classes) {
        context.globalAlpha = 0.75; context.fillStyle = colours[classes[i] % colours.length];
        context.beginPath(); context.arc(cx, cy, 2.6, 0, 7); context.fill(); context.globalAlpha = 1;
      } else if (i < count && images[0]) {
        context.fillStyle = wrong[last] && countOf(last, i) > 1 ? EXTRA : FRAME;
        context.fillRect(cx - w / 2 - 2, cy - h / 2 - 2, w + 4, h + 4);
        context.fillStyle = `rgb(${PAPER})`; context.fillRect(cx - w / 2 - 1, cy - h / 2 - 1, w + 2, h + 2);
        context.drawImage(sprite(images[0], i * size, shape), cx - w / 2, cy - h / 2, w, h);
      }
      if (i === root.chosen) { context.strokeStyle = colour; context.lineWidth = 2; context.strokeRect(cx - w / 2 - 4, cy - h / 2 - 4, w + 8, h + 8); }
    }
    context.restore();
  }

  function drawCurve(width, height, colour) {
    const context = fit(curve, width, height), { epochs, losses } = data;
    const kept = losses.map((loss, k) => [epochs[k], loss]).filter(([, loss]) => Number.isFinite(loss));
    const logarithmic = kept.length > 0 && kept.every(([, loss]) => loss > 0);
    const value = (loss) => logarithmic ? Math.log10(loss) : loss;
    const seen = kept.map(([, loss]) => value(loss));
    let low = Math.min(...seen), high = Math.max(...seen);
    if (!kept.length) { low = 0; high = 1; }
    if (high - low < 1e-9) { const by = logarithmic ? 0.18 : Math.abs(high) / 2 || 1; low -= by; high += by; }
    const box = [46, 8, width - 54, height - 50], end = Math.max(1, epochs.at(-1) ?? 1);
    const across = (epoch) => Math.log1p(epoch) / Math.log1p(end);
    const place = (epoch, v) => [box[0] + across(epoch) * box[2], box[1] + (high - v) / (high - low) * box[3]];
    context.strokeStyle = context.fillStyle = colour;
    context.globalAlpha = 0.5; context.strokeRect(...box); context.globalAlpha = 1;
    context.font = "12px sans-serif"; context.textBaseline = "top"; context.textAlign = "center";
    let free = -Infinity;
    for (const [epoch, text] of data.marks[0]) {
      const [px] = place(epoch, low), half = context.measureText(text).width / 2;
      const middle = Math.min(px, width - half); // the last one stays inside
      if (middle - half < free + 6) continue;
      context.fillText(text, middle, box[1] + box[3] + 4); free = middle + half;
    }
    context.textAlign = "right"; context.textBaseline = "middle";
    for (const [loss, text] of data.marks[1]) {
      const py = place(0, value(loss))[1];
      if (py >= box[1] - 1 && py <= box[1] + box[3] + 1) context.fillText(text, box[0] - 4, py);
    }
    context.textAlign = "center"; context.textBaseline = "bottom";
    context.fillText(data.axis, box[0] + box[2] / 2, height - 4);
    context.strokeStyle = EXTRA; context.lineWidth = 2; context.beginPath();
    kept.forEach(([epoch], k) => { const p = place(epoch, seen[k]); k ? context.lineTo(...p) : context.moveTo(...p); });
    context.stroke();
    if (kept.length) { const p = place(kept.at(-1)[0], seen.at(-1)); context.fillStyle = EXTRA; context.beginPath(); context.arc(...p, 3.5, 0, 7); context.fill(); }
  }

  function draw() {
    const width = root.clientWidth || 500, colour = themed(root, "--st-text-color", "#333");
    drawSheet(width, colour);
    const half = data.plane ? Math.floor((width - 12) / 2) : width, height = 210;
    plane.style.display = data.plane ? "" : "none";
    two.style.display = data.epochs.length || data.plane ? "flex" : "none";
    if (data.plane) drawPlane(half, height, colour);
    drawCurve(half, height, colour);
    const chosen = root.chosen;
    about.textContent = chosen === null ? data.hint
      : [names[chosen], captions[chosen], points && 2 * chosen < points.length ? codeOf(chosen) : ""].filter(Boolean).join(" · ");
    sheet.setAttribute("aria-label", data.about + (chosen === null ? "" : " " + about.textContent));
    plane.setAttribute("aria-label", say("The codes of the images in the latent plane"));
    const [first, last] = [data.losses[0], data.losses.at(-1)].map((loss) => say.decimal((loss ?? 0).toPrecision(3)));
    curve.setAttribute("aria-label", data.losses.length ? say("{what} over the epochs: {first} to {last}", { what: data.label, first, last }) : data.axis);
  }

  const choose = (i) => { if (i !== root.chosen) { root.chosen = i; draw(); } };
  const at = (canvas, event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  sheet.onpointermove = sheet.onpointerdown = (event) => {
    const [px, py] = at(sheet, event);
    const found = places.findIndex(([x, y, w, h]) => px >= x && px < x + w && py >= y && py < y + h);
    if (found >= 0) choose(found);
  };
  plane.onpointermove = plane.onpointerdown = (event) => {
    const [px, py] = at(plane, event), distances = dots.slice(0, count).map(([x, y]) => (x - px) ** 2 + (y - py) ** 2);
    if (distances.length) choose(distances.indexOf(Math.min(...distances)));
  };
  sheet.onkeydown = (event) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (by) { event.preventDefault(); choose(((root.chosen ?? -by) + by + count) % count); }
    if (event.key === "Escape") choose(null);
  };
  draw();
  const observer = new ResizeObserver(draw);
  observer.observe(root);
  return () => observer.disconnect();
}
