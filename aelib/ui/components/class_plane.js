// Codes coloured by class, and the decoded plane, at every kept epoch. Loaded after common.js and net.js. data: see
// class_plane.py. With a net, the last epoch's points are decoded here.

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".atlas");
  const say = root.say = speaker(data);
  speak(root, say);
  const plane = root.querySelector("canvas.points"), sheet = root.querySelector("canvas.grid"), picture = root.querySelector("canvas.picture"), decoded = root.querySelector("canvas.decoded");
  const button = root.querySelector("button"), slider = root.querySelector("input");
  const status = root.querySelector(".bar .status"), about = root.querySelector(".about");
  const { shape, epochs, extents, classes, names, labels, losses, side, colours, fine_side: fine } = data;
  const size = shape[0] * shape[1] * shape[2], last = epochs.length - 1, count = names.length;
  const numbers = (text) => new Float32Array(bytes(text).buffer);
  const points = numbers(data.points), ellipses = data.ellipses && numbers(data.ellipses);
  const originals = bytes(data.originals), grid = data.grid && bytes(data.grid), last_grid = data.fine && bytes(data.fine);
  // Streamlit calls this again when anything on the page changes; the epoch and the chosen image are kept.
  if (root.what !== data.originals.length + data.points.slice(-64)) Object.assign(root, { what: data.originals.length + data.points.slice(-64), now: last, chosen: 0, spot: null });
  slider.max = last;
  sheet.parentElement.style.display = grid ? "" : "none";
  let timer = null, scale, area, drawn;

  const { origin, axes } = data;
  const codeAt = (p) => origin.map((value, k) => value + p[0] * axes[k][0] + p[1] * axes[k][1]);
  const placeOf = (code) => [0, 1].map((d) => code.reduce((sum, value, k) => sum + (value - origin[k]) * axes[k][d], 0));
  const chosenByHand = () => { root.spot = placeOf(root.panel.code); root.now = last; root.redraw(); };
  if (data.code && root.panel?.of !== data.code.key) root.panel = Object.assign(codePanel(root, data, originals, chosenByHand), { of: data.code.key });
  const panel = data.code ? root.panel : null;
  root.redraw = () => { panel?.draw(); draw(); };

  const point = (i) => [points[2 * (root.now * count + i)], points[2 * (root.now * count + i) + 1]];

  function outline(context, i, times) {
    const k = 3 * (root.now * count + i);
    ellipse(context, scale, point(i), [ellipses[k], ellipses[k + 1], ellipses[k + 2]], times);
    context.stroke();
  }

  function draw() {
    const colour = themed(root, "--st-text-color", "#333"), [x0, x1, y0, y1] = extents[root.now];
    const width = plane.parentElement.clientWidth || 400, height = Math.min(460, Math.max(300, width * 0.9));
    const context = fit(plane, width, height);
    area = [48, 22, width - 58, height - 68];
    scale = frame(context, area, [x0, x1], [y0, y1], colour, labels);
    const used = [...new Set(classes)].sort((a, b) => a - b);
    context.font = "bold 13px sans-serif"; context.textBaseline = "top"; context.textAlign = "left";
    used.forEach((c, i) => { context.fillStyle = colours[c % colours.length]; context.fillText(c, area[0] + i * Math.min(24, area[2] / used.length), 3); });
    context.save();
    context.beginPath(); context.rect(...area); context.clip();
    context.globalAlpha = 0.75;
    for (let i = 0; i < count; i++) {
      const [x, y] = scale(point(i));
      context.fillStyle = colours[classes[i] % colours.length];
      context.beginPath(); context.arc(x, y, count > 500 ? 2.2 : 3, 0, 7); context.fill();
    }
    context.globalAlpha = 1;
    context.strokeStyle = colour; context.lineWidth = 2;
    const [cx, cy] = scale(point(root.chosen));
    if (ellipses) { outline(context, root.chosen, 1); context.lineWidth = 1; outline(context, root.chosen, 2); }
    context.fillStyle = colour; context.beginPath(); context.arc(cx, cy, 5, 0, 7); context.fill();
    context.restore();
    const sheetFor = [root.now, width, colour].join();
    if (grid && sheetFor !== drawn) {
      drawn = sheetFor;
      const paper = fit(sheet, width, height), step = [area[2] / side, area[3] / side];
      paper.fillStyle = `rgb(${PAPER})`; paper.fillRect(...area);
      for (let i = 0; i < side * side; i++) {
        const tile = sprite(grid, (root.now * side * side + i) * size, shape);
        paper.drawImage(tile, area[0] + (i % side) * step[0], area[1] + Math.floor(i / side) * step[1], step[0] - 1, step[1] - 1);
      }
      frame(paper, area, [x0, x1], [y0, y1], colour, labels);
    }
    const spot = root.spot || point(root.chosen);
    const exact = data.net && root.now === last, showsPoint = exact ? Boolean(root.net) : Boolean(grid);
    decoded.style.display = showsPoint ? "" : "none";
    if (showsPoint) {
      const [all, n, first] = root.now === last && last_grid ? [last_grid, fine, 0] : [grid, side, root.now * side * side];
      const cell = (value, from, to) => Math.max(0, Math.min(n - 1, Math.floor((value - from) / (to - from) * n)));
      const place = first + cell(spot[1], y1, y0) * n + cell(spot[0], x0, x1);
      const image = exact ? panel.picture(codeAt(spot)) : sprite(all, place * size, shape);
      onPaper(fit(decoded, 72 + 2 * PAD, 72 * shape[1] / shape[2] + 2 * PAD), image, PAD, PAD, 72, 72 * shape[1] / shape[2]);
      const cross = plane.getContext("2d"), [sx, sy] = scale(spot);
      cross.strokeStyle = colour; cross.lineWidth = 1.5;
      cross.beginPath(); cross.moveTo(sx - 7, sy); cross.lineTo(sx + 7, sy); cross.moveTo(sx, sy - 7); cross.lineTo(sx, sy + 7); cross.stroke();
    }
    const tall = 72 * shape[1] / shape[2], small = fit(picture, 72 + 2 * PAD, tall + 2 * PAD);
    onPaper(small, sprite(originals, root.chosen * size, shape), PAD, PAD, 72, tall);
    const p = point(root.chosen), k = 3 * (root.now * count + root.chosen);
    const deviation = ellipses ? "; " + say("its distribution has standard deviations {a} and {b} (lines at 1 and 2)", { a: Math.sqrt(ellipses[k]).toPrecision(2), b: Math.sqrt(ellipses[k + 2]).toPrecision(2) }) : "";
    about.textContent = (showsPoint
      ? say("decoded at ({spot}); nearest: {name} at ({place})", { spot: spot.map((v) => v.toFixed(2)).join(", "), name: names[root.chosen], place: p.map((v) => v.toFixed(2)).join(", ") })
      : say("{name} at ({place})", { name: names[root.chosen], place: p.map((v) => v.toFixed(2)).join(", ") })) + deviation;
    const told = Object.entries(losses[root.now]).map(([name, value]) => `${{ recon_loss: say("reconstruction"), kl: "KL", mse: "MSE" }[name]} ${value.toPrecision(3)}`);
    status.textContent = [say("epoch {n}", { n: say.number(epochs[root.now]) }), ...told].join(" · ");
    slider.value = root.now;
    slider.setAttribute("aria-valuetext", status.textContent);
  }

  function choose(event) {
    const box = event.currentTarget.getBoundingClientRect(), at = [event.clientX - box.left, event.clientY - box.top];
    const [x0, x1, y0, y1] = extents[root.now];
    root.spot = [x0 + (at[0] - area[0]) / area[2] * (x1 - x0), y1 - (at[1] - area[1]) / area[3] * (y1 - y0)];
    let best = Infinity;
    for (let i = 0; i < count; i++) {
      const [x, y] = scale(point(i)), distance = (x - at[0]) ** 2 + (y - at[1]) ** 2;
      if (distance < best) { best = distance; root.chosen = i; }
    }
    draw();
  }
  function stop() { clearInterval(timer); timer = null; button.textContent = "▶\uFE0E " + say("Play"); }
  // Dragging also moves the sliders of the code.
  function drag(event) {
    choose(event);
    if (panel && event.buttons > 0) { panel.set(codeAt(root.spot)); panel.draw(); }
  }
  plane.onpointermove = plane.onpointerdown = sheet.onpointermove = sheet.onpointerdown = drag;
  plane.onkeydown = (event) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (by) { event.preventDefault(); root.chosen = (root.chosen + by + count) % count; root.spot = null; draw(); }
  };
  button.onclick = () => {
    if (timer) { stop(); return; }
    if (root.now >= last) root.now = 0;
    button.textContent = "❚❚ " + say("Pause");
    draw();
    timer = setInterval(() => { if (root.now >= last) stop(); else { root.now += 1; draw(); } }, 900);
  };
  slider.oninput = () => { stop(); root.now = +slider.value; draw(); };
  stop();
  startNet(root, data.net, (why) => { status.textContent = why; });
  root.redraw();
  const observer = new ResizeObserver(draw);
  observer.observe(root);
  return () => { stop(); observer.disconnect(); };
}
