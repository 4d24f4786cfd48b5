// One gradient step at a time, on an autoencoder of two pixels and one code number: forward, loss, backward, update, each
// written out. given: experiment (2-1-2, as JSON).

import { surface, write } from "./chart.js";
import { button, columns, element, note, row, said, say, shown, slider } from "./controls.js";
import { Network } from "./network.js";

const NAMES = ["w₁", "w₂", "b₁", "w₃", "b₂", "w₄", "b₃"];
const PLUS = "#ea580c", MINUS = "#2563eb";

export default function (root, { experiment }) {
  let net, room, x = [0.9, 0.2], rate = 1, phase = 0, steps = 0, { seed } = experiment;
  const phases = [say("Forward"), say("Loss"), say("Backward"), say("Update")], text = said(), complaint = note(), chain = element("div");
  const next = button("", () => { advance(); });

  function restart() { net = new Network({ ...experiment, seed }); phase = steps = 0; differentiate(); }
  function differentiate() {
    room = net.room(1, "training");
    room.x.fill(0); room.target.fill(0); // a room (the net's buffers) has space for four images; one is used
    x.forEach((v, i) => { room.x[i * room.width] = v; room.target[i * room.width] = v; });
    net.differentiate(room);
    draw();
  }
  const at = (buffer, i = 0) => buffer[i * room.width];
  const loss = () => net.reconstructionLoss(room);
  function update() {
    const p = net.parameters, g = net.gradient;
    for (let i = 0; i < p.length; i++) p[i] -= rate * g[i];
    steps += 1; phase = 0;
    differentiate();
  }
  function advance() { if (phase === 3) update(); else { phase += 1; draw(); } }

  function lines() {
    const [h, y] = [room.layers[0], room.layers[1]], [w1, w2, b1, w3, b2, w4, b3] = net.parameters, g = net.gradient, s = shown;
    const b = (v) => (v < 0 ? `(${s(v)})` : s(v)), [y1, y2] = [at(y.y), at(y.y, 1)], [d1, d2] = [at(y.d), at(y.d, 1)], code = at(h.y), dh = at(h.d);
    return [
      [`z = w₁·x₁ + w₂·x₂ + b₁ = ${b(w1)}·${s(x[0])} + ${b(w2)}·${s(x[1])} + ${b(b1)} = ${s(at(h.z))}`, `h = σ(z) = ${s(code)}`,
        `y₁ = σ(w₃·h + b₂) = σ(${b(w3)}·${s(code)} + ${b(b2)}) = σ(${s(at(y.z))}) = ${s(y1)}`,
        `y₂ = σ(w₄·h + b₃) = σ(${b(w4)}·${s(code)} + ${b(b3)}) = σ(${s(at(y.z, 1))}) = ${s(y2)}`],
      [`L = ((y₁ − x₁)² + (y₂ − x₂)²) / 2 = (${b(y1 - x[0])}² + ${b(y2 - x[1])}²) / 2 = ${s(loss())}`],
      [`δ₁ = ∂L/∂y₁ · ∂y₁/∂z₁ = (y₁ − x₁) · y₁(1 − y₁) = ${b(y1 - x[0])} · ${s(y1 * (1 - y1))} = ${s(d1)}`,
        `δ₂ = ∂L/∂y₂ · ∂y₂/∂z₂ = ${b(y2 - x[1])} · ${s(y2 * (1 - y2))} = ${s(d2)}`,
        `∂L/∂w₃ = δ₁·h = ${b(d1)}·${s(code)} = ${s(g[3])}    ∂L/∂b₂ = δ₁ = ${s(g[4])}`,
        `∂L/∂w₄ = δ₂·h = ${b(d2)}·${s(code)} = ${s(g[5])}    ∂L/∂b₃ = δ₂ = ${s(g[6])}`,
        `δ = (δ₁·w₃ + δ₂·w₄) · h(1 − h) = (${b(d1)}·${b(w3)} + ${b(d2)}·${b(w4)}) · ${s(code * (1 - code))} = ${s(dh)}`,
        `∂L/∂w₁ = δ·x₁ = ${s(g[0])}    ∂L/∂w₂ = δ·x₂ = ${s(g[1])}    ∂L/∂b₁ = δ = ${s(g[2])}`],
      NAMES.map((name, i) => `${name} ← ${s(net.parameters[i])} − ${s(rate)}·${b(g[i])} = ${s(net.parameters[i] - rate * g[i])}`),
    ];
  }

  const box = surface(say("The whole net: two pixels, one code number, two pixels"), 250, (context, { width, height, ink, paper }) => {
    const places = [[60, 70], [60, 180], [width / 2, 125], [width - 60, 70], [width - 60, 180]], p = net.parameters, g = net.gradient;
    const edges = [[0, 2, 0], [1, 2, 1], [2, 3, 3], [2, 4, 5]], backward = phase >= 2;
    for (const [a, b, k] of edges) {
      const value = backward ? g[k] : p[k], [from, to] = [places[a], places[b]], middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
      context.strokeStyle = value < 0 ? MINUS : PLUS; context.lineWidth = Math.min(10, 1 + 4 * Math.abs(backward ? 10 * value : value));
      context.beginPath(); context.moveTo(...from); context.lineTo(...to); context.stroke();
      const above = from[1] < 125 || to[1] < 125 ? -22 : 24;
      write(context, `${backward ? "∂L/∂" : ""}${NAMES[k]} = ${shown(value)}`, middle[0], middle[1] + above, ink, { align: "center" });
    }
    const known = phase >= 1, values = [x[0], x[1], known ? at(room.layers[0].y) : null, known ? at(room.layers[1].y) : null, known ? at(room.layers[1].y, 1) : null];
    ["x₁", "x₂", "h", "y₁", "y₂"].forEach((name, i) => {
      const [px, py] = places[i], value = values[i];
      context.beginPath(); context.arc(px, py, 26, 0, 7); context.fillStyle = paper; context.fill();
      context.globalAlpha = 0.45 * (value ?? 0); context.fillStyle = PLUS; context.fill(); context.globalAlpha = 1;
      context.strokeStyle = ink; context.lineWidth = 1.5; context.stroke();
      write(context, value === null ? name : shown(value), px, py, ink, { align: "center", size: 13 });
      if (value !== null) write(context, name, px, py - 36, ink, { align: "center" });
    });
    if (phase >= 1) write(context, `L = ${shown(loss())}`, width - 60, height - 12, ink, { align: "center" });
  });

  function draw() {
    next.textContent = `${phase + 1}. ${phases[phase]}`;
    const bad = net.parameters.some((v) => !Number.isFinite(v));
    complaint.textContent = bad ? say("The weights are no longer finite: choose a smaller rate, and press Restart with another seed.") : "";
    text.textContent = say("Step {n}. Loss {loss}. Next: {phase}.", { n: say.number(steps + 1), loss: shown(loss()), phase: phases[phase].toLowerCase() });
    root.dataset.loss = loss(); root.dataset.steps = steps;
    chain.replaceChildren(...lines().slice(0, phase + 1).map((found, i) => element("p", { className: "chain" },
      element("span", { className: i === phase ? "now" : "" }, `${phases[i]}\n${found.join("\n")}`))));
    box.tell(`${text.textContent} ${say("Weights: {names}", { names: NAMES.map((name, i) => `${name} ${shown(net.parameters[i])}`).join(", ") })}`);
    box.redraw();
  }
  const pixel = (i) => slider(say("Pixel {name}", { name: `x${"₁₂"[i]}` }), { low: 0, high: 1, step: 0.05, value: x[i] }, (to) => { x[i] = to; phase = 0; differentiate(); });
  root.append(row(next, button(say("Whole step"), update), button(say("100 steps"), () => { for (let i = 0; i < 100; i++) { update(); } }), button(say("Restart with another seed"), () => { seed += 1; restart(); })),
    row(pixel(0), pixel(1), slider(say("Rate η"), { low: -2, high: 2, step: 0.1, value: 0, show: (v) => shown(10 ** v) }, (to) => { rate = 10 ** to; draw(); })), complaint, columns(element("div", {}, box, text), chain));
  root.addEventListener("redraw", draw);
  restart();
}
