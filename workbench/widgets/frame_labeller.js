// Keys are answered here, in the browser: the next picture is painted at once and the answer travels behind.
// Outbox: what was said and is not yet on disk. Sitting: the queue of pictures, knows no page. View: the page.

const AHEAD = 30; // pictures kept decoded before they are needed
const BATCH = 10;
const NO_ANSWER_MS = 5000; // after this an operation counts as NOT saved and is sent again
const RETRY_MS = 3000;
const KEPT = 30; // past pictures kept for undo

const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

class Outbox {
  constructor(send, changed) {
    Object.assign(this, { send, changed, entries: new Map() });
    this.timer = setInterval(() => this.flush(), 1000);
  }
  add(message) {
    // What was said about one picture is kept in its order; different pictures need not wait for each other.
    const earlier = [...this.entries.values()].filter((entry) => entry.message.task_id === message.task_id).pop();
    this.entries.set(message.op_id, { message, needs: earlier?.message.op_id, born: performance.now(), due: 0, problem: "" });
    this.flush();
  }
  flush() {
    const now = performance.now();
    for (const entry of this.entries.values()) {
      if (now < entry.due || this.entries.has(entry.needs)) continue;
      entry.due = now + NO_ANSWER_MS;
      this.send(entry.message);
    }
    this.changed();
  }
  saved(id) {
    if (this.entries.delete(id)) this.flush();
  }
  failed(id, problem) {
    const entry = this.entries.get(id);
    if (entry) Object.assign(entry, { problem, due: performance.now() + RETRY_MS });
    this.changed();
  }
  drop(id) {
    this.entries.delete(id);
    for (const entry of [...this.entries.values()]) if (entry.message.undoes === id) this.entries.delete(entry.message.op_id);
    this.flush();
  }
  state() {
    const all = [...this.entries.values()];
    const late = all.filter((entry) => entry.problem || performance.now() - entry.born > NO_ANSWER_MS);
    const why = late.find((entry) => entry.problem)?.problem || "NOT saved: no reply from the kernel. It may be busy, or stopped: then run this page again.";
    if (late.length) return { state: "lost", words: `✗ NOT saved: ${late.length}`, why: `${why} Kept here and sent again; leave this page open.` };
    if (all.length) return { state: "saving", words: `… saving ${all.length}`, why: "" };
    return { state: "saved", words: "✓ saved", why: "" };
  }
}

