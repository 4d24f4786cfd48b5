// What live.js draws: the network, the plane, the loss, the reconstructions. Each takes a context from `fit`.

const PLUS = "#ea580c", MINUS = "#2563eb", SHADES = 4;

// Neurons by layer, input first: x, y and radius. sizes: neurons of each layer.
function neuronPlaces(sizes, width, height) {
  const left = 16, across = (width - 2 * left) / (sizes.length - 1);
  return sizes.map((size, l) => {
    const step = Math.min(22, (height - 12) / size), top = height / 2 - step * (size - 1) / 2;
    return Array.from({ length: size }, (_, i) => [left + l * across, top + i * step, Math.max(1.5, Math.min(7, step * 0.42))]);
  });
}

// net: { layers: [{ inputs, outputs, at }], parameters }; values: of each neuron by layer; found: { layer, neuron }, an edge { layer, from, to }, or null.
function drawNetwork(context, net, places, values, found, colour) {
  net.layers.forEach(({ inputs, outputs, at }, l) => {
    const strokes = Array.from({ length: 2 * SHADES }, () => []), to = places[l + 1];
    let largest = 1e-9;
    for (let o = 0; o < outputs; o++) for (let k = 0; k < inputs; k++) largest = Math.max(largest, Math.abs(net.parameters[at + o * (inputs + 1) + k]));
    for (let o = 0; o < Math.min(outputs, to.length); o++) {
      if (found?.neuron !== undefined && found.layer === l + 1 && found.neuron !== o) continue; // for a neuron under the pointer, draw only its own edges
      for (let k = 0; k < inputs; k++) {
        if (found?.neuron !== undefined && found.layer === l && found.neuron !== k) continue;
        const w = net.parameters[at + o * (inputs + 1) + k], shade = Math.floor(Math.abs(w) / largest * SHADES * 0.999);
        if (Math.abs(w) > largest / 12) strokes[shade + (w < 0 ? SHADES : 0)].push([places[l][k], to[o]]);
      }
    }
    strokes.forEach((lines, s) => {
      const shade = s % SHADES;
      context.strokeStyle = s < SHADES ? PLUS : MINUS;
      context.globalAlpha = 0.1 + 0.22 * shade; context.lineWidth = 0.4 + 0.6 * shade;
      context.beginPath();
      for (const [a, b] of lines) { context.moveTo(a[0], a[1]); context.lineTo(b[0], b[1]); }
      context.stroke();
    });
  });
  context.globalAlpha = 1;
  if (found?.from !== undefined && places[found.layer]) {
    const { inputs, at } = net.layers[found.layer - 1], [ax, ay] = places[found.layer - 1][found.from], [bx, by] = places[found.layer][found.to];
    context.strokeStyle = net.parameters[at + found.to * (inputs + 1) + found.from] < 0 ? MINUS : PLUS; context.lineWidth = 4;
    context.beginPath(); context.moveTo(ax, ay); context.lineTo(bx, by); context.stroke();
  }
  places.forEach((layer, l) => {
    const largest = Math.max(1e-9, ...layer.map((_, i) => Math.abs(values[l]?.[i] ?? 0)));
    layer.forEach(([x, y, r], i) => {
      const v = values[l]?.[i] ?? 0;
      context.beginPath(); context.arc(x, y, r, 0, 7);
      context.fillStyle = `rgb(${PAPER})`; context.fill();
      context.globalAlpha = Math.min(1, Math.abs(v) / largest); context.fillStyle = v < 0 ? MINUS : PLUS; context.fill(); context.globalAlpha = 1;
      const chosen = found && found.layer === l && found.neuron === i;
      context.strokeStyle = colour; context.lineWidth = chosen ? 3 : 0.8; context.stroke();
    });
  });
}

// How `frame` writes the numbers at its axes. decimal: of `speaker`.
const axisNumber = (decimal) => (t) => decimal(String(+t.toPrecision(3))).replace("-", "−");

// The part of the plane that has all codes, with a margin.
function extent(codes, dimension) {
  const range = [0, 1].map((d) => {
    let low = Infinity, high = -Infinity;
    for (let i = d % dimension; i < codes.length; i += dimension) { low = Math.min(low, codes[i]); high = Math.max(high, codes[i]); }
    const margin = Math.max(0.05, (high - low) * 0.12);
    return [low - margin, high + margin];
  });
  return range;
}

// Glyphs at their codes; codes of one number lie on the diagonal. Returns the positions of the glyphs.
function drawPlane(context, width, height, codes, dimension, sprites, chosen, colour, decimal) {
  const [x, y] = extent(codes, dimension), scale = frame(context, [60, 8, width - 68, height - 46], x, y, colour, ["z₁", dimension > 1 ? "z₂" : "z₁"], axisNumber(decimal));
  const dots = sprites.map((_, i) => scale([codes[i * dimension], codes[i * dimension + (dimension > 1 ? 1 : 0)]]));
  const order = [...dots.keys()].filter((i) => i !== chosen).concat(chosen === null ? [] : [chosen]);
  for (const i of order) onPaper(context, sprites[i], dots[i][0] - 5, dots[i][1] - 7, 10, 14, i === chosen ? "#db2777" : "#8a93a3", i === chosen ? 2 : 1);
  return dots;
}

// history: [[epoch, loss], ...]; labels: of the axes.
function drawLoss(context, width, height, history, colour, labels, decimal) {
  const seen = history.filter(([, loss]) => loss > 0), value = ([, loss]) => Math.log10(loss);
  if (seen.length < 2) return;
  const values = seen.map(value), low = Math.min(...values), high = Math.max(...values) + 1e-6;
  const scale = frame(context, [60, 8, width - 68, height - 46], [0, seen.at(-1)[0] || 1], [low, high], colour, labels, axisNumber(decimal));
  context.strokeStyle = PLUS; context.lineWidth = 2; context.beginPath();
  seen.forEach((point, i) => { const p = scale([point[0], value(point)]); i ? context.lineTo(...p) : context.moveTo(...p); });
  context.stroke();
}

// Originals above, the net's outputs below. Returns the tiles: x, y, width, height.
function drawPairs(context, width, originals, outputs, wrong, chosen, colour) {
  const across = Math.max(1, Math.min(originals.length, Math.floor(width / 28))), tiles = [];
  originals.forEach((image, i) => {
    const x = (i % across) * 28 + 5, y = Math.floor(i / across) * 68 + 5;
    onPaper(context, image, x, y, 20, 26);
    onPaper(context, outputs[i], x, y + 33, 20, 26, wrong[i] > 1 ? PLUS : "#8a93a3", wrong[i] > 1 ? 2 : 1);
    if (i === chosen) { context.strokeStyle = colour; context.lineWidth = 2; context.strokeRect(x - 4, y - 4, 28, 67); }
    tiles.push([x - 5, y - 4, 28, 68]);
  });
  return tiles;
}

const pairsHeight = (width, count) => Math.ceil(count / Math.max(1, Math.min(count, Math.floor(width / 28)))) * 68 + 4;
