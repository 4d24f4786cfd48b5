// Canvases of the theory pages: sharp, as wide as their column, redrawn when it or the theme changes.

import { fit, frame, themed } from "./common.js";
import { element, say, shown } from "./controls.js";

// A canvas. draw(context, { width, height, ink, paper }) draws it; label names it for people who cannot see it.
// `redraw` draws it before the next frame; `tell` adds to its name what it shows now; `drag` handles a pointer.
export function surface(label, height, draw) {
  const canvas = element("canvas", { attributes: { role: "img", "aria-label": label } }), box = element("div", { className: "surface" }, canvas);
  box.tell = (text) => canvas.setAttribute("aria-label", `${label}. ${text}`);
  box.redraw = () => {};
  box.drag = () => {};
  if (!canvas.getContext("2d")) { box.replaceChildren(say("This browser has no canvas to draw on. The numbers beside it are the same.")); return box; }
  let waiting = false, size = null;
  const paint = () => {
    waiting = false;
    const width = Math.floor(box.clientWidth);
    if (!width) return;
    size = { width, height: typeof height === "function" ? height(width) : height, ink: themed(box, "--st-text-color", "#1c2331"),
      paper: themed(box, "--st-background-color", "#fdfdfb") };
    draw(fit(canvas, size.width, size.height), size);
  };
  box.redraw = () => { if (!waiting) { waiting = true; requestAnimationFrame(paint); } };
  new ResizeObserver(box.redraw).observe(box);
  // start([x, y]) may refuse by returning false; move([x, y]) follows until the pointer is released. free: a finger that
  // moves up or down drags too, and does not scroll the page.
  box.drag = (start, move, free = false) => {
    box.classList.add("drag");
    if (free) box.classList.add("free");
    const place = (event) => { const found = canvas.getBoundingClientRect(); return [event.clientX - found.left, event.clientY - found.top]; };
    let held = false;
    canvas.onpointerdown = (event) => {
      held = start(place(event)) !== false;
      if (held) { canvas.setPointerCapture(event.pointerId); move(place(event)); }
    };
    canvas.onpointermove = (event) => { if (held) move(place(event)); };
    canvas.onpointerup = canvas.onpointercancel = () => { held = false; };
  };
  return box;
}

// Axes over the whole canvas. Returns scale([x, y]) in pixels, and its inverse as `scale.back`.
export function axes(context, { width, height, ink }, x, y, labels) {
  const area = [64, 8, width - 76, height - 50];
  const scale = frame(context, area, x, y, ink, labels, shown);
  scale.area = area;
  scale.back = ([px, py]) => [x[0] + (px - area[0]) / area[2] * (x[1] - x[0]), y[1] - (py - area[1]) / area[3] * (y[1] - y[0])];
  return scale;
}

// Draw within the axes only.
export function inside(context, { area }, act) {
  context.save(); context.beginPath(); context.rect(...area); context.clip();
  act();
  context.restore();
}

// A line through points [x, y]; a point that is not finite interrupts it.
export function line(context, scale, points, colour, { width = 2, dash = [] } = {}) {
  context.strokeStyle = colour; context.lineWidth = width; context.setLineDash(dash); context.beginPath();
  let down = false;
  for (const point of points) {
    if (!Number.isFinite(point[1])) { down = false; continue; }
    down ? context.lineTo(...scale(point)) : context.moveTo(...scale(point));
    down = true;
  }
  context.stroke(); context.setLineDash([]);
}

export function dot(context, [x, y], colour, radius = 5) {
  context.beginPath(); context.arc(x, y, radius, 0, 7); context.fillStyle = colour; context.fill();
}

export function write(context, text, x, y, colour, { size = 12, align = "left", base = "middle" } = {}) {
  context.font = `${size}px sans-serif`; context.fillStyle = colour; context.textAlign = align; context.textBaseline = base;
  context.fillText(text, x, y);
}
