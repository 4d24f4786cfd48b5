// Drawing code that all canvases share; it is put in front of each.

const PAPER = [250, 249, 245], INK = [28, 35, 49];

// base64 -> Uint8Array
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

// One image (grey, 0 to 255, or colour as channels × height × width) as a small canvas with one screen pixel per pixel.
function sprite(data, offset, shape, alpha = 255) {
  const [channels, height, width] = shape, size = height * width;
  const canvas = document.createElement("canvas");
  canvas.width = width; canvas.height = height;
  const context = canvas.getContext("2d"), image = context.createImageData(width, height);
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) {
      const v = data[offset + (channels === 3 ? c * size : 0) + i];
      image.data[4 * i + c] = channels === 3 ? v : PAPER[c] + (INK[c] - PAPER[c]) * v / 255;
    }
    image.data[4 * i + 3] = alpha;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

// An image on light paper, in both themes: a margin separates its ink from the border, and the border from the page.
// x, y, w, h: of the image; the paper and the border lie around it, together PAD pixels wide.
const PAD = 3;
function onPaper(context, image, x, y, w, h, border = "#8a93a3", thick = 1) {
  context.fillStyle = border;
  context.fillRect(x - 2 - thick, y - 2 - thick, w + 4 + 2 * thick, h + 4 + 2 * thick);
  context.fillStyle = `rgb(${PAPER})`;
  context.fillRect(x - 2, y - 2, w + 4, h + 4);
  context.drawImage(image, x, y, w, h);
}

// The outline of a Gaussian on a plane, `times` standard deviations from its mean. a, b, c: its covariance, [[a, b], [b, c]].
function ellipse(context, scale, [px, py], [a, b, c], times) {
  const middle = (a + c) / 2, spread = Math.hypot((a - c) / 2, b), angle = 0.5 * Math.atan2(2 * b, a - c);
  const [e0, e1] = [Math.sqrt(Math.max(0, middle + spread)), Math.sqrt(Math.max(0, middle - spread))];
  context.beginPath();
  for (let t = 0; t <= 64; t++) {
    const u = times * e0 * Math.cos(t / 32 * Math.PI), v = times * e1 * Math.sin(t / 32 * Math.PI);
    const [x, y] = scale([px + u * Math.cos(angle) - v * Math.sin(angle), py + u * Math.sin(angle) + v * Math.cos(angle)]);
    t ? context.lineTo(x, y) : context.moveTo(x, y);
  }
}

// A canvas as wide as its parent and sharp on every screen; returns its context, scaled to CSS pixels.
function fit(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
  canvas.style.width = width + "px"; canvas.style.height = height + "px";
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.imageSmoothingEnabled = false;
  return context;
}

// Looks up texts in the session's language by their English text, which words.py lists: say("epoch {n}", { n: 3 }).
// say.number(1000) formats a number for the language; say.decimal("0.50") adapts a number that is already formatted.
const speaker = ({ texts = {}, language = "en" }) => Object.assign(
  (text, values = {}) => (texts[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole),
  {
    number: (value) => value.toLocaleString(language),
    decimal: (text) => text.replace(".", (0.5).toLocaleString(language)[1]),
  },
);

// Translates the fixed texts of a component's HTML: buttons, labels, and the names of its parts (aria-label).
function speak(root, say) {
  for (const element of root.querySelectorAll("button, label")) {
    for (const node of element.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
      node.english ??= node.data.trim();
      node.data = say(node.english) + (element.children.length ? " " : "");
    }
  }
  for (const element of [root, ...root.querySelectorAll("[aria-label]")].filter((one) => one.hasAttribute("aria-label"))) {
    element.english ??= element.getAttribute("aria-label").trim().replace(/\s+/g, " "); // the text may span several lines of HTML
    element.setAttribute("aria-label", say(element.english));
  }
}

const themed = (element, name, fallback) => getComputedStyle(element).getPropertyValue(name).trim() || fallback;

// Three to seven round numbers as ticks of a linear axis, by the rule of aelib/charts/ticks.py; for planes that zoom.
function ticks([low, high]) {
  const power = 10 ** Math.floor(Math.log10(high - low));
  const steps = [0.1, 0.2, 0.25, 0.5, 1].map((k) => k * power);
  const number = (s) => Math.floor(high / s + 1e-9) - Math.ceil(low / s - 1e-9) + 1;
  const step = steps.filter((s) => number(s) >= 3 && number(s) <= 7).sort((a, b) => Math.abs(number(a) - 5) - Math.abs(number(b) - 5))[0];
  const marks = [];
  for (let t = Math.ceil(low / step) * step; t <= high + 1e-9; t += step) marks.push(Math.abs(t) < step / 1e6 ? 0 : t);
  return marks;
}

// Axes around a plot area; scale turns a point of the plane into CSS pixels. show: how a number at an axis is written.
function frame(context, area, x, y, colour, labels, show = (t) => String(+t.toPrecision(3)).replace("-", "−")) {
  const [left, top, width, height] = area;
  const scale = ([px, py]) => [left + (px - x[0]) / (x[1] - x[0]) * width, top + (y[1] - py) / (y[1] - y[0]) * height];
  context.strokeStyle = colour; context.fillStyle = colour; context.lineWidth = 1;
  context.globalAlpha = 0.5; context.strokeRect(left, top, width, height); context.globalAlpha = 1;
  context.font = "12px sans-serif"; context.textBaseline = "top"; context.textAlign = "center";
  for (const t of ticks(x)) context.fillText(show(t), scale([t, 0])[0], top + height + 4);
  context.textAlign = "right"; context.textBaseline = "middle";
  for (const t of ticks(y)) context.fillText(show(t), left - 5, scale([0, t])[1]);
  context.textAlign = "center"; context.textBaseline = "bottom";
  context.fillText(labels[0], left + width / 2, top + height + 34);
  context.save(); context.translate(14, top + height / 2); context.rotate(-Math.PI / 2); context.fillText(labels[1], 0, 0); context.restore();
  return scale;
}

// Gives each module, which arrives as text, an address. modules: [name, text], each after those that it imports. Returns
// name -> address.
function linked(modules) {
  const addresses = {};
  for (const [name, text] of modules) {
    const source = text.replace(/from "\.\/(\w+\.js)"/g, (_, other) => `from "${addresses[other]}"`);
    addresses[name] = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  }
  return addresses;
}
