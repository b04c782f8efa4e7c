// The functions that Voila's script calls on its page, and the change from the first paint to the living page.
for (const name of ["voila_heartbeat", "voila_process", "voila_finish", "update_loading_text", "display_cells"]) {
  window[name] = () => {};
}
const cells = document.getElementById("rendered_cells");
const first = document.getElementById("first-paint");

// The widget shows its usual view first and then the one of the address: only then it takes the place.
function living() {
  if (cells.querySelector('[aria-busy="true"]')) return false;
  return [...cells.querySelectorAll(".wb, .jupyter-widgets")].some((part) => part.getBoundingClientRect().height > 20);
}

function change() {
  if (!living()) return;
  watcher.disconnect();
  window.clearInterval(timer);
  const scrolled = window.scrollY;
  document.getElementById("waiting")?.remove();
  first.remove();
  cells.removeAttribute("style");
  cells.removeAttribute("aria-hidden");
  window.scrollTo(0, scrolled);
  document.documentElement.dataset.live = "yes";
}

// Until the page lives, what is already shown must not be shown twice: the cells stay out of sight, but measurable.
cells.style.cssText = "position: absolute; left: 0; right: 0; opacity: 0; pointer-events: none";
cells.setAttribute("aria-hidden", "true");
const watcher = new MutationObserver(change);
watcher.observe(cells, { childList: true, subtree: true });
const timer = window.setInterval(change, 200);
