// The wish to keep a clip, uttered before the camera starts: off unless switched on, with a name and an agreement.

class RecordingWish {
  constructor({ consent, dataset }) {
    this.on = make("input", { type: "checkbox", onchange: () => this.show() });
    this.dataset = make("input", { type: "text", value: dataset, maxlength: "64", autocomplete: "off", spellcheck: "false" });
    this.speaker = make("input", { type: "text", maxlength: "64", autocomplete: "off", spellcheck: "false" });
    this.agreed = make("input", { type: "checkbox" });
    this.more = make("div", { class: "aw-record-more", hidden: "" },
      make("label", {}, "Who is seen ", this.speaker), make("label", {}, "Dataset ", this.dataset),
      make("label", { class: "aw-check" }, this.agreed, make("span", {}, consent)));
    this.element = make("fieldset", { class: "aw-record" }, make("legend", {}, "Keep it?"),
      make("label", { class: "aw-check" }, this.on, make("span", {}, "Record a clip with its results. Otherwise nothing is kept.")), this.more);
  }
  show() {
    this.more.hidden = !this.on.checked;
  }
  // Its wish as the kernel takes it; null without one.
  get wish() {
    return this.on.checked ? { dataset: this.dataset.value.trim(), speaker: this.speaker.value.trim(), agreed: this.agreed.checked } : null;
  }
  lock(locked) {
    this.element.disabled = locked;
  }
  // One agreement, one recording: the next one is asked for anew.
  used() {
    this.on.checked = this.agreed.checked = false;
    this.show();
  }
}
