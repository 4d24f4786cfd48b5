// Tells the server where a slider is while it is dragged, not only when it is released. Loaded after common.js.
// data: slider (CSS class of its container), value and dragged (what the page has drawn). State "place": value and dragged.
// The next position is sent only after the page has drawn the last one, so the server never gets more than it can handle.

const PATIENCE = 1500; // milliseconds to wait for an answer

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".live-slider");
  const same = (one, other) => one?.value === other.value && one?.dragged === other.dragged;
  const send = () => {
    const input = document.querySelector(`.${data.slider} input[type=range]`);
    const isWaiting = root.asked && performance.now() - root.since < PATIENCE;
    if (!input || isWaiting) return;
    const place = { value: +input.value, dragged: Boolean(root.isHeld) };
    if (same(root.drawn, place)) return;
    root.asked = place;
    root.since = performance.now();
    setStateValue("place", place);
  };
  root.drawn = { value: data.value, dragged: data.dragged };
  if (root.asked && same(root.asked, root.drawn)) root.asked = undefined;
  root.end?.();
  const hold = (event) => { root.isHeld = Boolean(event.target.closest?.(`.${data.slider}`)); };
  const release = () => { if (root.isHeld) { root.isHeld = false; setTimeout(send); } };
  const observer = new MutationObserver(send);
  const container = document.querySelector(`.${data.slider}`);
  if (container) {
    observer.observe(container, { subtree: true, attributes: true, attributeFilter: ["aria-valuetext", "value"] });
  }
  document.addEventListener("pointerdown", hold, true);
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, release, true);
  root.end = () => {
    observer.disconnect();
    document.removeEventListener("pointerdown", hold, true);
    for (const name of ["pointerup", "pointercancel"]) document.removeEventListener(name, release, true);
  };
  send();
  return root.end;
}
