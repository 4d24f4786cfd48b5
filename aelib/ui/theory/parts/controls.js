// Controls of the theory pages, each with its label, and the loop that moves a picture. Everything is native HTML, so that
// keyboards and screen readers can use it. Texts are put in as text, never as HTML.

// Texts and numbers in the session's language, see common.js. The loader sets it before the part starts, so functions can
// use it, but not code that runs while a module loads.
export let say;
export const speakWith = (speaker) => { say = speaker; };

export const COLOURS = ["#2563eb", "#ea580c", "#0d9488", "#db2777", "#9333ea", "#ca8a04", "#64748b", "#65a30d", "#0891b2",
  "#dc2626", "#a16207", "#4f46e5", "#be185d"];
export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// A number as people read it: a true minus, no more digits than asked for, the language's decimal mark.
export const shown = (value, digits = 3) => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? say("not a number") : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value), text = size && (size < 1e-3 || size >= 1e5) ? value.toExponential(digits - 1) : String(+value.toPrecision(digits));
  return text.replace("e+", "e").replaceAll("-", "−").replace(".", say.number(0.5)[1]);
};

export function element(tag, properties = {}, ...children) {
  const { attributes = {}, ...rest } = properties, made = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
export const row = (...children) => element("div", { className: "row" }, ...children);
export const columns = (...children) => element("div", { className: "columns" }, ...children);
export const thirds = (...children) => element("div", { className: "columns three" }, ...children);
export const said = () => element("p", { className: "said" });
export const note = () => element("p", { className: "note", attributes: { role: "alert" } });

// A slider; `show` writes its value. `set` moves it from code.
export function slider(label, { low, high, step, value, show = (v) => shown(v) }, act) {
  const input = element("input", { type: "range", min: low, max: high, step, value, ariaLabel: label }), output = element("output");
  const tell = () => { output.textContent = show(input.valueAsNumber); input.setAttribute("aria-valuetext", output.textContent); };
  input.oninput = () => { tell(); act(input.valueAsNumber); };
  tell();
  const box = element("label", { className: "slider" }, element("span", {}, label), input, output);
  box.set = (to) => { input.value = to; tell(); };
  return box;
}

export function select(label, options, value, act) {
  const list = element("select", { ariaLabel: label, onchange: () => act(list.value) }, ...options.map(([name, text]) => new Option(text, name)));
  list.value = value;
  const box = element("label", {}, `${label} `, list);
  box.set = (to) => { list.value = to; };
  return box;
}
export const button = (label, act, about = "") => element("button", { type: "button", textContent: label, onclick: act, title: about });

export function toggle(label, on, act) {
  const input = element("input", { type: "checkbox", checked: on, onchange: () => act(input.checked) });
  return element("label", {}, input, ` ${label}`);
}

// Names to switch on and off. items: [{ name, label, colour }]; chosen: a Set of names, changed in place.
export function chips(label, items, chosen, act) {
  const group = element("div", { className: "row", attributes: { role: "group", "aria-label": label } });
  for (const { name, label: text, colour } of items) {
    const one = element("button", { type: "button", className: "chip", textContent: text, attributes: { "aria-pressed": chosen.has(name) } });
    one.style.setProperty("--line", colour);
    one.onclick = () => {
      chosen.has(name) ? chosen.delete(name) : chosen.add(name);
      one.setAttribute("aria-pressed", chosen.has(name));
      act();
    };
    group.append(one);
  }
  return group;
}

const LARGEST = 1e6;
// "−1", "0,5" and "1/9" are numbers; NaN for everything else and for what is too large to compute with.
export function parsed(text) {
  const plain = text.trim().replaceAll("−", "-").replace(",", "."), part = "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)";
  const found = new RegExp(`^(${part})(?:/(${part}))?$`).exec(plain);
  const value = found ? Number(found[1]) / Number(found[2] ?? 1) : NaN;
  return Math.abs(value) <= LARGEST ? value : NaN;
}

// A grid of numbers to edit. values: rows of numbers; act gets valid grids only; an invalid number gets a message in place.
export function numbers(label, values, act) {
  const complaint = note(), grid = element("div", { className: "numbers" }), texts = values.map((line) => line.map((v) => shown(v, 4)));
  grid.style.gridTemplateColumns = `repeat(${values[0].length}, auto)`;
  const read = () => {
    const wrong = [];
    const found = texts.map((line, r) => line.map((text, c) => {
      const value = parsed(text), input = grid.children[r * line.length + c], bad = Number.isNaN(value);
      input.setAttribute("aria-invalid", bad);
      if (bad) wrong.push({ row: r + 1, column: c + 1, text: text.slice(0, 20) });
      return value;
    }));
    complaint.textContent = wrong.length ? say("Row {row}, column {column} has “{text}”, which is no number up to a million. Write one such as −1, 0.5 or 1/9; until then the last numbers stay.", wrong[0]) : "";
    if (!wrong.length) act(found);
  };
  texts.forEach((line, r) => line.forEach((text, c) => {
    const input = element("input", { type: "text", value: text, inputMode: "decimal", autocomplete: "off",
      attributes: { "aria-label": say("{name}, row {row}, column {column}", { name: label, row: r + 1, column: c + 1 }) } });
    input.oninput = () => { texts[r][c] = input.value; read(); };
    grid.append(input);
  }));
  return element("fieldset", {}, element("legend", {}, label), grid, complaint);
}

// A table; cells are texts or nodes.
export function table(heads, lines) {
  const cells = (tag, line) => element("tr", {}, ...line.map((cell) => element(tag, tag === "th" ? { scope: "col" } : {}, cell)));
  return element("div", { className: "scroll" }, element("table", {}, element("thead", {}, cells("th", heads)), element("tbody", {}, ...lines.map((line) => cells("td", line)))));
}

// Calls act before each frame while `box` is visible, until it is removed from the page.
export function loop(box, act) {
  let inSight = true;
  if (window.IntersectionObserver) new IntersectionObserver((found) => { inSight = found.at(-1).isIntersecting; }).observe(box);
  const frame = (now) => {
    if (!box.isConnected) return;
    requestAnimationFrame(frame);
    if (inSight && !document.hidden) act(now);
  };
  requestAnimationFrame(frame);
}

// A Play and Pause button for an animation, which starts paused if the system asks for less motion. isOn(): whether it plays.
export function player(begins = true) {
  let on = begins && !still();
  const made = button("", () => { on = !on; tell(); });
  const tell = () => { made.textContent = on ? say("Pause") : say("Play"); };
  tell();
  made.isOn = () => on;
  made.stop = () => { on = false; tell(); };
  return made;
}
