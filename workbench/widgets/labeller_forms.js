// Small forms of the labelling page: a flag's note, and the choice between two answers to the same item.

class FlagForm {
  constructor({ save, left }) {
    this.left = left;
    this.input = make("input", { type: "text", maxlength: "500", autocomplete: "off", onkeydown: (event) => event.key === "Escape" && (event.stopPropagation(), this.close()) });
    const submit = (event) => {
      event.preventDefault();
      save(this.input.value.trim());
      this.close();
    };
    this.element = make("form", { class: "aw-form aw-flag", hidden: "", onsubmit: submit },
      make("label", {}, "What is odd about this one? ", this.input),
      make("button", { type: "submit", class: "aw-button" }, "Save the flag ", make("kbd", {}, "⏎")),
      button("cancel-flag", ["Cancel ", make("kbd", {}, "Esc")], () => this.close()));
  }
  open() {
    this.input.value = "";
    this.element.hidden = false;
    this.input.focus();
  }
  close() {
    this.element.hidden = true;
    this.left();
  }
}

class ConflictNote {
  constructor({ resolve }) {
    this.resolve = resolve;
    this.element = make("div", { class: "aw-conflict", role: "region", "aria-label": "Two answers to the same picture" });
  }
  show(conflicts) {
    const [first] = conflicts;
    this.element.hidden = !first;
    if (!first || (this.first === first && this.item === first.item)) return;
    Object.assign(this, { first, item: first.item });
    const canvas = make("canvas", { width: "72", height: "72", role: "img", "aria-label": "The picture that was answered twice" });
    if (first.item?.bitmaps) canvas.getContext("2d").drawImage(first.item.bitmaps[0], 0, 0, 72, 72);
    const words = (what) => (what.kind === "skip" ? "skipped" : what.value);
    const more = conflicts.length > 1 ? ` (${conflicts.length - 1} more after this one)` : "";
    this.element.replaceChildren(canvas,
      make("p", {}, `You answered this picture twice, in two pages: “${words(first)}” in one and “${words(first.stands)}” in another. Both are kept; which one counts?${more}`),
      button("keep-mine", `${words(first)}`, () => this.resolve(first, true)),
      button("keep-theirs", `${words(first.stands)}`, () => this.resolve(first, false)));
  }
}
