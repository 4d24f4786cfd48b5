// A trained net in the browser, and sliders for the numbers of a code. Loaded after common.js. See net.py.

// Starts the net of `given` (null: there is none) for a component, once. When it is ready, root.net is the net, root.engine has
// all that its modules export, and `root.redraw` is called. If the browser cannot start it, `failed` is called with a message.
function startNet(root, given, failed) {
  if (root.netKey === given?.key) return;
  root.netKey = given?.key;
  root.net = null;
  if (!given) return;
  const addresses = linked(given.modules);
  Promise.all(given.entries.map((name) => import(addresses[name]))).then((found) => {
    Object.values(addresses).forEach((address) => URL.revokeObjectURL(address));
    if (root.netKey !== given.key) return;
    root.engine = Object.assign({}, ...found);
    root.net = new root.engine.TrainedNet(given.net);
    root.redraw();
  }).catch((error) => {
    console.warn(error);
    failed(root.say("The network does not run in this browser: a current Firefox, Chrome, Edge or Safari shows its pictures."));
  });
}

const subscript = (number) => String(number).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);

// The sliders of a code, the picture that the net of `root` decodes from it, and the nearest image. data: { code, names, shape };
// originals: pixels of the images; changed: called when the user has changed the code. The caller keeps the result on `root`.
function codePanel(root, { code: about, names, shape }, originals, changed) {
  const box = root.querySelector(".code"), find = (name) => box.querySelector("." + name);
  const codes = new Float32Array(bytes(about.codes).buffer), dimension = about.low.length, size = shape[0] * shape[1] * shape[2];
  const codeOf = (i) => [...codes.subarray(i * dimension, (i + 1) * dimension)];
  const kept = `aelib code ${about.key}`;
  const panel = { code: about.start, label: 0, codeOf };
  try {
    const before = JSON.parse(sessionStorage.getItem(kept));
    if (before?.length === dimension && before.every(Number.isFinite)) panel.code = before;
  } catch { /* without storage in the browser, nothing is kept */ }
  box.hidden = false;
  const inputs = about.low.map((low, k) => {
    const input = document.createElement("input"), high = about.high[k];
    Object.assign(input, { type: "range", min: low, max: high, step: (high - low) / 1000, ariaLabel: `z${subscript(k + 1)}` });
    input.oninput = () => { panel.set(panel.code.with(k, +input.value)); changed(); };
    return input;
  });
  const values = inputs.map(() => document.createElement("output"));
  find("numbers").replaceChildren(...inputs.map((input, k) => {
    const row = document.createElement("label"), name = document.createElement("span");
    name.textContent = input.ariaLabel;
    row.append(name, input, values[k]);
    return row;
  }));
  const from = find("from"), asked = find("class");
  from.replaceChildren(...["", ...names].map((name, i) => new Option(i ? name : "…", i - 1)));
  from.onchange = () => { if (+from.value >= 0) { panel.set(codeOf(+from.value)); changed(); } };
  asked.onchange = () => { panel.label = +asked.value; changed(); };

  // The number of the image whose code is nearest to this one.
  panel.nearest = (code) => {
    let best = 0, least = Infinity;
    for (let i = 0; i * dimension < codes.length; i++) {
      let far = 0;
      for (let k = 0; k < dimension; k++) far += (codes[i * dimension + k] - code[k]) ** 2;
      if (far < least) { least = far; best = i; }
    }
    return best;
  };
  panel.picture = (code) => sprite(root.net.drawn(code, shape[0], panel.label), 0, shape);
  panel.set = (code) => {
    panel.code = code.map((value) => Math.fround(value));
    from.value = -1;
    try { sessionStorage.setItem(kept, JSON.stringify(panel.code)); } catch { /* as above */ }
  };
  panel.draw = () => {
    inputs.forEach((input, k) => { input.value = panel.code[k]; values[k].textContent = panel.code[k].toFixed(2); });
    if (!root.net) return;
    if (asked.options.length !== root.net.classes) {
      asked.replaceChildren(...Array.from({ length: root.net.classes }, (_, i) => new Option(i, i)));
      asked.value = panel.label;
    }
    find("asked").hidden = !root.net.classes;
    const wide = 110, tall = wide * shape[1] / shape[2], made = root.net.drawn(panel.code, shape[0], panel.label);
    const context = fit(find("made"), wide + 2 * PAD, tall + 2 * PAD), near = panel.nearest(panel.code);
    onPaper(context, sprite(made, 0, shape), PAD, PAD, wide, tall, "#db2777");
    let differing = 0; // pixels; one that differs in several channels counts once
    for (let i = 0, area = shape[1] * shape[2]; i < area; i++) {
      differing += [...Array(shape[0]).keys()].some((c) => Math.abs(made[c * area + i] - originals[near * size + c * area + i]) >= 255 * about.wrong);
    }
    find("near").textContent = root.say("Decoded. Nearest: {name}, which differs from it in {n} of {total} pixels.", { name: names[near], n: differing, total: shape[1] * shape[2] });
    find("made").setAttribute("aria-label", find("near").textContent);
  };
  return panel;
}
