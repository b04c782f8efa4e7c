// Labels given at the cursor, for a moment or a span: said through an outbox, shown dashed until they are in the store,
// taken back one by one. What people said comes from the kernel each time; only what is on its way is added here.

class TimelineLabels {
  constructor({ send, changed, target }) {
    Object.assign(this, { send, changed, target, clip: "", stored: [], done: [], alert: "", schema: null });
    this.outbox = new Outbox({ send, changed: () => this.changed(), settled: (result) => this.settled(result), adopted: () => this.changed() });
    this.save = make("span", { class: "aw-save", role: "status" });
    this.why = make("p", { class: "aw-why", role: "alert" });
    this.what = make("span", { class: "aw-target" });
    this.buttons = make("div", { class: "aw-answers" });
    this.list = make("ol", { class: "aw-label-list" });
    this.element = make("div", { class: "aw-labelling", role: "group", "aria-label": "Label from here" });
  }
  begin({ schemas, annotator, project }) {
    Object.assign(this, { schemas, annotator, project, schema: schemas[0] });
    const question = make("select", { "aria-label": "Question", "data-lm-suppress-shortcuts": "true", onchange: () => ((this.schema = schemas.find((one) => one.question === question.value)), this.build()) }, ...schemas.map((one) => make("option", { value: one.question }, one.question.replaceAll("_", " "))));
    this.question = question;
    this.build();
    if (annotator) this.outbox.begin(`${project}/timeline/${annotator}`);
  }
  build() {
    const name = make("input", { type: "text", maxlength: "64", autocomplete: "nickname", "aria-label": "Your name", placeholder: "your name", value: this.name?.value ?? localStorage.getItem("workbench.annotator") ?? "" });
    const start = (event) => (event.preventDefault(), localStorage.setItem("workbench.annotator", name.value), this.send({ type: "begin", annotator: name.value }));
    this.name = name;
    const choices = this.choices().map((one) =>
      make("button", { type: "button", class: "aw-button aw-answer", style: `--aw-colour: ${one.colour}`, "data-value": one.name, onclick: () => this.answer(one.name) },
        make("span", { class: "aw-symbol", "aria-hidden": "true" }, one.symbol), one.name, ...one.keys.map((key) => make("kbd", {}, key))));
    const undo = button("undo", ["Undo ", make("kbd", {}, "⌫")], () => this.back());
    const who = this.annotator ? [make("span", {}, `as ${this.annotator}`)] : [];
    const form = make("form", { class: "aw-form", onsubmit: start }, make("label", {}, "To label, say who you are ", name), make("button", { type: "submit", class: "aw-button aw-start" }, "Start"));
    this.buttons.replaceChildren(...choices, undo);
    this.element.replaceChildren(
      make("div", { class: "aw-label-head" }, make("label", {}, "Label ", this.question), this.what, ...who, this.save), this.why,
      ...(this.annotator ? [this.buttons] : [form]),
      make("p", { class: "aw-hint" }, `${this.schema.prompt} The networks' answers are in view here, and that is kept with each label.`),
      make("details", { class: "aw-label-details" }, make("summary", {}, "Labels of this clip as a list"), this.list));
    this.changed();
  }
  choices() {
    return [...this.schema.classes, ...(this.schema.abstention ? [this.schema.abstention] : [])];
  }
  named(annotator) {
    Object.assign(this, { annotator, alert: "" });
    this.build();
    this.outbox.begin(`${this.project}/timeline/${annotator}`);
  }
  show(clip, labels) {
    if (clip !== this.clip) Object.assign(this, { clip, done: [], alert: "" });
    this.stored = labels;
    this.changed();
  }
  // What stands as far as this page knows: what is stored, changed by what is on its way.
  all() {
    let known = this.stored.map((one) => ({ ...one, pending: false }));
    for (const { operation } of this.outbox.entries.values()) {
      if (operation.clip !== this.clip) continue;
      if (operation.kind === "undo") known = known.filter((one) => one.op_id !== operation.undoes);
      else known = [...known.filter((one) => !this.same(one, operation)), { ...operation, annotator: this.annotator, verdict: false, pending: true }];
    }
    return known;
  }
  same(one, other) {
    return !one.verdict && one.annotator === this.annotator && one.question === other.question && Math.abs(one.start_s - other.start_s) < 1e-6 && Math.abs(one.end_s - other.end_s) < 1e-6;
  }
  answer(value) {
    const target = this.target();
    if (!target) return false;
    if (!this.annotator) {
      this.alert = "Nothing was labelled: say who you are first.";
      this.changed();
      return false;
    }
    const { start_s, end_s, suggested, share } = target;
    const place = { question: this.schema.question, clip: this.clip, start_s, end_s };
    const before = this.all().find((one) => this.same(one, place));
    if (before?.value === value) return true; // it is said already
    const operation = { kind: "answer", op_id: newId(), ...place, value, after: before?.op_id ?? "", ...(this.schema.classes.some((one) => one.name === suggested) ? { suggested, share } : {}) };
    this.alert = "";
    this.done.push(operation);
    this.outbox.add(operation);
    this.changed();
    return true;
  }
  back() {
    const last = this.done.pop();
    if (!last) return false;
    const { op_id, question, clip, start_s, end_s } = last;
    this.outbox.add({ kind: "undo", op_id: newId(), question, clip, start_s, end_s, undoes: op_id });
    this.changed();
    return true;
  }
  settled(result) {
    if (result.state === "saved") return;
    this.done = this.done.filter((one) => one.op_id !== result.op_id);
    this.alert = result.state === "conflict" ? "Another page of yours said something else about this meanwhile; both are kept, and what stands is shown." : `NOT saved: ${result.message}`;
  }
  received(message) {
    this.outbox.received(message.results);
    if (message.clip === this.clip) this.stored = message.labels;
    this.changed();
  }
  // A lane for each person and question that said something.
  bars() {
    const lanes = new Map();
    for (const one of this.all()) {
      const name = one.verdict ? `verdict: ${one.annotator}` : one.annotator, key = `${name}|${one.question}`;
      if (!lanes.has(key)) lanes.set(key, { name: `${name} · ${one.question.replaceAll("_", " ")}`, spans: [] });
      lanes.get(key).spans.push({ ...one, ...this.look(one.question, one.value) });
    }
    return [...lanes.values()];
  }
  look(question, value) {
    const schema = this.schemas.find((one) => one.question === question);
    const found = [...(schema?.classes ?? []), schema?.abstention].find((one) => one?.name === value);
    return { colour: found?.colour ?? "#999999", symbol: found?.symbol ?? "?" };
  }
  // What a label would be about now.
  aim(words) {
    setText(this.what, words);
  }
  draw(seek) {
    const save = this.outbox.state();
    setText(this.save, this.annotator ? save.words : "");
    setData(this.save, "state", save.state);
    setText(this.why, this.alert || (this.annotator ? save.why : ""));
    const rows = this.all().sort((a, b) => a.start_s - b.start_s);
    const told = (one) => `${one.verdict ? "verdict of " : ""}${one.annotator}, ${one.question.replaceAll("_", " ")}: ${one.value}, ${one.start_s.toFixed(2)}${one.end_s > one.start_s ? `–${one.end_s.toFixed(2)}` : ""} s${one.pending ? " (saving)" : ""}`;
    const wanted = JSON.stringify(rows.map(told));
    if (this.listed === wanted) return;
    this.listed = wanted;
    this.list.replaceChildren(...rows.map((one) => make("li", {}, button("jump", told(one), () => seek(one.start_s)))));
  }
}
