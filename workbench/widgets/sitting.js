// Sitting: one person and one question. What was said and can be taken back, what comes next, how it goes. Knows no page.

const SHOWN_AGAIN = 10; // last answers that can be seen and changed
const KEPT_DECODED = 30; // past items whose pictures are kept for undo

class Sitting extends EventTarget {
  constructor(model) {
    super();
    this.model = model;
    this.stage = "wait";
    this.asks = new Map();
    const send = (message) => this.send(message);
    const changed = () => this.changed();
    this.outbox = new Outbox({ send, changed, settled: (...what) => this.settled(...what), adopted: (operations) => this.adopted(operations) });
    this.queue = new FrameQueue({ send, changed });
    this.clear();
    model.on("msg:custom", (message, buffers) => this.receive(message, buffers ?? []));
    this.send({ type: "ready" });
  }
  clear() {
    this.queue.clear();
    Object.assign(this, { done: [], undone: [], slots: [], conflicts: [], changing: null, splitting: null, alert: "", notice: "" });
  }
  send(message, buffers) {
    try {
      this.model.send(message, undefined, buffers);
    } catch (error) {
      console.warn("not sent", error); // the outbox sends it again and says NOT saved meanwhile
    }
  }
  changed() {
    this.dispatchEvent(new Event("change"));
  }
  receive(message, buffers) {
    const handlers = {
      state: () => this.begin(message, buffers),
      refused: () => (this.refusal = message.message),
      trouble: () => Object.assign(this, { alert: message.message, splitting: null }),
      items: () => this.queue.arrived(message, buffers),
      item: () => this.itemAgain(message.item, buffers),
      parts: () => {
        Object.assign(this, { splitting: null, changing: null, notice: "" });
        this.count.total = message.progress.total;
        this.queue.replaced(message.task_id, message.items, buffers);
      },
      context: () => this.answerAsk(message, buffers),
      said: () => {
        this.pace = message.progress ?? this.pace;
        this.count.total = this.pace?.total ?? this.count.total;
        this.outbox.received(message.results);
      },
    };
    handlers[message.type]?.();
    this.changed();
  }
  begin(message, buffers) {
    this.clear();
    const { schema, problem, annotator, progress, project, reveal, surroundings, guessing } = message;
    Object.assign(this, { schema, problem, annotator, project, reveal, surroundings, guessing, pace: progress });
    this.examples = (message.examples ?? []).map((example, number) => ({ ...example, png: buffers[number] }));
    this.stage = problem ? "problem" : progress ? "label" : "name";
    if (this.stage !== "label") return;
    this.count = { total: progress.total, answer: progress.answered, skip: progress.skipped };
    for (const said of message.recent) {
      // What was said about it before stands again once this is taken back, and can be taken back in turn.
      let before = null;
      for (const one of [...said.older, said]) {
        before = { ...one, item: null, was: before?.kind ?? "", after: before?.op_id ?? "", before };
        this.done.push(before);
      }
      this.slot(before);
    }
    this.done.sort((one, other) => one.sequence - other.sequence);
    this.shared = progress.shared;
    this.conflicts = message.conflicts;
    for (const said of this.slots) this.send({ type: "item", task_id: said.task_id });
    this.outbox.begin(`${project}/${schema.question}/${annotator}`).finally(() => this.queue.more());
  }
  async itemAgain(item, buffers) {
    const decoded = await this.queue.arrivedAgain(item, buffers);
    for (const said of [...this.slots, ...this.done, ...this.conflicts]) if (said.task_id === item.task_id) said.item ??= decoded;
    if (this.changing?.item === null && this.changing.task_id === item.task_id) this.changing.item = decoded;
    this.changed();
  }
  get current() {
    if (this.changing) return this.changing.item?.bitmaps ? this.changing.item : null;
    return this.queue.current;
  }
  get finished() {
    return this.queue.exhausted && !this.queue.items.length && !this.changing;
  }

