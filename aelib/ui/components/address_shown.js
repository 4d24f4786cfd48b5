// Tells the server that the browser shows an address. common.js stands before it.
// data: address (as text). Trigger "shown": the same, once for each address.

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".address-shown");
  if (root.shown === data.address) return;
  root.shown = data.address;
  setTriggerValue("shown", data.address);
}