class Sitting extends EventTarget {
  constructor(model) {
    super();
    this.model = model;
    this.stage = "wait";
    this.outbox = new Outbox((message) => this.send(message), () => this.changed());
    this.clear();
    model.on("msg:custom", (message, buffers) => this.receive(message, buffers));
    this.send({ type: "ready" });
  }
  clear() {
    Object.assign(this, { queue: [], past: [], start: 0, asking: false, exhausted: false, skipped: false, alert: "", arrivals: Promise.resolve() });
  }
  send(message) {
    try {
      this.model.send(message);
    } catch (error) {
      console.warn("not sent", error); // the outbox sends it again and says NOT saved meanwhile
    }
  }
  changed() {
    this.dispatchEvent(new Event("change"));
  }
  receive(message, buffers = []) {
    const handlers = {
      state: () => this.begin(message),
      refused: () => (this.refusal = message.message),
      trouble: () => (this.alert = message.message),
      items: () => this.arrived(message, buffers),
      item: () => this.arrivedAgain(message.item, buffers),
      saved: () => {
        this.pace = message.progress;
        this.outbox.saved(message.op_id);
      },
      not_saved: () => (message.retry ? this.outbox.failed(message.op_id, message.message) : this.rejected(message)),
    };
    handlers[message.type]?.();
    this.changed();
  }
  begin(message) {
    this.clear();
    this.schema = message.schema;
    this.problem = message.problem;
    this.annotator = message.annotator;
    this.stage = message.problem ? "problem" : message.progress ? "label" : "name";
    if (this.stage !== "label") return;
    const { total, answered, skipped } = message.progress;
    this.count = { total, answer: answered, skip: skipped };
    this.pace = message.progress;
    this.past = message.recent.map((said) => ({ ...said, item: null }));
    this.more();
  }
  more() {
    if (this.asking || this.exhausted || this.queue.length >= AHEAD) return;
    this.asking = true;
    this.send({ type: "more", start: this.start, n: this.start ? BATCH : 3, skipped: this.skipped });
  }
  async decode(item, buffers) {
    item.bitmaps = await Promise.all(buffers.map((png) => createImageBitmap(new Blob([png], { type: "image/png" }))));
    return item;
  }
  arrived(message, buffers) {
    let taken = 0;
    const coming = message.items.map((item) => this.decode(item, buffers.slice(taken, (taken += item.pictures.length))));
    this.arrivals = Promise.all(coming).then((items) => {
      const known = new Set(this.queue.map((item) => item.task_id));
      this.queue.push(...items.filter((item) => !known.has(item.task_id)));
      this.start = message.next;
      this.exhausted = message.next >= this.count.total;
      this.asking = false;
      this.changed();
      this.more();
    });
  }
  async arrivedAgain(item, buffers) {
    const waiting = this.queue.find((one) => one.task_id === item.task_id);
    if (waiting) Object.assign(waiting, await this.decode(item, buffers));
    this.changed();
  }
  get current() {
    return this.queue[0]?.bitmaps ? this.queue[0] : null;
  }
  get finished() {
    return this.exhausted && !this.queue.length;
  }
  say(kind, value = "") {
    const item = this.current;
    if (!item) return false;
    this.queue.shift();
    this.alert = "";
    const said = { op_id: newId(), task_id: item.task_id, kind, value, item };
    this.past.push(said);
    if (this.past.length > KEPT) this.past[this.past.length - KEPT - 1].item = null;
    if (this.skipped) this.count.skip -= 1;
    this.count[kind] += 1;
    const seconds_taken = (performance.now() - (item.shown ?? performance.now())) / 1000;
    this.changed();
    this.outbox.add({ type: kind, op_id: said.op_id, task_id: item.task_id, value, seconds_taken });
    this.more();
    return true;
  }
  undo() {
    const last = this.past.pop();
    if (!last) return false;
    this.takeBack(last);
    this.outbox.add({ type: "undo", op_id: newId(), task_id: last.task_id, undoes: last.op_id });
    return true;
  }
  takeBack(said) {
    this.alert = "";
    this.count[said.kind] -= 1;
    const item = said.item ?? { task_id: said.task_id, pictures: [] };
    item.shown = undefined;
    this.queue = [item, ...this.queue.filter((one) => one.task_id !== said.task_id)];
    if (!item.bitmaps) this.send({ type: "item", task_id: said.task_id });
    this.changed();
  }
  rejected(message) {
    const said = this.past.find((one) => one.op_id === message.op_id);
    this.past = this.past.filter((one) => one !== said);
    if (said) this.takeBack(said);
    this.outbox.drop(message.op_id);
    this.alert = `NOT saved: ${message.message}`;
  }
  showSkipped() {
    Object.assign(this, { start: 0, exhausted: false, skipped: true });
    this.more();
    this.changed();
  }
}

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  // JupyterLab asks the focused element itself, not those around it, whether its own keys are to be left alone.
  if (["button", "input", "summary"].includes(tag)) element.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children); // text is always added as text, never as markup
  return element;
};
const inWords = (seconds) => (seconds < 90 ? `about ${Math.max(1, Math.round(seconds))} s left` : `about ${Math.round(seconds / 60)} min left`);

