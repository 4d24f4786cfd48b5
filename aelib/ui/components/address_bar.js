// Keeps the browser's address and history in step with a page. Loaded after common.js.
// data: page (last part of its path), address (query), subject (what the address is about), tried (whether the subject
// deserves a history entry of its own), step (number of the last Back or Forward that the server knows of), session, serial
// (increases with every new address of the session), echoes (increases when the server ignores a query that may have been
// this browser's Back), heard (the last report that reached the server; reports sent while it draws the whole page are
// lost), main (whether this instance sends reports), followed (whether Streamlit has the address too, so that it does not
// write it again), leave (a page and query to open instead).
// State "browser": address, step, and whether the window is as narrow as a phone's.

const AGAIN = 2000; // milliseconds after which an unanswered report is sent again
let steps = 0, shown = "", report = () => {};
// page -> its session, the number of the last step in it, the address (led) and the history entry that this step led to,
// which matter until the server knows of the step, and the serial of the last address that the browser took over
const pages = {};
const small = matchMedia("(max-width: 640px)");
const remember = () => { document.cookie = `aelib_narrow=${Number(small.matches)}; path=/; max-age=31536000; samesite=lax`; };
small.addEventListener("change", () => { remember(); report(); });
remember(); // so that the server draws the next page for this window's width from the start, see on_phone
const place = () => location.pathname + location.search;
const current = () => decodeURIComponent(location.pathname.split("/").pop());
const sorted = (text) => { const query = new URLSearchParams(text); query.sort(); return query.toString(); };

// After Back or Forward, Streamlit sends the server the address of the entry, and the page reports the step. Either message
// can arrive first. A message that was already under way can make Streamlit overwrite this entry with the address that the
// user has just left, or add an entry with that address. So the step remembers its own entry, and an added entry is undone by
// going back. A browser without `navigation` cannot tell an added entry from an overwritten one.
const entry = () => window.navigation?.currentEntry?.key;
window.addEventListener("popstate", () => {
  if (shown !== place()) steps += 1; // otherwise only the anchor has changed
  shown = place();
  if (pages[current()]) Object.assign(pages[current()], { step: steps, led: location.search, entry: entry() });
  report();
});

// The query of an address: Streamlit's own parameters, which pages never see, followed by the page's.
function query(text) {
  const own = [...new URLSearchParams(location.search)].filter(([key]) => /^embed(_options)?$/i.test(key));
  return [new URLSearchParams(own).toString(), text].filter(Boolean).join("&");
}

// Takes over the server's address. Each history entry stores which subject was tried in it, even after a reload.
function take(data) {
  const wanted = query(data.address), kept = history.state?.tried;
  const state = data.tried ? { tried: data.subject } : kept === data.subject ? { tried: kept } : {};
  if (sorted(wanted) === sorted(location.search)) {
    if (state.tried !== kept) history.replaceState(state, "", location.href);
  } else if (kept === undefined || kept === data.subject) {
    history.replaceState(state, "", `${location.pathname}?${wanted}${location.hash}`);
  } else {
    history.pushState(state, "", `${location.pathname}?${wanted}`);
  }
}

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  if (current() !== data.page) return;
  if (data.leave) {
    location.replace(location.pathname.replace(/[^/]*$/, data.leave));
    return;
  }
  if (pages[data.page]?.session !== data.session) pages[data.page] = { session: data.session, step: 0, led: "", serial: 0 };
  const page = pages[data.page];
  if (page.entry && page.entry !== entry() && sorted(location.search) !== sorted(page.led)) {
    page.entry = undefined;
    history.back();
    return;
  }
  if (data.serial >= page.serial && data.step >= page.step) {
    take(data);
    Object.assign(page, { serial: data.serial, entry: undefined });
  }
  shown = place();
  if (data.main) {
    const root = parentElement.querySelector(".address-bar");
    root.dataset.followed = data.followed;
    report = () => {
      clearTimeout(root.again);
      // every report contains the page that Streamlit shows now: a report for a page that is gone would load the wrong one
      if (current() !== data.page || !root.isConnected) return;
      const address = page.step > data.step ? page.led : location.search; // until the server knows of the step
      const browser = { address, step: page.step, narrow: small.matches };
      const told = JSON.stringify(Object.values(browser));
      const heard = JSON.stringify([data.heard?.address, data.heard?.step, data.heard?.narrow]);
      if (told !== heard || told !== root.told) setStateValue("browser", browser);
      if (told !== heard) root.again = setTimeout(() => report(), AGAIN); // an answer calls this component again
      root.told = told;
    };
  }
  report();
}
