// Several paths from one picture to another, played side by side, each with its film strip. data: see `morphs.film` in Python.

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".film");
  const button = root.querySelector("button"), slider = root.querySelector("input"), status = root.querySelector(".status");
  const stage = root.querySelector("canvas");
  const { shape, rows, count, marks } = data, size = shape[0] * shape[1] * shape[2];
  const frames = rows.map((row) => {
    const pixels = bytes(row.pixels);
    return Array.from({ length: count }, (_, i) => sprite(pixels, i * size, shape));
  });
  // Streamlit calls this again when anything on the page changes; the film continues from where it was.
  if (root.count !== count) Object.assign(root, { count, time: 0, forward: true });
  if (root.playing === undefined) root.playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  const say = speaker(data);
  speak(root, say);
  slider.max = count - 1;
  let request = null;

  function draw() {
    const now = Math.round(root.time), colour = themed(root, "--st-text-color", "#333");
    const width = root.clientWidth || 600, gap = 8;
    const big = Math.min(150, (width - 12 * rows.length) / rows.length);
    const tile = Math.max(16, Math.min(44, (width - 8) / count - gap)), across = Math.max(1, Math.floor((width - 8) / (tile + gap)));
    const lines = Math.ceil(count / across), strip = lines * (tile + gap) + 26;
    const context = fit(stage, width, big + 30 + rows.length * strip);
    context.font = "14px sans-serif"; context.textBaseline = "top";
    rows.forEach((row, r) => {
      const left = r * (big + 12);
      onPaper(context, frames[r][now], left + PAD, 22 + PAD, big - 2 * PAD, big - 2 * PAD);
      context.fillStyle = colour; context.fillText(row.name, left, 2, big);
      const top = big + 34 + r * strip;
      context.fillText(row.name, 0, top);
      frames[r].forEach((frame, i) => {
        const x = 4 + (i % across) * (tile + gap), y = top + 20 + Math.floor(i / across) * (tile + gap);
        onPaper(context, frame, x, y, tile, tile, i === now ? "#db2777" : undefined, i === now ? 2 : 1);
      });
    });
    slider.value = now;
    status.textContent = marks[now] || say("{n} of {total}", { n: now, total: count - 1 });
    slider.setAttribute("aria-valuetext", status.textContent);
    stage.setAttribute("aria-label", `${rows.map((row) => row.name).join(", ")}: ${say("image {n} of {total}", { n: now + 1, total: count })}. ${marks[now]}`);
    button.textContent = root.playing ? "❚❚ " + say("Pause") : "▶\uFE0E " + say("Play");
  }

  function play() {
    let before = performance.now();
    const step = (time) => {
      const pace = Math.max(6, count / 5); // images a second: a long film takes five seconds
      root.time += (root.forward ? 1 : -1) * (time - before) / 1000 * pace;
      before = time;
      if (root.time >= count - 1) { root.time = count - 1; root.forward = false; }
      if (root.time <= 0) { root.time = 0; root.forward = true; }
      draw();
      request = root.playing ? requestAnimationFrame(step) : null;
    };
    request = requestAnimationFrame(step);
  }

  button.onclick = () => { root.playing = !root.playing; draw(); if (root.playing) play(); };
  slider.oninput = () => { root.playing = false; root.time = +slider.value; draw(); };
  draw();
  if (root.playing) play();
  const observer = new ResizeObserver(draw);
  observer.observe(root);
  return () => { if (request) cancelAnimationFrame(request); observer.disconnect(); };
}
