// First part of the frame labeller: the queue, which knows no page. frame_labeller.js, the page, is put behind it.
// Outbox: what was said and is not yet on disk. Sitting: pictures that wait, what was said, how it goes.

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
      for (const item of items) item.was = this.skipped ? "skip" : ""; // what stands for it until it is answered
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
    const said = { op_id: newId(), task_id: item.task_id, kind, value, item, was: item.was };
    this.past.push(said);
    if (this.past.length > KEPT) this.past[this.past.length - KEPT - 1].item = null;
    if (item.was) this.count[item.was] -= 1;
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
    if (said.was) this.count[said.was] += 1;
    const item = said.item ?? { task_id: said.task_id, pictures: [], was: said.was };
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