  // What a person does. Each returns what was said, or null when there is nothing to say it about.
  say(kind, value = "") {
    const item = this.current;
    if (!item || this.splitting) return null; // what is asked about next is not known yet
    this.undone = [];
    return this.record(item, kind, value, this.changing);
  }
  record(item, kind, value, before) {
    const said = { op_id: newId(), task_id: item.task_id, kind, value, item, after: item.word, was: item.was, before };
    const seconds = (performance.now() - (item.shown ?? performance.now())) / 1000;
    const guess = item.suggestion ? { own: item.own ?? value, seen: Boolean(item.seen) } : {};
    if (item.was) this.count[item.was] -= 1;
    this.count[kind] += 1;
    Object.assign(item, { word: said.op_id, was: kind, shown: undefined });
    if (item.suggestion && kind === "answer" && this.reveal === "after") Object.assign(item, { own: item.own ?? value, seen: true });
    if (before) this.changing = null;
    this.queue.take(item);
    this.alert = this.notice = "";
    this.done.push(said);
    if (this.done.length > KEPT_DECODED) this.done[this.done.length - KEPT_DECODED - 1].item = null;
    this.slot(said);
    this.outbox.add(this.operation(kind, item, { op_id: said.op_id, value, after: said.after, seconds_taken: seconds, ...guess }));
    // What others had in hand when this was asked last, they may have answered or left.
    if (this.queue.elsewhere && this.finished) this.queue.again();
    afterPaint(() => this.queue.more());
    return said;
  }
  operation(kind, item, more) {
    // Place and details travel along: an answer sent another day is kept even if its item is not asked any more.
    return { kind, task_id: item.task_id, place: item.place, details: item.details, ...more };
  }
  slot(said) {
    const old = this.slots.findIndex((one) => one.task_id === said.task_id);
    if (old >= 0) this.slots[old] = said;
    else this.slots.push(said);
    this.slots = this.slots.slice(-SHOWN_AGAIN);
  }
  flag(note) {
    const item = this.current;
    if (!item) return null;
    const said = { op_id: newId(), task_id: item.task_id, kind: "flag", value: "", note, item };
    item.flagged = true;
    this.undone = [];
    this.done.push(said);
    this.outbox.add(this.operation("flag", item, { op_id: said.op_id, note }));
    return said;
  }
  undo() {
    const said = this.done.pop();
    if (!said) return null;
    this.undone.push(said);
    this.unsay(said);
    this.takeBack(said);
    return said;
  }
  takeBack(said) {
    this.outbox.add({ kind: "undo", task_id: said.task_id, place: said.item?.place ?? said.place, op_id: newId(), undoes: said.op_id });
  }
  unsay(said) {
    this.alert = this.notice = "";
    this.changing = null;
    const item = said.item ?? { task_id: said.task_id, place: said.place, pictures: [], was: said.was };
    said.item = item;
    if (said.kind === "flag") return void (item.flagged = false);
    this.count[said.kind] -= 1;
    if (said.was) this.count[said.was] += 1;
    Object.assign(item, { word: said.after, was: said.was, shown: undefined });
    if (said.before) {
      said.before.item ??= item;
      return this.slot(said.before);
    }
    this.slots = this.slots.filter((one) => one.task_id !== said.task_id);
    this.queue.putBack(item);
  }
  redo() {
    const said = this.undone.pop();
    if (!said) return null;
    const left = this.undone;
    const again = said.kind === "flag" ? this.flagAgain(said) : this.record(said.item, said.kind, said.value, said.before);
    this.undone = left;
    return again;
  }
  flagAgain(said) {
    const { changing } = this;
    this.changing = said; // the flag is about that item, whatever is shown now
    const again = this.flag(said.note);
    this.changing = changing;
    return again;
  }
  change(said) {
    if (said && !said.item) this.send({ type: "item", task_id: said.task_id });
    this.changing = said ?? null;
    this.changed();
  }
  lookAgain() {
    // The last answer that differs from the machine's guess.
    const differs = this.slots.findLast((said) => said.item?.seen && said.value !== said.item.suggestion.value && said.kind === "answer");
    if (differs) this.change(differs);
    return differs ?? null;
  }
  showSkipped() {
    this.queue.clear(true);
    this.queue.more();
    this.changed();
  }
  moreAgain() {
    this.queue.again();
    this.changed();
  }
  split(at) {
    // Ask about the first `at` moments of the run shown and about the rest, each for itself.
    const item = this.current;
    const [first, last] = item?.strip?.marked ?? [0, 0];
    if (first === last || this.splitting) return;
    if (at < 1 || at > last - first) this.alert = "To split the run, go with ← → to the picture that its second part begins with.";
    else {
      this.send({ type: "split", task_id: item.task_id, at });
      Object.assign(this, { splitting: item, alert: "", notice: "Splitting the run …" });
      setTimeout(() => this.notSplit(item), NO_ANSWER_MS);
    }
    this.changed();
  }
  notSplit(item) {
    if (this.splitting !== item) return;
    Object.assign(this, { splitting: null, notice: "", alert: "The run is not split: no reply from the kernel." });
    this.changed();
  }
  ask(item = this.current) {
    // The surroundings of an item; asked for once.
    if (!item) return Promise.reject(new Error("nothing is shown"));
    item.context ??= new Promise((resolve, reject) => {
      this.asks.set(item.task_id, { resolve, reject });
      this.send({ type: "context", task_id: item.task_id });
    });
    if (!item.pictures.length) item.context.then(({ meta }) => (item.heard = meta), () => {}); // seen in the last answers
    return item.context;
  }
  askNext() {
    // Of what is only heard, nothing can be judged before its sound is there.
    const next = this.queue.items[1];
    if (next && !next.pictures.length) this.ask(next).catch(() => {});
  }
  answerAsk({ task_id, meta, problem }, buffers) {
    const { resolve, reject } = this.asks.get(task_id) ?? {};
    this.asks.delete(task_id);
    if (problem) return reject?.(new Error(problem));
    resolve?.({ meta, buffers });
  }

