// The functions that Voila's script calls on its page, and the change from the first paint to the living page.
for (const name of ["voila_heartbeat", "voila_process", "voila_finish", "update_loading_text", "display_cells"]) {
  window[name] = () => {};
}

(() => {
  const cells = document.getElementById("rendered_cells");

  // The widget shows its usual view first and then the one of the address: only then it takes the place.
  function living() {
    if (cells.querySelector('[aria-busy="true"]')) return false;
    return [...cells.querySelectorAll(".wb, .jupyter-widgets")].some((part) => part.scrollHeight > 20);
  }

  function change() {
    if (!living()) return;
    watcher.disconnect();
    clearInterval(timer);
    const scrolled = scrollY;
    document.getElementById("waiting")?.remove();
    document.getElementById("first-paint").remove();
    cells.removeAttribute("aria-hidden");
    document.body.classList.remove("gate-waiting");
    scrollTo(0, scrolled);
    document.documentElement.dataset.live = "yes";
  }

  cells.setAttribute("aria-hidden", "true");
  const watcher = new MutationObserver(change);
  watcher.observe(cells, { childList: true, subtree: true });
  const timer = setInterval(change, 200);
})();
