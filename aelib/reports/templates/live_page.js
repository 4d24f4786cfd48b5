// The script of a live page. The engine comes before it, in `modules`. Its data is JSON in the page (reports/live_page.py).
{
  const data = JSON.parse(document.getElementById("data").textContent), net = new modules["forward.js"].TrainedNet(data.net);
  const find = (id) => document.getElementById(id), PAPER = [250, 249, 245], INK = [28, 35, 49];
  const { names, codes, low, high, origin, axes, x, y } = data, [channels, rows, columns] = net.shape, size = net.size;
  const pixels = Uint8Array.from(atob(data.pixels), (c) => c.charCodeAt(0));
  let code = data.start, label = 0;
  const say = (text, values) => data.said[text].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const number = (value) => value.toLocaleString(data.language, { minimumFractionDigits: 2, maximumFractionDigits: 2, useGrouping: false });

  function fit(canvas, width, height) {
    const ratio = window.devicePixelRatio || 1, context = canvas.getContext("2d");
    canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`; canvas.style.height = `${height}px`;
    context.scale(ratio, ratio);
    context.imageSmoothingEnabled = false;
    return context;
  }
  // values: 0 to 255, channels × rows × columns
  function sprite(values) {
    const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows }), context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows), area = rows * columns;
    for (let i = 0; i < area; i++) {
      for (let c = 0; c < 3; c++) {
        const value = values[(channels === 3 ? c * area : 0) + i];
        image.data[4 * i + c] = channels === 3 || data.light ? value : PAPER[c] + (INK[c] - PAPER[c]) * value / 255;
      }
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }
  const glyphs = names.map((_, i) => sprite(pixels.subarray(i * size, (i + 1) * size)));
  const codeAt = (p) => origin.map((value, k) => value + p[0] * axes[k][0] + p[1] * axes[k][1]);
  const placeOf = (from) => [0, 1].map((d) => from.reduce((sum, value, k) => sum + (value - origin[k]) * axes[k][d], 0));

  // --- decode ---------------------------------------------------------------------------------------------------------
  const plane = find("plane");
  let area;
  const place = ([px, py]) => [area[0] + (px - x[0]) / (x[1] - x[0]) * area[2], area[1] + (y[1] - py) / (y[1] - y[0]) * area[3]];
  function drawPlane() {
    const width = plane.parentElement.clientWidth, height = Math.min(460, Math.max(260, width * 0.7)), context = fit(plane, width, height);
    area = [14, 14, width - 28, height - 28];
    context.fillStyle = `rgb(${PAPER})`; context.fillRect(0, 0, width, height);
    const w = Math.max(14, Math.min(24, width / 28)), h = w * rows / columns;
    codes.forEach((one, i) => {
      const [px, py] = place(placeOf(one));
      context.fillStyle = "#2563eb"; context.fillRect(px - w / 2 - 2, py - h / 2 - 2, w + 4, h + 4);
      context.drawImage(glyphs[i], px - w / 2, py - h / 2, w, h);
    });
    const [px, py] = place(placeOf(code));
    context.strokeStyle = "#db2777"; context.lineWidth = 2; context.beginPath();
    context.moveTo(px, 0); context.lineTo(px, height); context.moveTo(0, py); context.lineTo(width, py); context.stroke();
  }
  const inputs = low.map((from, k) => {
    const input = document.createElement("input"), row = document.createElement("label"), name = document.createElement("span"), value = document.createElement("output");
    Object.assign(input, { type: "range", min: from, max: high[k], step: (high[k] - from) / 1000, ariaLabel: `z${k + 1}` });
    name.textContent = `z${k + 1}`;
    row.append(name, input, value);
    find("numbers").append(row);
    input.oninput = () => { code = code.slice(); code[k] = +input.value; show(); };
    return { input, value };
  });
  function show() {
    inputs.forEach(({ input, value }, k) => { input.value = code[k]; value.textContent = number(code[k]); });
    const wide = 150, decoded = find("decoded");
    fit(decoded, wide, wide * rows / columns).drawImage(sprite(net.drawn(code, channels, label)), 0, 0, wide, wide * rows / columns);
    const far = codes.map((one) => one.reduce((sum, value, k) => sum + (value - code[k]) ** 2, 0)), nearest = names[far.indexOf(Math.min(...far))];
    find("near").textContent = say("Decoded at this code; the nearest image is {name}.", { name: nearest });
    decoded.setAttribute("aria-label", find("near").textContent);
    drawPlane();
  }
  const from = find("from"), asked = find("class");
  from.replaceChildren(...["…", ...names].map((name, i) => new Option(name, i - 1)));
  from.onchange = () => { if (+from.value >= 0) { code = codes[+from.value]; show(); } };
  find("asked").hidden = !net.classes;
  asked.replaceChildren(...Array.from({ length: net.classes }, (_, i) => new Option(i, i)));
  asked.onchange = () => { label = +asked.value; show(); };
  plane.onpointermove = plane.onpointerdown = (event) => {
    const box = plane.getBoundingClientRect(), within = (value, [least, most]) => Math.min(most, Math.max(least, value));
    const px = x[0] + (event.clientX - box.left - area[0]) / area[2] * (x[1] - x[0]), py = y[1] - (event.clientY - box.top - area[1]) / area[3] * (y[1] - y[0]);
    code = codeAt([within(px, x), within(py, y)]);
    show();
  };
  plane.onkeydown = (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const [px, py] = placeOf(code);
    code = codeAt([px + step[0] * (x[1] - x[0]) / 60, py + step[1] * (y[1] - y[0]) / 60]);
    show();
  };

  // --- draw -----------------------------------------------------------------------------------------------------------
  const sheet = find("sheet");
  function drawing() {
    const image = new Float64Array(size), made = find("made"), status = find("code"), cell = Math.max(8, Math.floor(240 / Math.max(rows, columns)));
    let cursor = 0, pen = null;
    const draw = () => {
      const context = fit(sheet, columns * cell, rows * cell);
      context.drawImage(sprite(image.map((value) => 255 * value)), 0, 0, columns * cell, rows * cell);
      if (document.activeElement === sheet) {
        context.strokeStyle = "#2563eb"; context.lineWidth = 2;
        context.strokeRect(cursor % columns * cell + 1, Math.floor(cursor / columns) * cell + 1, cell - 2, cell - 2);
      }
      const found = [...net.encode(image, label)];
      fit(made, columns * cell, rows * cell).drawImage(sprite(net.drawn(found, channels, label)), 0, 0, columns * cell, rows * cell);
      const numbers = [...found.slice(0, 8).map(number), ...(found.length > 8 ? ["…"] : [])].join(data.language === "en" ? ", " : "; ");
      status.textContent = say("Its code: ({numbers})", { numbers });
      made.setAttribute("aria-label", say("What the network makes of it. {code}", { code: status.textContent }));
    };
    const at = (event) => {
      const box = sheet.getBoundingClientRect(), within = (value, most) => Math.min(most - 1, Math.max(0, Math.floor(value / cell)));
      return within(event.clientY - box.top, rows) * columns + within(event.clientX - box.left, columns);
    };
    sheet.onpointerdown = (event) => {
      sheet.setPointerCapture(event.pointerId);
      cursor = at(event);
      pen = 1 - Math.round(image[cursor]);
      image[cursor] = pen;
      draw();
    };
    sheet.onpointermove = (event) => { if (pen !== null) { cursor = at(event); image[cursor] = pen; draw(); } };
    sheet.onpointerup = sheet.onpointercancel = () => { pen = null; };
    sheet.onfocus = sheet.onblur = draw;
    sheet.onkeydown = (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key], enter = event.key === "Enter" || event.key === " ";
      if (!step && !enter) return;
      event.preventDefault();
      if (step) cursor = Math.min(size - 1, Math.max(0, cursor + step)); else image[cursor] = 1 - Math.round(image[cursor]);
      draw();
    };
    find("clear").onclick = () => { image.fill(0); draw(); };
    draw();
  }
  show();
  if (sheet) drawing();
  new ResizeObserver(drawPlane).observe(plane.parentElement);
}
