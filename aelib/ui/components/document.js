// What concerns the whole document: its language, and its connection to the server. data: code, as in `<html lang>`.
// State "connections": how often the connection has come back.
//
// A session may not outlive its connection: the server was started again, or has forgotten it. Streamlit connects again but
// draws nothing, so that parts of the page stay without an answer, and what was chosen meanwhile is lost. A whole run with
// the values of all controls puts that right.

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
