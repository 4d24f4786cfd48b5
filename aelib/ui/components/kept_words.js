// Saves a title and notes in this tab's session storage while they are typed. Loaded after common.js.
// data: name (part of the storage key), fields (title, notes -> CSS class of the field), title, notes (as the server
// shows them), files (title and notes that the files have). State "words": what a reload would lose.

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".kept-words"), place = `aelib:${data.name}`;
  const kept = () => JSON.parse(sessionStorage.getItem(place) ?? "null");
  const keep = (words) => sessionStorage.setItem(place, JSON.stringify({ title: "", notes: "", ...kept(), ...words }));
  const stored = kept();
  if (!root.listener) {
    root.listener = (event) => {
      const name = Object.keys(data.fields).find((one) => event.target.closest(`.${data.fields[one]}`));
      if (name) keep({ [name]: event.target.value });
    };
    document.addEventListener("input", root.listener);
    const shown = { title: data.title, notes: data.notes, files: data.files };
    const isLost = Object.keys(shown).some((one) => JSON.stringify(stored?.[one]) !== JSON.stringify(shown[one]));
    // in a later task: if several components set a state at once, only one of their fragments reruns
    if (stored && isLost) setTimeout(() => setStateValue("words", stored));
    else if (!stored && data.files.some(Boolean)) keep(shown);
  } else if (JSON.stringify(stored?.files) !== JSON.stringify(data.files)) keep({ files: data.files });
  return () => document.removeEventListener("input", root.listener);
}
