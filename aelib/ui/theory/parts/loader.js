// Starts a part of a theory page. data: entry (its module), modules (texts, each after those that it imports), given, version.

const FAILED = "This part of the page does not run in this browser: a current Firefox, Chrome, Edge or Safari shows it. " +
  "The rest of the page goes on.";

export default async function (component) {
  const root = component.parentElement.querySelector(".theory"), { entry, modules, given, version } = component.data;
  if (root.version === version) { root.dispatchEvent(new Event("redraw")); return; } // the theme may have changed
  root.version = version;
  root.replaceChildren();
  try {
    const addresses = {};
    for (const [name, text] of modules) {
      const source = text.replace(/from "\.\/(\w+\.js)"/g, (_, other) => `from "${addresses[other]}"`);
      addresses[name] = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    }
    const { default: start } = await import(addresses[entry]);
    Object.values(addresses).forEach((address) => URL.revokeObjectURL(address));
    if (root.version === version) start(root, given);
  } catch (error) {
    root.textContent = FAILED;
    console.warn(error);
  }
}
