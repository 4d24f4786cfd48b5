// Keeps what is typed into a title and notes in the storage of this tab, as it is typed. common.js stands before it.
// data: name (of the place in the storage), fields (title, notes -> CSS class of the field), title, notes (as the server
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
    // in a turn of its own: what several components send at once reruns the fragment of only one of them
    if (stored && isLost) setTimeout(() => setStateValue("words", stored));
    else if (!stored && data.files.some(Boolean)) keep(shown);
  } else if (JSON.stringify(stored?.files) !== JSON.stringify(data.files)) keep({ files: data.files });
  return () => document.removeEventListener("input", root.listener);
}
