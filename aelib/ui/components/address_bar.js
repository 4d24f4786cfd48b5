// Keeps the browser's address and history in step with a page. common.js stands before it.
// data: page (last part of its path), address (query), subject (what the address is about), tried (whether the subject
// is worth an entry of its own), step (the last Back or Forward that the server has heard of), session and serial (which
// rises with every address of a session), echoes (rises where the server ignored what this browser may have meant), heard
// (the last report that came to the server: it loses those that come while it draws the whole page), main (whether this
// instance reports), followed (whether Streamlit has the address too, and writes it no more), leave (a page and query to open instead).
// State "browser": address, step, and whether the window is narrow, as a phone's is.

const AGAIN = 2000; // milliseconds after which a report that nobody has answered is repeated
let steps = 0, shown = "", report = () => {};
// page -> session, and of this session the last step, the address and the entry to which it led until the server knows of
// it, and the serial of the last address taken over
const pages = {};
const small = matchMedia("(max-width: 640px)");
const remember = () => { document.cookie = `aelib_narrow=${Number(small.matches)}; path=/; max-age=31536000; samesite=lax`; };
small.addEventListener("change", () => { remember(); report(); });
remember(); // the next page is drawn for this window at once, see on_phone
const place = () => location.pathname + location.search;
const current = () => decodeURIComponent(location.pathname.split("/").pop());
const sorted = (text) => { const query = new URLSearchParams(text); query.sort(); return query.toString(); };

// Streamlit asks the server for the address of the entry, and the page reports the step: either may come first. A message
// that was on its way may make Streamlit write the address that was left over this entry, or add an entry with it, so the
// step keeps its own. An added entry is left again; a browser without `navigation` cannot tell it from one written over.
const entry = () => window.navigation?.currentEntry?.key;
window.addEventListener("popstate", () => {
  if (shown !== place()) steps += 1; // otherwise only the anchor has changed
  shown = place();
  if (pages[current()]) Object.assign(pages[current()], { step: steps, led: location.search, entry: entry() });
  report();
});

// Streamlit's own parameters, which pages never see, and then the page's.
function query(text) {
  const own = [...new URLSearchParams(location.search)].filter(([key]) => /^embed(_options)?$/i.test(key));
  return [new URLSearchParams(own).toString(), text].filter(Boolean).join("&");
}

// An entry of the history knows which subject was tried in it, also after a reload.
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
      // Streamlit names the page that it shows in every report: one for a page that is gone would bring the wrong page
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
