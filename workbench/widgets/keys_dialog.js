// The overlay behind “?”: every key, what it does, and how to change it.

class KeysDialog {
  constructor(keys) {
    this.keys = keys;
    this.waiting = ""; // the deed that waits for its new key
    this.table = make("div", { class: "aw-keys-table" });
    this.word = make("p", { class: "aw-key-word", role: "status" });
    const id = `aw-${newId()}`;
    this.element = make("dialog", { class: "aw-dialog", "aria-labelledby": id, onkeydown: (event) => this.key(event), onclose: () => (this.waiting = "") },
      make("h3", { id }, "Keys"),
      make("p", {}, "They work while the labeller has its blue ring. Esc leaves it, so that your keys are the notebook's again."),
      this.table,
      this.word,
      make("div", { class: "aw-others" }, button("reset-keys", "Usual keys again", () => this.say(this.keys.reset() ?? "All keys are the usual ones.")), button("close-keys", ["Close ", make("kbd", {}, "Esc")], () => this.element.close())),
    );
    keys.addEventListener("change", () => this.draw());
    this.draw();
  }
  open() {
    this.say("");
    this.element.showModal();
  }
  say(words) {
    setText(this.word, words);
  }
  draw() {
    const focused = this.element.contains(document.activeElement) ? document.activeElement.dataset.deed : "";
    const groups = [...new Set(this.keys.deeds.map((deed) => deed.group))];
    this.table.replaceChildren(...groups.map((group) => make("section", { "aria-label": group }, make("h4", {}, group), ...this.keys.deeds.filter((deed) => deed.group === group).map((deed) => this.row(deed)))));
    if (focused) this.table.querySelector(`[data-deed="${CSS.escape(focused)}"]`)?.focus();
  }
  row(deed) {
    const signs = this.keys.signs(deed.name);
    if (FIXED[deed.name]) signs.push(make("kbd", {}, FIXED[deed.name]));
    return make("div", { class: "aw-key-row" }, make("span", {}, deed.words), make("span", { class: "aw-key-signs" }, ...signs),
      button("change-key", "Change", () => this.wait(deed), { "data-deed": deed.name, "aria-label": `Change the key for ${deed.words}` }));
  }
  wait(deed) {
    this.waiting = deed.name;
    this.say(`Press the new key for “${deed.words}”, or Esc to keep the old one.`);
  }
  key(event) {
    event.stopPropagation(); // the page behind must not answer
    if (!this.waiting) {
      if (event.key === "?") this.element.close();
      return;
    }
    if (["Tab", "Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    event.preventDefault();
    const name = this.waiting;
    if (event.key !== "Escape") {
      const refusal = this.keys.set(name, keyOf(event));
      if (refusal) return this.say(refusal);
    }
    this.waiting = "";
    this.say(event.key === "Escape" ? "Nothing was changed." : "Changed, and kept in this browser.");
  }
}
