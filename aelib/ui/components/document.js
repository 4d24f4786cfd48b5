// What concerns the whole document: its language, and its connection to the server. data: code, as in `<html lang>`.
// State "connections": how often the connection was restored.
//
// A session can be lost with its connection: the server was restarted, or has dropped the session. Streamlit then reconnects
// but draws nothing, so parts of the page get no answer, and choices made in the meantime are lost. Running the whole page
// again, with the values of all controls, repairs this.

let connections = 0, was = "", report = () => {};
const app = () => document.querySelector("[data-testid=stApp]");
const watch = new MutationObserver(() => {
  const now = app()?.dataset.testConnectionState;
  if (now === was) return;
  was = now;
  if (now !== "CONNECTED") return;
  connections += 1;
  report();
});

export default function ({ data, setStateValue }) {
  document.documentElement.lang = data.code;
  report = () => setStateValue("connections", connections);
  if (was || !app()) return;
  was = app().dataset.testConnectionState;
  watch.observe(app(), { attributeFilter: ["data-test-connection-state"] });
}
