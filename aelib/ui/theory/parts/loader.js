// Starts a part of a theory page. Loaded after common.js. data: entry (its module), modules (texts, each after those that it
// imports), given, version, texts and language (of `speaker`).

export default async function (component) {
  const root = component.parentElement.querySelector(".theory"), { entry, modules, given, version } = component.data, say = speaker(component.data);
  if (root.version === version) { root.dispatchEvent(new Event("redraw")); return; } // the theme may have changed
  root.version = version;
  root.replaceChildren();
  try {
    const addresses = linked(modules), { speakWith } = await import(addresses["controls.js"]);
    speakWith(say); // this part's own copy of controls.js: other parts may speak another language
    const { default: start } = await import(addresses[entry]);
    Object.values(addresses).forEach((address) => URL.revokeObjectURL(address));
    if (root.version === version) start(root, given);
  } catch (error) {
    root.textContent = say("This part of the page does not run in this browser: a current Firefox, Chrome, Edge or Safari shows it. The rest of the page goes on.");
    console.warn(error);
  }
}
