// Pictures to choose from. data: see `canvas.palette` in Python. State "chosen": the numbers of the chosen ones.

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".palette");
  root.replaceChildren();
  speak(root, speaker(data));
  const { shape, names } = data, size = shape[0] * shape[1] * shape[2], pixels = bytes(data.pixels);
  const chosen = new Set(data.chosen);
  root.replaceChildren(...names.map((name, i) => {
    const button = document.createElement("button"), picture = sprite(pixels, i * size, shape);
    picture.style.width = picture.style.height = "34px";
    button.type = "button"; button.title = name; button.setAttribute("aria-label", name);
    button.setAttribute("aria-pressed", chosen.has(i));
    button.append(picture);
    button.onclick = () => {
      chosen.has(i) ? chosen.delete(i) : chosen.add(i);
      button.setAttribute("aria-pressed", chosen.has(i));
      setStateValue("chosen", [...chosen].sort((a, b) => a - b));
    };
    return button;
  }));
}