class View {
  constructor(sitting, element) {
    Object.assign(this, { sitting, element, shownStage: "" });
    this.root = make("div", { class: "aw-labeller", tabindex: "0", role: "group", "data-lm-suppress-shortcuts": "true", onkeydown: (event) => this.key(event) });
    this.body = make("div", { class: "aw-body" });
    this.spoken = make("div", { class: "aw-spoken", "aria-live": "polite" });
    this.root.append(this.body, this.spoken);
    element.append(this.root);
    this.draw = this.draw.bind(this);
    this.beforeUnload = (event) => this.sitting.outbox.entries.size && event.preventDefault();
    sitting.addEventListener("change", this.draw);
    window.addEventListener("beforeunload", this.beforeUnload);
    this.draw();
  }
  remove() {
    this.sitting.removeEventListener("change", this.draw);
    window.removeEventListener("beforeunload", this.beforeUnload);
    this.root.remove();
  }
  key(event) {
    if (event.target instanceof HTMLInputElement || event.altKey) return;
    const undo = event.key === "Backspace" || ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z");
    if (event.key === "Escape") return document.activeElement?.blur();
    if (!undo && (event.ctrlKey || event.metaKey)) return;
    if (this.sitting.stage !== "label") return;
    const answer = this.sitting.schema.classes.find((one) => one.keys.includes(event.key.toLowerCase()));
    if (!undo && !answer && event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    if (event.repeat) return; // a held key is one answer
    if (undo) this.act(() => this.sitting.undo(), "taken back", event.timeStamp);
    else if (answer) this.act(() => this.sitting.say("answer", answer.name), answer.name, event.timeStamp);
    else this.act(() => this.sitting.say("skip"), "skipped", event.timeStamp);
  }
  act(what, words, began = performance.now()) {
    if (!what()) return;
    const { total, answer, skip } = this.sitting.count;
    this.spoken.textContent = `${words}. ${answer + skip} of ${total}.`;
    if (!this.root.contains(document.activeElement)) this.root.focus({ preventScroll: true });
    const ready = Boolean(this.sitting.current);
    requestAnimationFrame(() => {
      const channel = new MessageChannel(); // its task runs after the frame was painted
      channel.port1.onmessage = () => this.root.dispatchEvent(new CustomEvent("aw-painted", { bubbles: true, detail: { ms: performance.now() - began, ready } }));
      channel.port2.postMessage(0);
    });
  }
  draw() {
    const { sitting } = this;
    const stage = sitting.stage === "label" && sitting.finished ? "end" : sitting.stage;
    if (stage !== this.shownStage) {
      const hadFocus = this.root.contains(document.activeElement);
      this.shownStage = stage;
      this.body.replaceChildren(...this[`${stage}Stage`]());
      if (hadFocus) this.root.focus({ preventScroll: true });
      if (hadFocus) requestAnimationFrame(() => this.root.scrollIntoView({ block: "nearest" }));
    }
    if (stage === "name") this.parts.refusal.textContent = sitting.refusal ?? "";
    if (stage === "label" || stage === "end") this.drawStatus();
    if (stage === "label") this.drawPicture();
  }
  waitStage() {
    return [make("p", { class: "aw-note" }, "Getting the pictures ready …")];
  }
  problemStage() {
    return [make("p", { class: "aw-note", role: "alert" }, this.sitting.problem)];
  }
  nameStage() {
    const input = make("input", { type: "text", name: "annotator", maxlength: "64", autocomplete: "nickname", required: "", value: localStorage.getItem("workbench.annotator") ?? "" });
    const submit = (event) => {
      event.preventDefault();
      localStorage.setItem("workbench.annotator", input.value);
      this.root.focus({ preventScroll: true });
      this.sitting.send({ type: "begin", annotator: input.value });
    };
    this.parts = { refusal: make("p", { class: "aw-refusal", role: "alert" }) };
    return [
      make("h2", {}, this.sitting.schema.prompt),
      make("p", { class: "aw-guideline" }, this.sitting.schema.guideline),
      make("form", { class: "aw-form", onsubmit: submit }, make("label", {}, "Your name ", input), make("button", { type: "submit", class: "aw-button aw-start" }, "Start")),
      this.parts.refusal,
    ];
  }
  statusRow() {
    const fill = make("div", { class: "aw-fill" });
    const bar = make("div", { class: "aw-bar", role: "progressbar", "aria-label": "frames done", "aria-valuemin": "0" }, fill);
    Object.assign((this.parts ??= {}), { fill, bar, progress: make("span", {}), save: make("span", { class: "aw-save" }), why: make("p", { class: "aw-why", role: "alert" }) });
    return [bar, make("div", { class: "aw-status" }, this.parts.progress, this.parts.save), this.parts.why];
  }
  labelStage() {
    const { schema } = this.sitting;
    this.parts = { pictures: make("div", { class: "aw-pictures" }) };
    this.root.setAttribute("aria-label", `${schema.prompt} Keys work while this has the focus; Escape leaves.`);
    const answers = schema.classes.map((one) =>
      make("button", { type: "button", class: "aw-button aw-answer", style: `--aw-colour: ${one.colour}`, "data-value": one.name, "aria-keyshortcuts": one.keys.join(" "), onclick: (event) => this.act(() => this.sitting.say("answer", one.name), one.name, event.timeStamp) },
        make("span", { class: "aw-symbol", "aria-hidden": "true" }, one.symbol), make("span", {}, one.name), ...one.keys.map((key) => make("kbd", {}, key))));
    const undo = make("button", { type: "button", class: "aw-button", "data-action": "undo", "aria-keyshortcuts": "Backspace Control+Z", onclick: (event) => this.act(() => this.sitting.undo(), "taken back", event.timeStamp) }, "Undo ", make("kbd", {}, "⌫"));
    const skip = make("button", { type: "button", class: "aw-button", "data-action": "skip", "aria-keyshortcuts": "s", onclick: (event) => this.act(() => this.sitting.say("skip"), "skipped", event.timeStamp) }, "Skip ", make("kbd", {}, "s"));
    return [
      ...this.statusRow(),
      make("h2", {}, schema.prompt),
      this.parts.pictures,
      make("div", { class: "aw-answers", role: "group", "aria-label": schema.prompt }, ...answers),
      make("div", { class: "aw-others" }, undo, skip, make("span", { class: "aw-keys-on" }, "Keys are on · Esc leaves"), make("span", { class: "aw-keys-off" }, "Keys are off · click here to use them")),
      make("details", { class: "aw-guideline" }, make("summary", {}, "How to decide"), schema.guideline),
    ];
  }
  endStage() {
    const { answer, skip } = this.sitting.count;
    this.parts = {};
    const buttons = [make("button", { type: "button", class: "aw-button", "data-action": "undo", onclick: () => this.act(() => this.sitting.undo(), "taken back") }, "Undo the last ", make("kbd", {}, "⌫"))];
    if (skip) buttons.push(make("button", { type: "button", class: "aw-button", "data-action": "again", onclick: () => this.sitting.showSkipped() }, "Show the skipped ones again"));
    return [...this.statusRow(), make("h2", {}, "All done. Thank you!"), make("p", { class: "aw-note" }, `${answer} answered, ${skip} skipped by ${this.sitting.annotator}.`), make("div", { class: "aw-others" }, ...buttons)];
  }
  drawStatus() {
    const { count, pace, outbox, alert } = this.sitting;
    const done = count.answer + count.skip;
    const words = [`${done} of ${count.total}`];
    if (count.skip) words.push(`${count.skip} skipped`);
    if (pace?.seconds_each) words.push(`${pace.seconds_each.toFixed(1)} s each`);
    if (pace?.seconds_each && done < count.total) words.push(inWords(pace.seconds_each * (count.total - done)));
    this.parts.progress.textContent = words.join(" · ");
    this.parts.fill.style.width = `${(100 * done) / Math.max(count.total, 1)}%`;
    this.parts.bar.setAttribute("aria-valuemax", count.total);
    this.parts.bar.setAttribute("aria-valuenow", done);
    const save = outbox.state();
    this.parts.save.textContent = save.words;
    this.parts.save.dataset.state = save.state;
    const why = alert || save.why;
    if (this.parts.why.textContent !== why) this.parts.why.textContent = why;
  }
  drawPicture() {
    const { current } = this.sitting;
    const { pictures } = this.parts;
    if (pictures.dataset.task === (current?.task_id ?? "")) return;
    pictures.dataset.task = current?.task_id ?? "";
    const names = current?.pictures ?? [];
    while (pictures.children.length > names.length) pictures.lastChild.remove();
    while (pictures.children.length < names.length) pictures.append(make("figure", {}, make("canvas", { width: "384", height: "384", role: "img" }), make("figcaption")));
    names.forEach((name, number) => {
      const [canvas, caption] = pictures.children[number].children;
      const context = canvas.getContext("2d");
      context.imageSmoothingQuality = "high";
      context.drawImage(current.bitmaps[number], 0, 0, canvas.width, canvas.height);
      canvas.setAttribute("aria-label", `The ${name} to judge, a picture`);
      caption.textContent = name;
    });
    if (current) current.shown = performance.now();
  }
}

// anywidget calls this once per widget, so that two labellers on one page share nothing.
export default () => {
  let sitting;
  return {
    initialize({ model }) {
      sitting = new Sitting(model);
      return () => clearInterval(sitting.outbox.timer);
    },
    render({ el }) {
      const view = new View(sitting, el);
      return () => view.remove();
    },
  };
};
