// Learning replayed: codes drift through the plane and reconstructions sharpen, from snapshot to snapshot.
// data: see `canvas.replay` in Python.

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".replay");
  const plane = root.querySelector("canvas.points"), sheet = root.querySelector("canvas.sheet");
  const button = root.querySelector("button"), slider = root.querySelector("input"), status = root.querySelector(".status");
  const { shape, epochs, points, x, y, names, labels, learnt } = data;
  const size = shape[0] * shape[1] * shape[2], last = epochs.length - 1;
  const pixels = bytes(data.pixels), originals = bytes(data.originals);
  const glyphs = names.map((_, i) => sprite(originals, i * size, shape));
  const say = speaker(data);
  speak(root, say);
  let playing = null;
  slider.max = last; slider.step = "any"; slider.value = last;

  function draw() {
    const time = Math.min(last, Math.max(0, +slider.value)), from = Math.floor(time), to = Math.min(last, from + 1), part = time - from;
    const now = part < 0.5 ? from : to;
    const colour = themed(root, "--st-text-color", "#333"), width = root.clientWidth || 600;
    const height = Math.round(Math.min(460, Math.max(280, width * 0.5)));
    const context = fit(plane, width, height);
    const scale = frame(context, [48, 8, width - 58, height - 54], x, y, colour, labels);
    const w = Math.max(14, Math.min(24, width / 38)), h = w * shape[1] / shape[2];
    names.forEach((_, i) => {
      const a = points[from][i], b = points[to][i];
      const [cx, cy] = scale([a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part]);
      onPaper(context, glyphs[i], cx - w / 2, cy - h / 2, w, h);
    });
    const tile = Math.max(20, Math.min(38, width / 17)), tall = tile * shape[1] / shape[2];
    const across = Math.max(1, Math.floor(width / (tile + 9))), down = Math.ceil(names.length / across);
    const paper = fit(sheet, width, down * (tall + 9));
    names.forEach((_, i) => {
      const left = 1 + (i % across) * (tile + 9) + PAD, top = 1 + Math.floor(i / across) * (tall + 9) + PAD;
      onPaper(paper, sprite(pixels, (now * names.length + i) * size, shape), left, top, tile, tall);
    });
    const known = learnt[now] === null ? "" : " · " + say("{learnt} of {total} learnt", { learnt: learnt[now], total: data.total });
    status.textContent = say("epoch {n}", { n: say.number(epochs[now]) }) + known;
    slider.setAttribute("aria-valuetext", status.textContent);
    plane.setAttribute("aria-label", `${say("The codes of the images on the latent plane")}, ${status.textContent}`);
    sheet.setAttribute("aria-label", `${say("The reconstructions")}, ${status.textContent}`);
  }

  function stop() {
    if (playing) cancelAnimationFrame(playing);
    playing = null; button.textContent = "▶\uFE0E " + say("Play");
  }
  button.onclick = () => {
    if (playing) { stop(); return; }
    if (+slider.value >= last) slider.value = 0;
    button.textContent = "❚❚ " + say("Pause");
    let before = performance.now();
    const step = (now) => {
      slider.value = +slider.value + (now - before) / 1000 * last / 8; // the whole training in eight seconds
      before = now; draw();
      if (+slider.value >= last) stop(); else playing = requestAnimationFrame(step);
    };
    playing = requestAnimationFrame(step);
  };
  slider.oninput = () => { stop(); draw(); };
  stop(); draw();
  const observer = new ResizeObserver(draw);
  observer.observe(root);
  return () => { stop(); observer.disconnect(); };
}
