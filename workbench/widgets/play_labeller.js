// Label while it plays: the page. Space watches; Enter plays and labels: a held key marks its answer, and where the
// question has one, no key held means the other. SpanBook knows the spans, SpanTimeline draws them, ClipPlayer plays.

class PlayPage {
  constructor(model, element) {
    Object.assign(this, { model, stage: "wait", number: 0, labelling: false, held: null, reaction: 0, alert: "", own: new Set() });
    this.outbox = new Outbox({ send: (message) => this.send(message), changed: () => this.drawStatus(), settled: (result, operation) => this.settled(result, operation), adopted: () => this.drawStatus() });
    this.player = new ClipPlayer({ changed: (time) => this.tick(time) });
    this.player.speed = 0.5;
    this.root = make("div", { class: "aw-labeller aw-play", tabindex: "0", role: "group", "data-lm-suppress-shortcuts": "true", onkeydown: (event) => this.key(event), onkeyup: (event) => this.keyUp(event), onfocusout: () => setTimeout(() => !this.root.contains(document.activeElement) && this.letGo()) });
    this.root.append(make("p", { class: "aw-note" }, "Getting the clips ready …"));
    element.append(this.root);
    this.onUnload = (event) => this.outbox.leaving(event);
    this.onBlur = () => this.letGo(); // whoever goes to another window lets the key go there
    window.addEventListener("beforeunload", this.onUnload);
    window.addEventListener("blur", this.onBlur);
    model.on("msg:custom", (message, buffers) => this.receive(message, buffers ?? []));
    this.send({ type: "ready" });
  }
  remove() {
    window.removeEventListener("beforeunload", this.onUnload);
    window.removeEventListener("blur", this.onBlur);
    this.player.remove();
    this.outbox.close();
    this.root.remove();
  }
  send(message) {
    try {
      this.model.send(message);
    } catch (error) {
      console.warn("not sent", error); // the outbox sends it again and says NOT saved meanwhile
    }
  }
  receive(message, buffers) {
    const handlers = {
      state: () => this.begin(message),
      refused: () => setText(this.refusal, message.message),
      trouble: () => ((this.alert = message.message), this.drawStatus()),
      clip: () => this.opened(message, buffers),
      said: () => ((this.effective = message.effective ?? this.effective), this.outbox.received(message.results), this.drawStatus()),
    };
    handlers[message.type]?.();
  }
  begin(message) {
    Object.assign(this, message);
    if (message.problem) return this.root.replaceChildren(make("p", { class: "aw-note", role: "alert" }, message.problem));
    this.choices = [...message.schema.classes, ...(message.schema.abstention ? [message.schema.abstention] : [])];
    if (!message.annotator) return this.askName();
    this.book = new SpanBook({ step: message.step_s, say: (operations) => this.post(operations) });
    this.build();
    this.outbox.begin(`${message.project}/${message.schema.question}/play/${message.annotator}`);
    this.open(Math.max(message.labelled.indexOf(false), 0));
  }
  askName() {
    const input = make("input", { type: "text", maxlength: "64", autocomplete: "nickname", required: "", value: localStorage.getItem("workbench.annotator") ?? "" });
    this.refusal = make("p", { class: "aw-refusal", role: "alert" });
    const submit = (event) => {
      event.preventDefault();
      localStorage.setItem("workbench.annotator", input.value);
      this.send({ type: "begin", annotator: input.value });
    };
    this.root.replaceChildren(make("h2", {}, this.schema.prompt), make("p", { class: "aw-guideline" }, this.schema.guideline),
      make("form", { class: "aw-form", onsubmit: submit }, make("label", {}, "Your name ", input), make("button", { type: "submit", class: "aw-button aw-start" }, "Start")), this.refusal);
  }
  build() {
    this.root.setAttribute("aria-label", `${this.schema.prompt} Enter plays and labels, keys are held; Escape leaves.`);
    const key = (words, ...keys) => [words, ...keys.flatMap((one) => [" ", make("kbd", {}, one)])];
    const holds = this.choices.filter((one) => one.name !== this.rest).map((one) =>
      make("button", { type: "button", class: "aw-button aw-answer", style: `--aw-colour: ${one.colour}`, "data-value": one.name, onpointerdown: () => this.hold(one.name), onpointerup: () => this.letGo(), onpointerleave: () => this.letGo() },
        make("span", { class: "aw-symbol", "aria-hidden": "true" }, one.symbol), `hold: ${one.name}`, ...one.keys.map((name) => make("kbd", {}, name))));
    const speed = make("select", { "aria-label": "Speed", "data-lm-suppress-shortcuts": "true", onchange: (event) => this.player.setSpeed(Number(event.target.value)) }, ...[0.25, 0.5, 0.75, 1].map((one) => make("option", { value: one }, `${one}×`)));
    speed.value = String(this.player.speed);
    const reaction = make("input", { type: "number", min: "0", max: "1000", step: "10", value: String(1000 * this.reaction), "aria-label": "Reaction time in milliseconds", onchange: (event) => (this.reaction = Math.min(Math.max(Number(event.target.value) || 0, 0), 1000) / 1000) });
    this.picture = make("canvas", { class: "aw-moving", width: "360", height: "360", role: "img", "aria-label": "The clip" });
    this.timeline = new SpanTimeline({ choices: this.choices, seek: (time) => this.seek(time), moved: () => this.drawSpans() });
    this.parts = { progress: make("span", {}), save: make("span", { class: "aw-save" }), why: make("p", { class: "aw-why", role: "alert" }), list: make("ol", { class: "aw-spans", "aria-label": "Spans" }), counts: make("p", { class: "aw-counts" }), spoken: make("div", { class: "aw-spoken", "aria-live": "polite" }) };
    this.label = button("label", key("● Label", "Enter"), () => this.play(true));
    this.watch = button("watch", key("▶ Watch", "Space"), () => this.play(false));
    const rest = this.rest ? `No key held means ${this.rest}.` : "No key held leaves it open.";
    this.root.replaceChildren(
      make("div", { class: "aw-status" }, this.parts.progress, this.parts.save), this.parts.why, make("h2", {}, this.schema.prompt),
      ...(this.schema.modality === "voice" ? [] : [this.picture]), this.timeline.canvas,
      make("div", { class: "aw-answers" }, this.label, ...holds),
      make("div", { class: "aw-others" }, this.watch, speed, button("previous", key("Earlier edge", "["), () => this.timeline.select(-1)), button("next", key("Later edge", "]"), () => this.timeline.select(1)), button("delete", key("Delete span", "Del"), () => this.drop()), button("join", key("Join with next", "j"), () => this.join()), button("undo", key("Undo", "⌫"), () => this.back())),
      make("div", { class: "aw-others" }, button("earlier", key("Clip before", "PgUp"), () => this.open(this.number - 1)), button("later", key("Next clip", "PgDn"), () => this.open(this.number + 1)), make("label", { class: "aw-reaction" }, "Reaction time taken off (ms) ", reaction)),
      make("p", { class: "aw-hint" }, `${rest} Arrows step; with an edge chosen they move it by one moment (30 ms). A hand is later than a mouth: spans start late by your reaction time unless it is taken off.`),
      this.parts.list, this.parts.counts, make("details", { class: "aw-guideline" }, make("summary", {}, "How to decide"), this.schema.guideline), this.parts.spoken);
  }
  open(number) {
    if (number < 0 || number >= this.pieces.length) return;
    this.halt();
    this.player.unload();
    Object.assign(this, { number, stage: "fetching", alert: "" });
    this.drawStatus();
    this.send({ type: "clip", number });
  }
  async opened(message, buffers) {
    if (message.number !== this.number) return;
    try {
      await this.player.load({ meta: message.meta, buffers }, this.schema.modality);
    } catch (error) {
      this.alert = `This clip cannot be shown (${error.message}). Go on with the next one.`;
      return this.drawStatus();
    }
    if (message.number !== this.number || !this.player.meta) return; // another clip was asked for meanwhile
    const waiting = [...this.outbox.entries.values()].some((entry) => entry.operation.clip === message.meta.clip);
    if (!waiting || this.book.clip !== message.meta.clip) this.book.load(message.meta.clip, message.spans);
    this.player.at = message.meta.from_s;
    if (this.player.bitmaps.length) Object.assign(this.picture, { width: this.player.bitmaps[0].width, height: this.player.bitmaps[0].height });
    this.picture.hidden = !this.player.bitmaps.length;
    this.timeline.load(this.player, this.book);
    this.stage = "label";
    this.root.dataset.clip = message.meta.clip;
    this.tick(this.player.at);
    this.drawSpans();
    this.drawStatus();
  }
  post(operations) {
    for (const one of operations) {
      this.own.add(one.op_id);
      this.outbox.add(one);
    }
    this.drawStatus(); // "saved" must not stand a moment longer than it is true
  }
  // Playing and marking ----------------------------------------------------------------------------------------------
  async play(labelling) {
    if (this.stage !== "label") return;
    if (this.player.run) return this.halt();
    await this.player.wake();
    if (this.stage !== "label" || this.player.run) return;
    this.player.play(this.player.at);
    Object.assign(this, { labelling, mark: labelling ? this.player.at : null });
    this.root.dataset.state = labelling ? "labelling" : "watching";
    this.say(labelling ? "labelling" : "watching");
  }
  halt() {
    if (!this.player.run) return;
    this.player.stop();
    this.ended();
  }
  ended() {
    const end = this.player.at;
    if (this.labelling) this.until(end, this.held);
    Object.assign(this, { labelling: false, held: null });
    this.root.dataset.state = "still";
    this.drawSpans();
    this.say("stopped");
  }
  // The time on the screen when the hand moved, less the time the hand took.
  handTime() {
    return Math.max(this.player.now - this.reaction * this.player.speed, this.mark ?? 0);
  }
  until(time, value) {
    const first = this.book.moment(this.mark), last = this.book.moment(this.book.moment(time) - this.book.step);
    const named = value ?? this.rest;
    if (named && this.book.moment(time) > first) this.book.paint(first, last, named, { speed: this.player.speed, reaction_s: this.reaction });
    this.mark = time;
    this.drawSpans();
  }
  hold(value) {
    if (!this.labelling) return this.relabel(value);
    if (this.held === value) return;
    this.until(this.handTime(), this.held);
    this.held = value;
  }
  letGo() {
    if (!this.labelling || !this.held) return;
    this.until(this.handTime(), this.held);
    this.held = null;
  }
  tick(time) {
    if (!this.player.meta || this.stage !== "label") return;
    this.root.dataset.timeS = time.toFixed(4);
    if (this.player.bitmaps.length) this.picture.getContext("2d").drawImage(this.player.bitmaps[this.player.frameAt(time)], 0, 0);
    this.timeline.draw(time, this.labelling && (this.held ?? this.rest) ? { from: this.mark, value: this.held ?? this.rest } : null);
    if (!this.player.run && this.root.dataset.state !== "still" && this.root.dataset.state) this.ended();
  }
  seek(time) {
    this.halt();
    this.player.seek(this.book.moment(time));
  }
  // Corrections ------------------------------------------------------------------------------------------------------
  chosen() {
    return this.timeline.selected?.span ?? this.book.at(this.player.at);
  }
  relabel(value) {
    const span = this.chosen();
    if (span && !this.player.run) this.book.paint(span.start_s, span.end_s, value, { edited: true }), this.drawSpans();
  }
  drop() {
    const span = this.chosen();
    if (!span) return;
    this.book.remove(span);
    this.timeline.selected = null;
    this.drawSpans();
  }
  join() {
    const span = this.chosen();
    if (span) this.book.join(span), (this.timeline.selected = null), this.drawSpans();
  }
  back() {
    this.halt();
    this.timeline.selected = null;
    if (this.book.back()) this.say("taken back"), this.drawSpans();
  }
  step(by) {
    if (this.timeline.selected) return this.timeline.nudge(by);
    this.seek(this.player.at + by * this.book.step);
  }
  settled(result, operation) {
    if (result.state === "saved") {
      // What an earlier page said is in the store only now: show it, unless somebody is at work here.
      if (!this.own.has(operation.op_id) && !this.outbox.entries.size && !this.player.run) this.open(this.number);
      return;
    }
    const why = result.state === "conflict" ? "Another page of yours changed this span meanwhile; both are kept. What stands is shown again." : `NOT saved: ${result.message}`;
    this.open(this.number);
    this.alert = why;
    this.drawStatus();
  }
  key(event) {
    if (["INPUT", "SELECT"].includes(event.target.tagName) || event.altKey || this.stage !== "label") return;
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (name === "Escape") return this.timeline.selected ? ((this.timeline.selected = null), this.drawSpans()) : document.activeElement?.blur();
    const undo = name === "Backspace" || ((event.ctrlKey || event.metaKey) && name === "z");
    if (!undo && (event.ctrlKey || event.metaKey)) return;
    const onButton = event.target.tagName === "BUTTON" && ["Enter", " "].includes(name);
    const choice = this.choices.find((one) => one.keys.includes(name));
    const deeds = { " ": () => this.play(false), Enter: () => this.play(true), ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1), "[": () => this.timeline.select(-1), "]": () => this.timeline.select(1), Delete: () => this.drop(), j: () => this.join(), PageUp: () => this.open(this.number - 1), PageDown: () => this.open(this.number + 1) };
    const deed = undo ? () => this.back() : choice ? () => this.hold(choice.name) : deeds[name];
    if (!deed || onButton) return;
    event.preventDefault();
    if (!event.repeat || name.startsWith("Arrow")) deed();
  }
  keyUp(event) {
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (this.choices?.find((one) => one.name === this.held)?.keys.includes(name)) this.letGo();
  }
  say(words) {
    if (this.parts) this.parts.spoken.textContent = words;
  }
  drawSpans() {
    if (!this.player.meta) return;
    this.timeline.draw(this.player.now, null);
    const chosen = this.timeline.selected?.span;
    const row = (span) => button("span", `${span.value} ${span.start_s.toFixed(2)}–${(span.end_s + this.book.step).toFixed(2)} s`, () => ((this.timeline.selected = { span, edge: "start" }), this.seek(span.start_s), this.drawSpans()), { "aria-pressed": String(span === chosen) });
    this.parts.list.replaceChildren(...this.book.spans.map((span) => make("li", {}, row(span))));
    this.root.dataset.spans = JSON.stringify(this.book.spans.map(({ start_s, end_s, value }) => [start_s, end_s, value]));
    if (this.timeline.selected) this.say(`${this.timeline.selected.edge} of ${chosen.value}, ${chosen[`${this.timeline.selected.edge}_s`].toFixed(2)} seconds`);
  }
  drawStatus() {
    if (!this.parts) return;
    const { n_spans = 0, n_moments = 0, n_clips = 0 } = this.effective ?? {};
    setText(this.parts.progress, `clip ${this.number + 1} of ${this.pieces.length}${this.stage === "fetching" ? " · getting it …" : ""}`);
    setText(this.parts.counts, `${counted(n_spans, "span")} (that many decisions) label ${counted(n_moments, "moment")} in ${counted(n_clips, "clip")}.`);
    const save = this.outbox.state();
    setText(this.parts.save, save.words);
    setData(this.parts.save, "state", save.state);
    setText(this.parts.why, this.alert || save.why);
  }
}

export default () => ({
  initialize() {},
  render({ model, el }) {
    const page = new PlayPage(model, el);
    return () => page.remove();
  },
});