  adopted(operations) {
    // What was said earlier and is only now sent is not asked again.
    const last = new Map(operations.filter((one) => one.kind !== "flag").map((one) => [one.task_id, one]));
    for (const { task_id, kind, after } of last.values()) {
      if (kind === "undo") continue;
      if (!after) this.count[kind] += 1;
      this.queue.leaveOut(task_id);
    }
  }

  // What became of it.
  settled(result, operation, ms) {
    this.dispatchEvent(new CustomEvent("settled", { detail: { op_id: result.op_id, state: result.state, ms } }));
    if (result.state === "saved") return;
    const said = this.done.find((one) => one.op_id === operation.op_id);
    this.done = this.done.filter((one) => one !== said);
    if (result.state === "conflict") return this.conflict(result, operation, said);
    this.outbox.drop([...this.outbox.entries.values()].filter((entry) => entry.operation.undoes === operation.op_id).map((entry) => entry.op_id));
    if (said) this.unsay(said);
    this.alert = `NOT saved: ${result.message}`;
  }
  conflict({ stands }, operation, said) {
    const { op_id, task_id, place, kind, value, details } = operation;
    const conflict = { op_id, task_id, place, kind, value, details, stands, item: said?.item ?? null };
    if (said?.item) said.item.word = stands.op_id;
    if (stands.kind === kind && stands.value === value) return this.takeBack(conflict); // the same answer twice: nothing to choose
    this.conflicts.push(conflict);
    if (!conflict.item) this.send({ type: "item", task_id });
  }
  resolve(conflict, mine) {
    // Both answers stay in the history; the one not chosen is taken back or answered anew by its own author.
    this.conflicts = this.conflicts.filter((one) => one !== conflict);
    this.takeBack(conflict);
    const { kind, value, stands } = conflict;
    if (mine) this.outbox.add(this.operation(kind, conflict, { op_id: newId(), value, after: stands.op_id }));
    const slot = this.slots.find((one) => one.task_id === conflict.task_id);
    if (slot && !mine) Object.assign(slot, { kind: stands.kind, value: stands.value, op_id: stands.op_id });
    this.changed();
  }
}
