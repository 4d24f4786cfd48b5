// A path through the latent space: a drag along it morphs one image into the next, a drag of a stop bends it. Loaded after
// common.js and net.js. data: see path.py.

const ACROSS = 12, REACH = 16; // images of the strip; CSS pixels within which the pointer catches a stop

// The code at `t` (0 to 1) between two codes; `latent_space.interpolate` of aelib.
function between(a, b, t, spherical) {
  const length = (code) => Math.hypot(...code), [from, to] = [length(a), length(b)];
  const straight = a.map((value, k) => value + t * (b[k] - value));
  if (!spherical || !from || !to) return straight;
  const cosine = a.reduce((sum, value, k) => sum + value * b[k], 0) / (from * to), angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
  const sine = Math.sin(angle), far = from + t * (to - from);
  if (sine < 1e-6) return straight;
  return a.map((value, k) => (Math.sin((1 - t) * angle) * value / from + Math.sin(t * angle) * b[k] / to) / sine * far);
}

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".path"), find = (name) => root.querySelector(name);
  const say = root.say = speaker(data);
  speak(root, say);
  const way = find(".way"), here = find(".here"), strip = find(".strip"), slider = find("input"), straighten = find("button"), status = find(".status");
  const { shape, names, points, origin, axes, x, y, labels } = data, size = shape[0] * shape[1] * shape[2];
  const originals = bytes(data.originals), all = new Float32Array(bytes(data.codes).buffer), dimension = origin.length;
  const glyphs = names.map((_, i) => sprite(originals, i * size, shape));
  const codeOf = (i) => [...all.subarray(i * dimension, (i + 1) * dimension)];
  const placeOf = (code) => [0, 1].map((d) => code.reduce((sum, value, k) => sum + (value - origin[k]) * axes[k][d], 0));
  // A rerun of the page calls this again; a path that has not changed keeps its bends and its position.
  if (root.key !== data.key) Object.assign(root, { key: data.key, stops: data.stops.map(codeOf), t: 0.5 });
  let scale, area, held = null;

  const codeAt = (t) => {
    const parts = root.stops.length - 1, part = Math.min(parts - 1, Math.floor(t * parts));
    return between(root.stops[part], root.stops[part + 1], t * parts - part, data.spherical);
  };
  const picture = (code) => sprite(root.net.drawn(code, shape[0]), 0, shape);

  root.redraw = () => {
    const colour = themed(root, "--st-text-color", "#333"), width = way.parentElement.clientWidth || 500, height = Math.min(380, Math.max(260, width * 0.6));
    const context = fit(way, width, height);
    area = [48, 8, width - 58, height - 54];
    scale = frame(context, area, x, y, colour, labels);
    const w = Math.max(10, Math.min(18, width / 40)), h = w * shape[1] / shape[2];
    context.globalAlpha = 0.35;
    points.forEach((p, i) => { const [px, py] = scale(p); context.drawImage(glyphs[i], px - w / 2, py - h / 2, w, h); });
    context.globalAlpha = 1;
    context.strokeStyle = "#db2777"; context.lineWidth = 2.5; context.beginPath();
    for (let i = 0; i <= 60; i++) { const p = scale(placeOf(codeAt(i / 60))); i ? context.lineTo(...p) : context.moveTo(...p); }
    context.stroke();
    root.stops.forEach((code, k) => { const [px, py] = scale(placeOf(code)); onPaper(context, glyphs[data.stops[k]], px - w / 2, py - h / 2, w, h, "#2563eb", 2); });
    const [px, py] = scale(placeOf(codeAt(root.t)));
    context.fillStyle = "#db2777"; context.beginPath(); context.arc(px, py, 7, 0, 7); context.fill();
    context.strokeStyle = "#fff"; context.lineWidth = 2; context.stroke();
    slider.value = root.t;
    const parts = root.stops.length - 1, part = Math.min(parts - 1, Math.floor(root.t * parts)), share = Math.round(100 * (root.t * parts - part));
    status.textContent = say("{share} % of the way from {start} to {end}", { share, start: names[data.stops[part]], end: names[data.stops[part + 1]] });
    slider.setAttribute("aria-valuetext", status.textContent);
    way.setAttribute("aria-label", `${say("The path on the latent plane")}, ${status.textContent}. ${say("Arrow keys move along it.")}`);
    here.setAttribute("aria-label", `${say("What the decoder makes of it")}, ${status.textContent}`);
    straighten.disabled = data.stops.every((i, k) => codeOf(i).every((value, d) => value === root.stops[k][d]));
    if (!root.net) return;
    const wide = 130, tall = wide * shape[1] / shape[2];
    onPaper(fit(here, wide + 2 * PAD, tall + 2 * PAD), picture(codeAt(root.t)), PAD, PAD, wide, tall, "#db2777");
    const room = root.clientWidth || 600, one = Math.min(64, room / ACROSS), edge = one - 2 * PAD - 2, paper = fit(strip, one * ACROSS, edge * shape[1] / shape[2] + 2 * PAD + 2);
    for (let i = 0; i < ACROSS; i++) onPaper(paper, picture(codeAt(i / (ACROSS - 1))), i * one + PAD, PAD, edge, edge * shape[1] / shape[2]);
  };
  const draw = () => root.redraw();

  const pointer = (event) => { const box = way.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  const distance = ([a, b], [c, d]) => Math.hypot(a - c, b - d);
  function follow(event) {
    const at = pointer(event);
    if (typeof held === "number") {
      const p = [0, 1].map((d) => (d ? y[1] - (at[1] - area[1]) / area[3] * (y[1] - y[0]) : x[0] + (at[0] - area[0]) / area[2] * (x[1] - x[0])));
      const from = placeOf(root.stops[held]);
      root.stops[held] = root.stops[held].map((value, k) => value + (p[0] - from[0]) * axes[k][0] + (p[1] - from[1]) * axes[k][1]);
    } else {
      let best = Infinity;
      for (let i = 0; i <= 400; i++) { const far = distance(scale(placeOf(codeAt(i / 400))), at); if (far < best) { best = far; root.t = i / 400; } }
    }
    draw();
  }
  way.onpointerdown = (event) => {
    const at = pointer(event), far = root.stops.map((code) => distance(scale(placeOf(code)), at)), dot = distance(scale(placeOf(codeAt(root.t))), at);
    const nearest = Math.min(...far);
    held = nearest < REACH && nearest < dot ? far.indexOf(nearest) : "path";
    way.setPointerCapture(event.pointerId);
    follow(event);
  };
  way.onpointermove = (event) => { if (held !== null) follow(event); };
  way.onpointerup = way.onpointercancel = () => { held = null; };
  way.onkeydown = (event) => {
    const by = { ArrowLeft: -0.02, ArrowDown: -0.02, ArrowRight: 0.02, ArrowUp: 0.02 }[event.key];
    if (by) { event.preventDefault(); root.t = Math.max(0, Math.min(1, root.t + by)); draw(); }
  };
  slider.oninput = () => { root.t = +slider.value; draw(); };
  straighten.onclick = () => { root.stops = data.stops.map(codeOf); draw(); };
  startNet(root, data.net, (why) => { status.textContent = why; });
  draw();
  const observer = new ResizeObserver(draw);
  observer.observe(root);
  return () => observer.disconnect();
}
