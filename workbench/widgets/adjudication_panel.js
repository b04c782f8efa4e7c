// Settle what people answered differently: a verdict needs an answer and a reason, then Enter. Keys act inside only.

function make(tag, properties = {}, ...children) {
  const { data, aria, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  Object.assign(element.dataset, data);
  for (const [name, value] of Object.entries(aria ?? {})) element.setAttribute(`aria-${name}`, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

const newId = () => "verdict-" + Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

class Panel {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.items = [];
    this.at = 0;
    this.urls = [];
    this.choice = { value: "", reason: "" };
    this.status = make("p", { className: "status", aria: { live: "polite" } });
    this.trouble = make("p", { className: "trouble", hidden: true, aria: { live: "assertive" } });
    this.body = make("div");
    this.context = new ContextView({ ask: () => this.ask() });
    root.append(this.status, this.trouble, this.body);
    root.addEventListener("keydown", (event) => this.key(event));
    for (const left of ["keyup", "focusout"]) root.addEventListener(left, () => this.held && ((this.held = false), this.context.release()));
    model.on("msg:custom", (content, buffers) => this.hear(content, buffers));
    model.send({ type: "ready" });
  }

  hear(content, buffers) {
    this.trouble.hidden = true;
    if (content.type === "state") this.begin(content);
    else if (content.type === "item") this.show(content, buffers);
    else if (content.type === "context") this.surroundings(content, buffers);
    else if (content.type === "saved") this.saved(content);
    else this.complain((content.type === "not_saved" ? "NOT saved: " : "") + content.message);
  }

  ask() {
    // The clip around the item shown.
    const { item_id } = this.item;
    return new Promise((resolve, reject) => {
      this.asked = { item_id, resolve, reject };
      this.model.send({ type: "context", item_id });
    });
  }

  surroundings({ item_id, meta, problem }, buffers) {
    if (this.asked?.item_id !== item_id) return;
    if (problem) this.asked.reject(new Error(problem));
    else this.asked.resolve({ meta, buffers });
  }

  complain(message) {
    this.trouble.textContent = message;
    this.trouble.hidden = false;
  }

  begin(state) {
    this.known = state;
    if (state.problem) return this.complain(state.problem);
    if (!state.items) return this.askName();
    const shown = this.items[this.at]?.item_id;
    const first = this.items.length === 0;
    this.items = state.items;
    if (!this.items.length) {
      this.body.replaceChildren(make("p", {}, "Nothing to settle: nobody differs, and nothing is flagged."));
      return this.tell();
    }
    const open = this.items.findIndex((one) => (first ? !one.settled : one.item_id === shown));
    this.go(Math.max(open, 0));
  }

  askName() {
    const field = make("input", { type: "text", autocomplete: "off" });
    const start = make("button", { type: "button", textContent: "Start" });
    const send = () => this.model.send({ type: "begin", judge: field.value });
    start.onclick = send;
    field.onkeydown = (event) => event.key === "Enter" && send();
    this.body.replaceChildren(make("label", {}, "Your name ", field), " ", start);
    field.focus();
  }

  tell(extra = "") {
    const settled = this.items.filter((one) => one.settled).length;
    this.status.textContent = `${settled} of ${this.items.length} settled${extra}`;
  }

  go(at) {
    this.at = Math.min(Math.max(at, 0), this.items.length - 1);
    this.model.send({ type: "show", item_id: this.items[this.at].item_id });
  }

  show({ item, pictures, missing }, buffers) {
    if (item.item_id !== this.items[this.at]?.item_id) return; // an answer to an older question
    this.item = item;
    this.since = performance.now();
    this.choice = { value: "", reason: "" };
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.urls = pictures.map((one, k) => URL.createObjectURL(new Blob([buffers[k]], { type: `image/${one.kind}` })));
    const focused = this.root.contains(document.activeElement);
    this.body.replaceChildren(this.heading(), this.seen(pictures, missing), this.context.element, this.answers(), this.standing(), this.verdict(), this.steps());
    this.body.dataset.item = item.item_id;
    this.context.modality(this.known.schema.modality);
    this.context.show(item);
    this.tell(` · item ${this.at + 1} of ${this.items.length}`);
    if (focused) this.root.focus();
  }

  heading() {
    const { prompt, guideline } = this.known.schema;
    const when = `${this.item.start_s.toFixed(2)} s` + (this.item.end_s > this.item.start_s ? ` to ${this.item.end_s.toFixed(2)} s` : "");
    return make("div", {}, make("h2", {}, prompt), make("p", {}, guideline), make("p", {}, `${this.item.clip}, ${when}`));
  }

  seen(pictures, missing) {
    const figures = pictures.map((one, k) => {
      const picture = make("img", { src: this.urls[k], alt: one.name, className: one.cells ? "wide" : "" });
      return make("figure", {}, make("div", { className: "frame" }, picture, this.mark(one)), make("figcaption", {}, one.name + (one.cells ? " (the item is underlined)" : "")));
    });
    return make("div", { className: "seen" }, ...figures, missing ? make("p", {}, missing) : null);
  }

  mark({ cells, marked }) {
    if (!cells) return null;
    const [first, last] = marked;
    return make("div", { className: "mark", style: `left:${(100 * first) / cells}%;width:${(100 * (last - first + 1)) / cells}%` });
  }

  answers() {
    const row = (one) => make("tr", {}, make("th", { scope: "row" }, one.who), make("td", {}, this.symbol(one.value), one.value),
      make("td", {}, one.seconds_taken === null ? "not known" : `${one.seconds_taken.toFixed(1)} s`));
    const head = make("tr", {}, ...["Who", "Answer", "Time taken"].map((word) => make("th", { scope: "col" }, word)));
    const flags = this.item.flags.map((flag) => make("p", { className: "flag" }, `⚑ Flagged${flag.who ? " by " + flag.who : ""}: ${flag.note || "no note"}`));
    return make("div", {}, make("table", {}, make("thead", {}, head), make("tbody", {}, ...this.item.answers.map(row))), ...flags);
  }

  symbol(value) {
    const choice = this.choices().find((one) => one.name === value);
    return make("span", { className: "dot", style: `color:${choice?.colour ?? "#222"}`, ariaHidden: "true" }, choice?.symbol ?? "");
  }

  choices() {
    const { classes, abstention } = this.known.schema;
    return abstention ? [...classes, abstention] : classes;
  }

  standing() {
    const verdict = this.item.verdict;
    if (!verdict) return make("p", { className: "standing" }, "Not settled yet.");
    const who = verdict.mine ? "you" : verdict.who || "somebody else";
    const said = `Settled as ${verdict.value} by ${who}: ${verdict.reason}${verdict.note ? ` (${verdict.note})` : ""}. `;
    const undo = make("button", { type: "button", disabled: !verdict.mine, onclick: () => this.undo() }, "Take back ", make("kbd", {}, "Backspace"));
    return make("p", { className: "standing" }, said, undo);
  }

  verdict() {
    const pick = (kind, name, keys, ...words) => make("button", {
      type: "button", data: { [kind]: name }, aria: { pressed: "false" }, onclick: () => this.pick(kind, name) }, ...words, " ", make("kbd", {}, keys));
    const values = this.choices().map((one) => pick("value", one.name, one.keys[0], this.symbol(one.name), one.name));
    const reasons = this.known.reasons.map((name, k) => pick("reason", name, `⇧${k + 1}`, name));
    this.note = make("input", { type: "text", maxLength: 500 });
    this.record = make("button", { type: "button", disabled: true, onclick: () => this.settle() }, "Record ", make("kbd", {}, "Enter"));
    const group = (legend, row) => make("fieldset", {}, make("legend", {}, legend), make("div", { className: "row" }, ...row));
    return make("div", {}, group("Verdict", values), group("Why did they differ?", reasons),
      make("p", {}, make("label", {}, "Note ", this.note)), this.record);
  }

  steps() {
    const step = (by, words, keys) => make("button", { type: "button", onclick: () => this.go(this.at + by) }, words + " ", make("kbd", {}, keys));
    const names = make("button", { type: "button", aria: { pressed: String(!this.known.blind) }, onclick: () => this.names() }, "Show names ", make("kbd", {}, "n"));
    return make("p", { className: "row" }, step(-1, "Back", "←"), step(1, "On", "→"), names);
  }

  pick(kind, name) {
    this.choice[kind] = name;
    for (const button of this.body.querySelectorAll(`[data-${kind}]`)) button.setAttribute("aria-pressed", String(button.dataset[kind] === name));
    this.record.disabled = !(this.choice.value && this.choice.reason);
  }

  settle() {
    if (this.record.disabled) return;
    this.record.disabled = true;
    const seconds_taken = (performance.now() - this.since) / 1000;
    this.model.send({ type: "settle", item_id: this.item.item_id, ...this.choice, note: this.note.value, seconds_taken, op_id: newId() });
  }

  undo() {
    if (this.item.verdict?.mine) this.model.send({ type: "undo", item_id: this.item.item_id, op_id: newId() });
  }

  names() {
    this.model.send({ type: "names", shown: this.known.blind });
  }

  saved({ item_id, settled }) {
    const one = this.items.find((other) => other.item_id === item_id);
    one.settled = settled;
    const ahead = this.items.findIndex((other, k) => k > this.at && !other.settled);
    this.go(settled && ahead >= 0 ? ahead : this.at);
  }

  key(event) {
    if (!this.item || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target === this.note;
    const digit = /^Digit([1-9])$/.exec(event.code);
    const choice = this.choices().find((one) => one.keys.includes(event.key));
    if (event.key === "Enter" && (typing || event.target === this.root)) this.settle();
    else if (event.key === "Escape") event.target.blur();
    else if (typing) return;
    else if (event.shiftKey && digit && this.known.reasons[digit[1] - 1]) this.pick("reason", this.known.reasons[digit[1] - 1]);
    else if (event.shiftKey) return;
    else if (choice) this.pick("value", choice.name);
    else if ("vmb".includes(event.key)) event.repeat || ((this.held = true), this.context.hold(event.key));
    else if (event.key === " " && event.target === this.root) this.context.toggle();
    else if (event.key === "r") this.context.replay();
    else if (event.key === "ArrowRight") this.go(this.at + 1);
    else if (event.key === "ArrowLeft") this.go(this.at - 1);
    else if (event.key === "Backspace") this.undo();
    else if (event.key === "n") this.names();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  end() {
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.context.remove();
  }
}

export default {
  render({ model, el }) {
    const root = make("div", { className: "aw-court", tabIndex: 0, role: "region", data: { lmSuppressShortcuts: "" }, aria: { label: "Settle what people answered differently" } });
    el.append(root);
    const panel = new Panel(model, root);
    return () => panel.end();
  },
};
