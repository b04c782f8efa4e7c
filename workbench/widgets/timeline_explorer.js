// The timeline's page: what the kernel sent once per clip, under a cursor; alpha and the gate's threshold redraw at once.

class TimelinePage {
  constructor(model, element) {
    Object.assign(this, { model, clip: "", data: null, span: null, marked: [], alert: "", stage: "wait" });
    this.player = new ClipPlayer({ changed: (time) => this.tick(time) });
    this.labels = new TimelineLabels({ send: (message) => this.send(message), changed: () => this.drawLabels(), target: () => this.target() });
    this.lanes = new TimelineLanes({ seek: (time) => this.seek(time), spanned: (from, to, done) => this.spanned(from, to, done), resized: () => this.redraw() });
    this.overlay = new FaceOverlay();
    this.root = make("div", { class: "aw-labeller aw-timeline-explorer", tabindex: "0", role: "group", "aria-label": "Timeline of a clip. Space plays, arrows step, number keys label; Escape leaves.", "data-lm-suppress-shortcuts": "true", onkeydown: (event) => this.key(event) });
    this.root.append(make("p", { class: "aw-note" }, "Getting the clips …"));
    element.append(this.root);
    this.onUnload = (event) => this.labels.outbox.leaving(event);
    window.addEventListener("beforeunload", this.onUnload);
    model.on("msg:custom", (message, buffers) => this.receive(message, buffers ?? []));
    this.send({ type: "ready" });
  }
  remove() {
    window.removeEventListener("beforeunload", this.onUnload);
    this.player.remove();
    this.labels.outbox.close();
    this.lanes.remove();
    this.root.remove();
  }
  send(message) {
    try {
      this.model.send(message);
    } catch (error) {
      console.warn("not sent", error); // the outbox sends labels again and says NOT saved meanwhile
    }
  }
  receive(message, buffers) {
    const handlers = {
      state: () => this.begin(message),
      begun: () => this.labels.named(message.annotator),
      refused: () => ((this.labels.alert = message.message), this.drawLabels()),
      trouble: () => this.say(message.message),
      progress: () => this.progress(message),
      clip: () => this.opened(message, buffers),
      said: () => this.labels.received(message),
      marked: () => this.mark(message),
    };
    handlers[message.type]?.();
  }
  begin(message) {
    Object.assign(this, message, { type: undefined });
    if (message.problem) return this.root.replaceChildren(make("p", { class: "aw-note", role: "alert" }, message.problem));
    this.build();
    this.labels.begin(message);
    this.open(this.clip || this.clips[0].clip);
  }
  build() {
    const slider = (name, words, values, value) => new FlipSlider({ name, words, values, value, classes: this.classes, most: this.most_stretches, moved: (to) => this.moved(name, to) });
    this.sliders = { alpha: slider("alpha", "alpha: share of the newest moment", this.alphas, this.alpha), threshold: slider("threshold", "gate: P(open) above which the voice is heard too", this.thresholds, this.threshold) };
    const key = (words, ...keys) => [words, ...keys.flatMap((one) => [" ", make("kbd", {}, one)])];
    this.chooser = make("select", { class: "aw-chooser", "aria-label": "Clip", "data-lm-suppress-shortcuts": "true", onchange: () => this.open(this.chooser.value) }, ...this.clips.map((one) => make("option", { value: one.clip }, this.nameOf(one))));
    const speed = make("select", { "aria-label": "Speed", "data-lm-suppress-shortcuts": "true", onchange: (event) => this.player.setSpeed(Number(event.target.value)) }, ...[1, 0.5, 0.25].map((one) => make("option", { value: one }, `${one}×`)));
    this.drawn = make("input", { type: "checkbox", onchange: () => this.drawPicture() });
    this.drawn.checked = true;
    this.play = button("play", key("▶ Play", "Space"), () => this.toggle(), { "aria-keyshortcuts": "Space" });
    this.readout = new TimelineReadout(this.classes);
    this.parts = { note: make("p", { class: "aw-note", role: "status" }), spoken: make("div", { class: "aw-spoken", "aria-live": "polite" }), legend: make("p", { class: "aw-legend" }, ...this.legend()) };
    const controls = make("div", { class: "aw-others" }, this.play, button("before", key("◀", "←"), () => this.step(-1), { "aria-label": "One moment back" }), button("after", key("▶", "→"), () => this.step(1), { "aria-label": "One moment on" }), speed, make("label", { class: "aw-check" }, this.drawn, "box and points"));
    this.root.replaceChildren(
      make("div", { class: "aw-timeline-head" }, make("label", {}, "Clip ", this.chooser), button("earlier", key("Before", "PgUp"), () => this.turn(-1)), button("later", key("Next", "PgDn"), () => this.turn(1))),
      this.parts.note,
      make("div", { class: "aw-timeline-top" }, make("div", { class: "aw-seen" }, this.overlay.canvas, controls), make("div", { class: "aw-told" }, this.readout.verdict, this.sliders.alpha.element, this.sliders.threshold.element, this.readout.here, this.readout.table)),
      this.parts.legend, this.lanes.element, this.labels.element, this.parts.spoken);
  }
  legend() {
    const dashes = ["long dashes", "dots", "a line"];
    return [...this.classes.flatMap((one, c) => [make("span", { class: "aw-symbol", style: `--aw-colour: ${one.colour}`, "aria-hidden": "true" }, one.symbol), ` ${one.name}: ${dashes[c]}   `]), "Drag over the lanes to take a span, click for a moment; Shift with arrows widens it."];
  }
  nameOf({ clip, speaker, truth, said, wrong }) {
    const mark = said ? (wrong ? "✗" : "✓") : "·";
    const told = said ? `said ${said}, is ${truth || "not known"}` : truth ? `is ${truth}, not in the run's test` : "not in the run's test";
    return `${mark} ${clip}: ${told}${speaker ? ` (speaker ${speaker})` : ""}`;
  }
  open(clip) {
    if (!clip || (this.stage === "fetching" && clip === this.clip)) return;
    this.player.unload();
    Object.assign(this, { clip, stage: "fetching", data: null, decision: null, span: null, marked: [], time: 0 });
    this.chooser.value = clip;
    this.root.dataset.stage = "fetching";
    this.say("Getting the clip …");
    this.send({ type: "open", clip });
  }
  turn(by) {
    const to = this.clips.findIndex((one) => one.clip === this.clip) + by;
    if (to >= 0 && to < this.clips.length) this.open(this.clips[to].clip);
  }
  progress({ clip, done, total, what }) {
    if (clip === this.clip) this.say(`Getting the clip: ${what} (${done} of ${total} networks asked) …`);
  }
  async opened(message, buffers) {
    if (message.clip !== this.clip) return;
    const { meta, layout, known, labels, media_problem } = message;
    try {
      await this.player.load({ meta, buffers }, "both");
    } catch (error) {
      return this.say(`This clip cannot be shown (${error.message}). Choose another one.`);
    }
    if (message.clip !== this.clip || !this.player.meta) return; // another one was asked for meanwhile
    this.data = { ...arraysOf(buffers.at(-1), layout), known, meta, sound: this.player.sound, classes: this.classes, k: this.classes.length, step: this.step_s, modality_colours: this.modality_colours };
    this.data.duration_s = this.data.time_s.at(-1) + this.step_s;
    this.lanes.load(this.data);
    this.overlay.canvas.hidden = !this.player.bitmaps.length;
    this.stage = "there";
    this.say(media_problem);
    this.labels.show(message.clip, labels);
    this.redraw();
    this.root.dataset.stage = "there";
    this.root.dataset.clip = message.clip;
    this.player.at = 0;
    if (this.awaited?.clip === message.clip) this.seek(this.awaited.time_s);
    else this.tick(0);
    this.awaited = null;
    if (message.marked.times_s.length) this.mark(message.marked);
  }
  // Alpha and threshold ------------------------------------------------------------------------------------------------
  moved(name, to) {
    const began = performance.now();
    this[name] = to;
    this.redraw(name);
    afterPaint(() => this.root.dispatchEvent(new CustomEvent("aw-redrawn", { bubbles: true, detail: { ms: performance.now() - began } })));
  }
  // What a slider's own strip shows does not depend on where that slider stands.
  redraw(moved = "") {
    if (!this.data) return;
    const { data, alpha, threshold } = this;
    this.decision = decide(data, data.k, alpha, threshold);
    if (moved !== "alpha") this.sliders.alpha.draw(overAlphas(data, data.k, threshold, this.alphas));
    if (moved !== "threshold") this.sliders.threshold.draw(overThresholds(data, data.k, alpha, this.thresholds));
    for (const slider of Object.values(this.sliders)) slider.tell();
    this.drawLanes(moved);
    this.drawDecision();
    this.drawReadout();
    this.drawPicture(); // the lips tell whether the gate is open
  }
  drawLanes(moved = "") {
    const bars = moved ? this.lanes.drawn.bars : [...this.labels.bars(), ...this.truths()];
    this.lanes.draw({ decision: this.decision, threshold: this.threshold, bars }, moved);
    this.lanes.drawCursor(this.time ?? 0, this.span, this.marked);
  }
  drawDecision() {
    const { data, decision } = this, name = this.classes[decision.winner]?.name ?? "";
    setData(this.root, "decision", name);
    this.readout.decided(decision, this.clips.find((choice) => choice.clip === this.clip).truth);
    const n_both = decision.fused.reduce((sum, both) => sum + both, 0);
    this.lanes.canvas.setAttribute("aria-label", `Lanes over ${data.duration_s.toFixed(2)} seconds, ${counted(data.time_s.length, "moment")}: ${this.lanes.lanes.map((lane) => lane.name).filter(Boolean).join(", ")}. Face and voice speak together in ${n_both}. Decision: ${name || "none"}. The table tells the numbers at the cursor.`);
  }
  // The recording's own truth as lanes: one bar for each stretch of the same word.
  truths() {
    const { known, time_s } = this.data;
    return Object.entries(known).flatMap(([question, words]) => {
      const runs = runsOf(words.length, (t) => words[t] || null);
      const spans = runs.map(([from, to, value]) => ({ start_s: time_s[from], end_s: time_s[to], value, ...this.labels.look(question, value) }));
      return spans.length ? [{ name: `truth · ${question}`, spans }] : [];
    });
  }
  // The cursor ---------------------------------------------------------------------------------------------------------
  moment(time = this.time) {
    return Math.min(Math.max(Math.floor(time / this.step_s + 1e-6), 0), this.data.time_s.length - 1);
  }
  tick(time) {
    if (!this.data || this.stage !== "there") return;
    this.time = time;
    this.root.dataset.timeS = time.toFixed(4);
    setData(this.root, "playing", String(Boolean(this.player.run)));
    this.lanes.drawCursor(time, this.span, this.marked);
    this.drawPicture();
    this.drawReadout();
    this.drawLabels(false);
    setText(this.play.firstChild, this.player.run ? "❚❚ Stop" : "▶ Play");
  }
  drawPicture() {
    const { player, data } = this;
    if (!data || !player.bitmaps.length) return;
    const frame = player.frameAt(this.time ?? 0), shown = player.times[frame];
    this.root.dataset.frameS = shown.toFixed(4);
    // The moment that saw this very picture: its box and points, and no neighbour's.
    let t = this.moment();
    for (const by of [0, -1, 1]) if (Math.abs(data.frame_time_s[t + by] - shown) < 1e-4) { t += by; break; }
    const found = this.drawn.checked ? { box: data.box.subarray(4 * t, 4 * t + 4), points: data.landmarks.subarray(136 * t, 136 * t + 136), open: data.p_open[t] > this.threshold } : null;
    this.overlay.draw(player.bitmaps[frame], data.meta.view, found);
  }
  drawReadout() {
    this.readout.at(this.moment(), this.data, this.decision, this.threshold);
  }
  seek(time) {
    if (this.stage !== "there") return;
    const at = this.data.time_s[this.moment(Math.min(Math.max(time, 0), this.data.duration_s))];
    this.player.seek(at);
    if (!this.player.run) this.tick(at); // the lanes may be longer than the pictures
  }
  step(by) {
    if (!this.data) return;
    const run = Boolean(this.player.run);
    if (run) this.player.stop();
    this.seek(this.data.time_s[Math.min(Math.max(this.moment() + by, 0), this.data.time_s.length - 1)]);
    setText(this.parts.spoken, this.readout.here.textContent);
  }
  async toggle() {
    if (this.stage !== "there") return;
    if (this.player.run) return this.player.stop(), this.tick(this.player.at);
    await this.player.wake();
    if (this.stage === "there" && !this.player.run) this.player.play(this.time);
  }
  // Spans and labels ---------------------------------------------------------------------------------------------------
  spanned(from, to, done) {
    if (!this.data) return;
    const had = this.span;
    if (from === null) this.span = this.anchor = null;
    else {
      const [first, last] = [from, to].map((time) => this.moment(time)).sort((a, b) => a - b);
      this.span = { start_s: this.data.time_s[first], end_s: this.data.time_s[last] };
    }
    this.lanes.drawCursor(this.time, this.span, this.marked);
    this.drawLabels(false);
    if (done && (this.span || had)) this.send({ type: "chosen", clip: this.clip, ...(this.span ?? { start_s: null, end_s: null }) });
  }
  widen(by) {
    if (!this.data) return;
    const at = this.data.time_s[this.moment()];
    this.anchor = this.span ? this.anchor ?? this.span.start_s : at;
    this.step(by);
    this.spanned(this.anchor, this.data.time_s[this.moment()], false);
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.span && this.send({ type: "chosen", clip: this.clip, ...this.span }), 250); // once the key rests
  }
  target() {
    if (!this.data) return null;
    if (this.span) return { ...this.span };
    const t = this.moment(), { said } = this.decision, { k } = this.data;
    const at = { start_s: this.data.time_s[t], end_s: this.data.time_s[t] };
    if (!isKnown(said, k, t)) return at;
    const best = this.classes.map((_, c) => said[t * k + c]).reduce((most, p, c, all) => (p > all[most] ? c : most), 0);
    return { ...at, suggested: this.classes[best].name, share: said[t * k + best] };
  }
  mark({ clip, times_s, only, words }) {
    if (only && only[0] !== this.clip) return this.offer(...only);
    if (clip !== this.clip || !this.data || (!times_s.length && !this.marked.length)) return;
    this.marked = times_s;
    if (only) this.seek(only[1]);
    this.lanes.drawCursor(this.time, this.span, this.marked);
    this.say(times_s.length ? `${counted(times_s.length, "moment")} of this clip ${times_s.length === 1 ? "is" : "are"} chosen elsewhere (▲ on the axis)${words ? `: ${words}` : ""}` : "");
  }
  // Another clip's moment is only offered: opening takes the kernel's time, which whoever chose it may need.
  offer(clip, time_s) {
    const go = () => ((this.awaited = { clip, time_s }), this.open(clip));
    this.parts.note.replaceChildren(`Chosen elsewhere: ${clip} at ${time_s.toFixed(2)} s. `, button("go", "Open it here", go));
  }
  // `lanes`: what people said has changed too, not only where the cursor is.
  drawLabels(lanes = true) {
    if (!this.parts) return;
    const { span } = this;
    const words = !this.data ? "" : span ? `${span.start_s.toFixed(2)}–${span.end_s.toFixed(2)} s (${counted(Math.round((span.end_s - span.start_s) / this.step_s) + 1, "moment")})` : `the moment at ${this.data.time_s[this.moment(this.time ?? 0)].toFixed(2)} s`;
    this.labels.aim(words);
    if (!lanes) return;
    this.labels.draw((time) => this.seek(time));
    if (this.data && this.decision) this.drawLanes();
  }
  say(words) {
    if (this.parts) setText(this.parts.note, words ?? "");
  }
  key(event) {
    const { target } = event;
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const its = { range: /^(Arrow|Home|End|Page)/.test(name), checkbox: false, text: true }[target.type] ?? target.tagName === "SELECT"; // keys of a form's own
    if (its || event.altKey || !this.parts) return;
    const undo = name === "Backspace" || ((event.ctrlKey || event.metaKey) && name === "z");
    if (!undo && (event.ctrlKey || event.metaKey)) return;
    if ((["BUTTON", "SUMMARY"].includes(target.tagName) || target.type === "checkbox") && [" ", "Enter"].includes(name)) return;
    const by = event.shiftKey ? (step) => this.widen(step) : (step) => (this.spanned(null, null, true), this.step(step));
    const deeds = { " ": () => this.toggle(), ArrowLeft: () => by(-1), ArrowRight: () => by(1), Home: () => this.seek(0), End: () => this.data && this.seek(this.data.duration_s), PageUp: () => this.turn(-1), PageDown: () => this.turn(1), Escape: () => (this.span ? this.spanned(null, null, true) : document.activeElement?.blur()) };
    const choice = this.labels.schema && this.labels.choices().find((one) => one.keys.includes(name));
    const deed = undo ? () => setText(this.parts.spoken, this.labels.back() ? "taken back" : "nothing to take back") : choice ? () => this.labels.answer(choice.name) && setText(this.parts.spoken, `labelled ${choice.name}`) : deeds[name];
    if (!deed) return;
    event.preventDefault();
    if (!event.repeat || name.startsWith("Arrow")) deed();
  }
}

// The arrays of one buffer of float64, by name.
function arraysOf(view, layout) {
  const numbers = new Float64Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
  let at = 0;
  return Object.fromEntries(layout.map(([name, rows, columns]) => [name, numbers.subarray(at, (at += rows * columns))]));
}

export default () => ({
  initialize() {},
  render({ model, el }) {
    const page = new TimelinePage(model, el);
    return () => page.remove();
  },
});
