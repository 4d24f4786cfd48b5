// A network that learns while the user watches. data: see live.py. Everything happens in the browser: the page keeps working
// when the server is gone. Only "Keep it" needs the server: state "kept" has the changed fields as text.

const BRIEF = 1500; // epochs after which a network without choices (data.brief) pauses
const LIMIT = 64, NEAR = 9, LEVELS = [0, 0.02, 0.05, 0.1, 0.2, 0.3], BATCHES = [16, 8, 4, 2, 1];

// Reads the field "a.b" of a nested object, and writes it in a copy.
const at = (object, path) => path.split(".").reduce((part, name) => part[name], object);
function changed(object, path, value) {
  const copy = structuredClone(object), names = path.split("."), last = names.pop();
  names.reduce((part, name) => part[name], copy)[last] = value;
  return copy;
}

export default function (component) {
  const root = component.parentElement.querySelector(".live");
  root.tell = component.setStateValue;
  root.classList.toggle("brief", component.data.brief);
  const isSpoken = root.language === component.data.language;
  root.language = component.data.language; root.say = speaker(component.data); root.choices = component.data.choices;
  if (!root.started) { root.started = true; start(root, component.data); } else if (!isSpoken) root.speak?.();
}

async function start(root, data) {
  const say = (text, values) => root.say(text, values), decimal = (text) => root.say.decimal(text); // in the current language
  const find = (name) => root.querySelector("." + name), canvases = ["net", "points", "curve", "pairs", "look"].map(find);
  const [net, plane, curve, pairs, look] = canvases, note = find("note"), status = find("status");
  const { shape, names } = data.description.set, size = shape[0] * shape[1] * shape[2], pixels = bytes(data.description.set.pixels);
  const originals = names.map((_, i) => sprite(pixels, i * size, shape));
  let noted = () => "";
  const tell = (made) => { noted = made; note.textContent = noted(); };
  // The fixed texts, in the current language.
  function speech() {
    speak(root, root.say);
    note.textContent = noted();
    const speed = find("speed"), { value } = speed;
    speed.replaceChildren(new Option(say("1 epoch a frame"), "1"), new Option(say("5 epochs a frame"), "5"), new Option(say("as fast as it can"), "1000000"));
    speed.value = value || (data.brief ? "5" : "1000000");
    find("step").title = say("Changes the weights once, with the next batch");
  }
  speech();
  if (!net.getContext("2d")) { tell(() => say("This browser has no canvas to draw on, so there is nothing to watch here.")); return; }
  let experiment = data.description.experiment, undone = [], answer = null, held = null, pixel = 0, busy = false, history = [], chosen = 0, found = null;
  let playing = !matchMedia("(prefers-reduced-motion: reduce)").matches, once = null, ask = { description: data.description };
  let image = Float64Array.from(pixels.subarray(0, size), (v) => v / 255), dots = [], tiles = [], places = [], diverged = false;

  // --- the engine ---------------------------------------------------------------------------------------------------
  const addresses = linked(data.modules);
  let post;
  try {
    const worker = new Worker(addresses["worker.js"], { type: "module" });
    worker.onmessage = ({ data: reply }) => take(reply);
    worker.onerror = inPage;
    post = (message) => worker.postMessage(message);
    root.stop = () => worker.terminate();
  } catch { await inPage(); }

  async function inPage() {
    tell(() => say("This browser starts no Web Worker: the network learns in the page itself, and more slowly."));
    const { Session } = await import(addresses["session.js"]), session = new Session();
    post = (message) => setTimeout(() => take(session.answer(message)));
    busy = false; ask = { description: { ...data.description, experiment } };
  }

  function take(reply) {
    busy = false;
    if (reply.failed) { playing = false; tell(() => say("The network stopped: {why}", { why: reply.failed })); return; }
    answer = reply;
    if (!reply.finite && !diverged) {
      diverged = true; playing = false;
      tell(() => say("The loss is no longer a finite number: choose a smaller learning rate, and press Restart."));
      buttons();
    }
    const time = reply.epochs + reply.part;
    if (history.length && time < history.at(-1)[0]) history = []; // the training has started again
    if (reply.finite && (!history.length || time > history.at(-1)[0])) history.push([time, reply.loss]);
    if (history.length > 400) history = history.filter((_, i) => i % 2 === 0 || i === history.length - 1);
    if (data.brief && playing && reply.epochs >= BRIEF) { playing = false; buttons(); }
    root.dataset.epochs = reply.epochs; root.dataset.part = reply.part; root.dataset.loss = reply.loss;
    draw();
  }

  function tick() {
    if (!root.isConnected) { root.stop?.(); return; }
    requestAnimationFrame(tick);
    if (busy || !post || document.hidden) return;
    const speed = find("speed").value, train = playing ? { epochs: +speed, milliseconds: 12 } : once;
    if (!train && !ask) return;
    busy = true; once = null;
    post({ ...ask, ...(train && { train }), image });
    ask = null;
  }

  // --- choices ------------------------------------------------------------------------------------------------------
  function change(path, value, keep = true) {
    if (keep) undone.push(experiment);
    experiment = changed(experiment, path, value);
    // cross-entropy is for values from 0 to 1
    if (path === "normalization" && value !== "none" && experiment.loss === "bce") experiment = changed(experiment, "loss", "mse");
    if (path === "loss" && value === "bce") experiment = changed(experiment, "normalization", "none");
    found = null;
    if (diverged && path === "seed") playing = true;
    apply();
  }
  function apply() {
    diverged = false; tell(() => "");
    ask = { ...(ask ?? {}), experiment };
    if (ask.description) ask = { description: { ...data.description, experiment } };
    address(); controls();
  }
  const flat = (part, before = "") => Object.entries(part).flatMap(([name, value]) => value !== null && typeof value === "object"
    && !Array.isArray(value) ? flat(value, `${before}${name}.`) : [[before + name, value]]);
  const text = (value) => Array.isArray(value) ? value.join("-") : value === null ? "" : String(value);
  const changes = () => Object.fromEntries(flat(experiment).filter(([path, value]) => path === "seed" || text(value) !== text(at(data.base, path)))
    .map(([path, value]) => [path, text(value)]));
  function address() {
    if (data.brief) return; // the address belongs to another page
    const lang = new URLSearchParams(location.search).get("lang"), query = new URLSearchParams({ preset: data.preset, ...changes(), ...(lang && { lang }) });
    window.history.replaceState(window.history.state, "", `${location.pathname}?${query}`);
  }

  function select(label, path, options, read) {
    const box = document.createElement("label"), list = document.createElement("select");
    box.append(label + " ", list);
    for (const [value, shown] of options) list.append(new Option(shown, value));
    list.value = text(at(experiment, path));
    if (list.selectedIndex < 0) { list.append(new Option(list.value || text(at(experiment, path)), text(at(experiment, path)))); list.value = text(at(experiment, path)); }
    read ??= { number: Number, boolean: (value) => value === "true" }[typeof at(experiment, path)] ?? ((value) => value);
    list.title = list.selectedOptions[0].text; // the text may be longer than its box
    list.onchange = () => change(path, read(list.value));
    return box;
  }
  function button(label, about, act, disabled = false) {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", textContent: label, title: about, onclick: act, disabled });
    made.setAttribute("aria-label", about);
    return made;
  }
  function controls() {
    const numbers = (values) => values.map((v) => [String(v), decimal(String(v))]), { layers } = experiment.model, last = layers.length - 1;
    const { choices } = root;
    find("choices").replaceChildren(
      select(say("Activation"), "model.hidden_activation", choices.activations), select(say("Optimiser"), "optimizer.kind", choices.optimizers),
      select(say("Rate"), "optimizer.learning_rate", numbers([0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1])), select(say("Loss"), "loss", choices.losses),
      select(say("Start"), "model.initialization", choices.initializations),
      select(say("Batch"), "batch_size", [["all", say("all {n}", { n: names.length })], ...numbers(BATCHES)], (value) => (value === "all" ? value : +value)),
      select(say("Batch norm"), "model.batch_norm", [["false", say("no")], ["true", say("yes")]]),
      select(say("Values"), "normalization", choices.normalizations), select(say("Noise"), "corruption.kind", choices.noises),
      select(say("Level"), "corruption.level", numbers(LEVELS)));
    const set = (next) => change("model.layers", next);
    find("layers").replaceChildren(say("Layers: {n}", { n: layers[0] }), ...layers.slice(1).flatMap((width, i) => {
      const l = i + 1, isCode = l === last, to = (by) => set(layers.map((w, k) => (k === l ? w + by : w)));
      const group = document.createElement("span");
      const less = isCode ? say("One neuron less in the code") : say("One neuron less in layer {n}", { n: l });
      const more = isCode ? say("One neuron more in the code") : say("One neuron more in layer {n}", { n: l });
      group.append(button("−", less, () => to(-1), width < 2), ` ${width} `, button("+", more, () => to(1), width >= LIMIT));
      return [" – ", group];
    }), " ", button(say("− layer"), say("One layer less"), () => set([...layers.slice(0, last - 1), layers[last]]), last < 2),
    button(say("+ layer"), say("One layer more"), () => set([...layers.slice(0, last), Math.max(2, Math.min(LIMIT, layers[last] * 4)), layers[last]]), last > 4));
    buttons();
  }
  function buttons() {
    find("play").textContent = playing ? say("Pause") : say("Play");
    find("undo").disabled = !undone.length;
  }
  find("play").onclick = () => { playing = !playing; buttons(); };
  find("once").onclick = () => { playing = false; once = { epochs: 1, milliseconds: 1e4 }; buttons(); };
  find("step").onclick = () => { playing = false; once = { steps: 1 }; buttons(); };
  find("restart").onclick = () => { playing ||= data.brief; change("seed", (experiment.seed + 1) % 2 ** 32); };
  find("undo").onclick = () => { experiment = undone.pop(); found = null; apply(); };
  find("keep").onclick = () => { root.tell("kept", changes()); };

  // --- drawing ------------------------------------------------------------------------------------------------------
  function draw() {
    if (!answer) return;
    if (held) { if (held.layer <= answer.layers.length && edgeAt(held) < answer.parameters.length && held.from < answer.layers[held.layer - 1].inputs && held.to < answer.layers[held.layer - 1].outputs) showEdge(); else { held = null; edge.hidden = true; } }
    const width = root.clientWidth || 900, narrow = width < 640, wide = narrow ? width : Math.floor(width * 0.56), side = narrow ? width : width - wide - 12;
    const colour = themed(root, "--st-text-color", "#333"), dimension = experiment.model.layers.at(-1);
    const sizes = [size, ...answer.layers.map(({ outputs }) => outputs)], shown = Uint8ClampedArray.from(answer.outputs, (v) => 255 * v);
    const outputs = names.map((_, i) => sprite(shown, i * size, shape)), wrong = names.map((_, i) => {
      let count = 0;
      for (let k = i * size; k < (i + 1) * size; k++) count += (shown[k] >= 128) !== (pixels[k] >= 128);
      return count;
    });
    places = neuronPlaces(sizes, wide, 264);
    drawNetwork(fit(net, wide, 264), answer, places, [image, ...(answer.one?.layers ?? [])], found, colour);
    dots = drawPlane(fit(plane, side, 158), side, 158, answer.codes, dimension, originals, chosen, colour, decimal);
    drawLoss(fit(curve, side, 112), side, 112, history, colour, [say("epoch"), say("log₁₀ loss")], decimal);
    tiles = drawPairs(fit(pairs, width, pairsHeight(width, names.length)), width, originals, outputs, wrong, chosen, colour);
    drawLook();
    const learnt = wrong.filter((count) => count <= 1).length;
    const loss = answer.finite ? decimal(answer.loss.toPrecision(3)) : say("not finite"), total = names.length;
    const epochs = answer.part ? decimal((answer.epochs + answer.part).toFixed(2)) : root.say.number(answer.epochs);
    status.textContent = say("Epoch {n} · loss {loss} · {learnt} of {total} learnt · seed {seed}", { n: epochs, loss, learnt, total, seed: experiment.seed });
    pairs.setAttribute("aria-label", chosen === null
      ? say("{learnt} of {total} characters learnt. Arrow keys choose one; your drawing is chosen.", { learnt, total })
      : say("{learnt} of {total} characters learnt. Arrow keys choose one; {name} is chosen.", { learnt, total, name: names[chosen] }));
  }
  // The chosen character (its pixels can be switched), the net's output for it, and the weights of the neuron under the pointer.
  function drawLook() {
    const context = fit(look, 330, 92), given = Uint8ClampedArray.from(image, (v) => 255 * v), label = (name, x) => { context.fillStyle = themed(root, "--st-text-color", "#333"); context.font = "12px sans-serif"; context.fillText(name, x, 90); };
    onPaper(context, sprite(given, 0, shape), 6, 6, 50, 70); label(say("draw here"), 4);
    if (answer.one) { onPaper(context, sprite(Uint8ClampedArray.from(answer.one.output, (v) => 255 * v), 0, shape), 90, 6, 50, 70); label(say("the net's"), 90); }
    if (root.getRootNode().activeElement === look) {
      context.strokeStyle = MINUS; context.lineWidth = 2;
      context.strokeRect(6 + (pixel % shape[2]) * 50 / shape[2] + 1, 6 + Math.floor(pixel / shape[2]) * 70 / shape[1] + 1, 50 / shape[2] - 2, 70 / shape[1] - 2);
    }
    if (found?.from !== undefined) {
      context.fillStyle = themed(root, "--st-text-color", "#333"); context.font = "13px sans-serif";
      context.fillText(say("weight {w}", { w: decimal(answer.parameters[edgeAt(found)].toFixed(3)) }), 174, 40);
    }
    if (found?.neuron === undefined) return;
    const pick = (l, of) => { const layer = answer.layers[l]; return Array.from({ length: size }, (_, k) => answer.parameters[layer.at + of(k, layer.inputs + 1)]); };
    const show = (weights, x, name) => {
      const most = Math.max(...weights.map(Math.abs), 1e-9);
      weights.forEach((w, k) => { context.globalAlpha = Math.abs(w) / most; context.fillStyle = w < 0 ? MINUS : PLUS; context.fillRect(x + 10 * (k % shape[2]), 6 + 10 * Math.floor(k / shape[2]), 10, 10); });
      context.globalAlpha = 1; context.strokeStyle = "#8a93a3"; context.strokeRect(x - 1, 5, 52, 72); label(name, x);
    };
    if (found.layer === 1) show(pick(0, (k, stride) => found.neuron * stride + k), 174, say("looks for"));
    if (found.layer === answer.layers.length - 1) show(pick(found.layer, (k, stride) => k * stride + found.neuron), 254, say("makes"));
  }
  const choose = (i) => { chosen = i; image = Float64Array.from(pixels.subarray(i * size, (i + 1) * size), (v) => v / 255); ask ??= {}; };
  const pointer = (canvas, event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  const nearest = (all, [px, py]) => { const far = all.map(([x, y]) => (x - px) ** 2 + (y - py) ** 2); return far.indexOf(Math.min(...far)); };
  pairs.onpointerdown = (event) => {
    const [px, py] = pointer(pairs, event), i = tiles.findIndex(([x, y, w, h]) => px >= x && px < x + w && py >= y && py < y + h);
    if (i >= 0) choose(i);
  };
  pairs.onkeydown = (event) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (by) { event.preventDefault(); choose(((chosen ?? -by) + by + names.length) % names.length); }
  };
  plane.onpointerdown = (event) => { if (dots.length) choose(nearest(dots, pointer(plane, event))); };
  // What is under the pointer: a neuron if one is near, else the nearest edge. A click on an edge lets the user set its weight.
  function under(at) {
    const all = places.flatMap((layer, l) => layer.map(([x, y], i) => [x, y, l, i])), [px, py, layer, neuron] = all[nearest(all, at)];
    if (Math.hypot(px - at[0], py - at[1]) < NEAR) return { layer, neuron };
    const l = Math.max(0, places.findLastIndex(([[left]]) => left <= at[0]));
    if (l >= answer.layers.length) return { layer, neuron };
    let best = Infinity, edge = null;
    places[l].forEach(([ax, ay], from) => places[l + 1].forEach(([bx, by], to) => {
      const far = Math.abs((bx - ax) * (ay - at[1]) - (ax - at[0]) * (by - ay)) / Math.hypot(bx - ax, by - ay);
      if (far < best) { best = far; edge = { from, to }; }
    }));
    return { layer: l + 1, ...edge };
  }
  const edgeAt = ({ layer, from, to }) => answer.layers[layer - 1].at + to * (answer.layers[layer - 1].inputs + 1) + from;
  net.onpointermove = (event) => { if (places.length) { found = under(pointer(net, event)); draw(); } };
  net.onpointerdown = (event) => {
    if (!places.length) return;
    found = under(pointer(net, event));
    if (found.from !== undefined) set(found);
    draw();
  };
  net.onpointerleave = () => { found = held; draw(); };
  // The arrow keys choose an edge: left and right the layer, up and down the edge in it.
  net.onkeydown = (event) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!by || !places.length) return;
    event.preventDefault();
    const layer = Math.max(1, Math.min(places.length - 1, (held?.layer ?? 1) + by[0])), ins = places[layer - 1].length, count = ins * places[layer].length;
    const next = by[0] ? 0 : (((held?.to ?? 0) * ins + (held?.from ?? 0) + by[1] + count) % count);
    set({ layer, from: next % ins, to: Math.floor(next / ins) });
    draw();
  };
  const edge = find("edge"), weight = edge.querySelector("input");
  function set(chosenEdge) { held = found = chosenEdge; edge.hidden = false; showEdge(); weight.value = answer.parameters[edgeAt(held)]; }
  function showEdge() {
    const value = answer.parameters[edgeAt(held)];
    const { layer } = held, from = held.from + 1, to = held.to + 1;
    edge.querySelector("span").textContent = layer > 1
      ? say("Weight from neuron {from} of layer {before} to neuron {to} of layer {layer}:", { from, before: layer - 1, to, layer })
      : say("Weight from pixel {from} to neuron {to} of layer {layer}:", { from, to, layer });
    edge.querySelector("output").textContent = decimal(value.toFixed(3));
    if (playing) weight.value = value;
  }
  weight.oninput = () => { playing = false; buttons(); ask = { ...(ask ?? {}), weight: { at: edgeAt(held), value: +weight.value } }; };
  const switchPixel = (at) => { chosen = null; image = image.slice(); image[at] = 1 - Math.round(image[at]); ask ??= {}; };
  look.onkeydown = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -shape[2], ArrowDown: shape[2] }[event.key], enter = event.key === "Enter" || event.key === " ";
    if (!by && !enter) return;
    event.preventDefault();
    if (by) { pixel = Math.max(0, Math.min(size - 1, pixel + by)); draw(); } else switchPixel(pixel);
  };
  look.onfocus = look.onblur = draw;
  look.onpointerdown = (event) => {
    const [px, py] = pointer(look, event), column = Math.floor((px - 6) / 50 * shape[2]), row = Math.floor((py - 6) / 70 * shape[1]);
    if (column < 0 || row < 0 || column >= shape[2] || row >= shape[1]) return;
    pixel = row * shape[2] + column;
    switchPixel(pixel);
  };
  new ResizeObserver(draw).observe(root);
  root.speak = () => { speech(); controls(); draw(); };
  controls();
  tick();
}
