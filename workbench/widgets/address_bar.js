// The page of an address. In Voila the address is the browser's own; in JupyterLab, whose address is its own matter, the
// links work all the same and nothing outside the cell is touched. Last of the files named in address_bar.py.

const SLOW_MS = 400, SILENT_MS = 20_000;
const ownAddress = () => document.body.dataset.voila !== undefined;
const PAGES = ["fusion", "labels", "data", "clip"];

// What is asked of the pages: without what the server keeps in the address for itself.
const queryOf = (search) => {
  const given = new URLSearchParams(search);
  for (const name of ["token", "_xsrf"]) given.delete(name);
  return given.toString();
};

// The address that shows a state: of the page's own path where the path names a page.
const addressOf = (query) => {
  const url = new URL(location.href), page = new URLSearchParams(query).get("page");
  const steps = url.pathname.split("/");
  if (PAGES.includes(steps.at(-1)) && PAGES.includes(page)) steps[steps.length - 1] = page;
  const kept = url.searchParams.get("token");
  url.pathname = steps.join("/");
  url.search = query;
  if (kept !== null) url.searchParams.set("token", kept);
  url.hash = "";
  return url;
};

function render({ model, el }) {
  const style = make("style");
  style.textContent = model.get("sheet") ?? "";
  const place = make("div", { class: "wb-place" });
  const status = make("p", { class: "wb-status", role: "status" });
  el.append(style, status, place);
  let asked = 0, wanted = null, slow = null, silent = null, media = null;

  const put = ({ html, title }, moved) => {
    media?.remove();
    place.innerHTML = html; // made by templates that escape every text; scripts in markup put in so never run
    media = attachMedia(place, model, (say) => setText(status, say));
    if (!ownAddress()) return;
    document.title = title;
    if (moved) {
      place.querySelector("h1")?.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
  };
  const settle = (say = "") => {
    clearTimeout(slow);
    clearTimeout(silent);
    place.removeAttribute("aria-busy");
    setText(status, say);
  };
  const ask = (query, { push = false, first = false } = {}) => {
    settle();
    wanted = { id: ++asked, query, push, first };
    place.setAttribute("aria-busy", "true");
    slow = setTimeout(() => setText(status, "Loading …"), SLOW_MS);
    silent = setTimeout(() => {
      status.replaceChildren("No answer: the page was closed on the server, as it is when nobody looks for a while. ");
      if (ownAddress()) status.append(make("a", { href: addressOf(query).href }, "Load it anew"));
      else status.append("Run the cell again.");
    }, SILENT_MS);
    model.send({ type: "open", query, id: wanted.id, first });
  };
  const heard = (message, buffers) => {
    if (message.type === "media") return media?.take(message, buffers);
    if (message.id !== wanted?.id) return media?.trouble(message); // an answer to an older question
    const { push, first, query } = wanted;
    settle(message.type === "trouble" ? message.message : "");
    if (message.type !== "page") return;
    if (ownAddress() && push) history.pushState({ workbench: true }, "", addressOf(query));
    put(message, !first);
  };
  const click = (event) => {
    const link = event.target.closest?.("a[data-view]");
    if (!link || !place.contains(link) || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    ask(queryOf(link.getAttribute("href")), { push: true });
  };
  const back = () => ask(queryOf(location.search));

  model.on("msg:custom", heard);
  place.addEventListener("click", click);
  put({ html: model.get("html") ?? "", title: model.get("title") ?? "" }, false);
  if (ownAddress()) addEventListener("popstate", back);
  ask(ownAddress() ? queryOf(location.search) : "", { first: true });
  return () => {
    settle();
    media?.remove();
    model.off("msg:custom", heard);
    removeEventListener("popstate", back);
  };
}

export default { render };
