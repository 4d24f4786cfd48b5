// Three or four pictures at the corners of a triangle or a square, mixed under the pointer. Loaded after common.js
// and net.js. data: see mix.py.

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".mix");
  const say = root.say = speaker(data);
  speak(root, say);
  const canvas = root.querySelector("canvas"), status = root.querySelector(".status");
  const { shape, side, corners, places, names, weights } = data, size = shape[0] * shape[1] * shape[2];
  const cells = data.cells && bytes(data.cells), codes = new Float32Array(bytes(data.codes).buffer), dimension = codes.length / names.length;
  const originals = bytes(corners);
  const pictures = names.map((_, i) => sprite(originals, i * size, shape));
  if (root.what !== names.join()) Object.assign(root, { what: names.join(), at: [0.5, names.length === 4 ? 0.5 : 0.6] });
  let area;

  const cell = ([u, v]) => Math.round(v * (side - 1)) * side + Math.round(u * (side - 1));
  const inside = (index) => weights[index] !== null;
  // Weights of the corners at a place, as `latent_space.mixture` gives them; null outside of the triangle.
  function weightsAt([u, v]) {
    if (names.length === 4) return [(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v];
    const top = 1 - v, right = u - 0.5 * (1 - v), left = 1 - top - right;
    return right < -1e-9 || left < -1e-9 ? null : [top, right, left];
  }
  // The mixture at a place; null outside, and until the net has loaded.
  function mixture(at) {
    if (!data.net) return inside(cell(at)) ? sprite(cells, cell(at) * size, shape) : null;
    const parts = weightsAt(at);
    if (!parts || !root.net) return null;
    const code = Array.from({ length: dimension }, (_, k) => parts.reduce((sum, part, i) => sum + part * codes[i * dimension + k], 0));
    return sprite(root.net.drawn(code, shape[0]), 0, shape);
  }
  const partsAt = (at) => (data.net ? weightsAt(at) : weights[cell(at)]);

  function draw() {
    const width = Math.min(root.clientWidth || 600, 620), height = Math.round(width * 0.78);
    const context = fit(canvas, width, height);
    const colour = themed(root, "--st-text-color", "#333");
    const corner = Math.max(40, Math.min(64, width / 9));
    area = [corner / 2 + 2, corner / 2 + 18, width - corner - 4, height - corner - 40];
    const put = ([u, v]) => [area[0] + u * area[2], area[1] + v * area[3]];
    const across = 15, w = area[2] / across, h = area[3] / across;
    // The mosaic of mixtures is drawn once per size, then kept.
    const wanted = `${width} ${Boolean(root.net)}`;
    if (root.backgroundFor !== wanted || root.background?.of !== data) {
      root.background = Object.assign(document.createElement("canvas"), { of: data });
      root.backgroundFor = wanted;
      const paper = fit(root.background, width, height), edge = Math.min(w, h) - 2;
      for (let r = 0; r < across; r++) for (let c = 0; c < across; c++) {
        const image = mixture([(c + 0.5) / across, (r + 0.5) / across]);
        if (!image) continue;
        const [px, py] = [area[0] + (c + 0.5) * w, area[1] + (r + 0.5) * h];
        paper.fillStyle = `rgb(${PAPER})`; paper.fillRect(px - edge / 2 - 1, py - edge / 2 - 1, edge + 2, edge + 2);
        paper.globalAlpha = 0.6;
        paper.drawImage(image, px - edge / 2, py - edge / 2, edge, edge);
        paper.globalAlpha = 1;
      }
    }
    context.drawImage(root.background, 0, 0, width, height);
    context.strokeStyle = colour; context.beginPath();
    places.forEach((p, i) => { const [x, y] = put(p); i ? context.lineTo(x, y) : context.moveTo(x, y); });
    context.closePath(); context.stroke();
    context.font = "13px sans-serif"; context.textAlign = "center"; context.textBaseline = "top";
    places.forEach((p, i) => {
      const [x, y] = put(p);
      onPaper(context, pictures[i], x - corner / 2 + PAD, y - corner / 2 + PAD, corner - 2 * PAD, corner - 2 * PAD);
      context.fillStyle = colour; context.fillText(names[i], Math.min(width - 40, Math.max(40, x)), p[1] < 0.5 ? y - corner / 2 - 16 : y + corner / 2 + 3);
    });
    const [x, y] = put(root.at), big = Math.min(120, width / 5);
    const here = mixture(root.at), parts = partsAt(root.at);
    if (here) onPaper(context, here, x - big / 2, y - big / 2, big, big, "#db2777", 3);
    status.textContent = names.map((name, i) => `${Math.round(100 * parts[i])} % ${name}`).join(" · ");
  }

  function move(u, v) {
    const at = [Math.min(1, Math.max(0, u)), Math.min(1, Math.max(0, v))];
    if (!partsAt(at)) return;
    root.at = at;
    draw();
  }
  canvas.onpointermove = canvas.onpointerdown = (event) => {
    const box = canvas.getBoundingClientRect();
    move((event.clientX - box.left - area[0]) / area[2], (event.clientY - box.top - area[1]) / area[3]);
  };
  canvas.onkeydown = (event) => {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!steps) return;
    event.preventDefault();
    move(root.at[0] + steps[0] / (side - 1), root.at[1] + steps[1] / (side - 1));
  };
  root.redraw = draw;
  startNet(root, data.net, (why) => { status.textContent = why; });
  draw();
  const observer = new ResizeObserver(draw);
  observer.observe(root);
  return () => observer.disconnect();
}
