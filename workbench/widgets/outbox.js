// Outbox: what was said and is not yet in the store. It sends in order, several at once when the kernel lags, sends
// again what got no answer, and says truly how it stands. Sending twice is harmless: the store knows every op_id.

const NO_ANSWER_MS = 5000; // after this an operation counts as NOT saved and is sent again
const RETRY_MS = 3000;
const FAST_MS = 250; // answers that follow each other sooner are a fast hand's, and travel together:
const TOGETHER_MS = 1000; // at every message JupyterLab draws its kernel's state, and the next picture has to wait
const MOST_AT_ONCE = 50;
const LEFT_ALONE_MS = 10000; // what another page said and did not get rid of for so long is sent from here too

const dayOf = (milliseconds) => new Date(milliseconds).toDateString();

class Outbox {
  constructor({ send, changed, settled, adopted }) {
    Object.assign(this, { send, changed, settled, adopted, entries: new Map(), inFlight: null, notBefore: 0, said: -FAST_MS, gap: FAST_MS, sent: -TOGETHER_MS, told: "", shelf: "", looked: false, elsewhere: 0 });
    this.kept = new OutboxShelf();
    this.tab = newId();
    // Held as long as this page lives: whoever finds it free knows that nobody sends this page's operations any more.
    navigator.locks?.request(`aw-outbox-${this.tab}`, () => new Promise((resolve) => (this.letGo = resolve)));
    this.others = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("aw-outbox");
    if (this.others) this.others.onmessage = ({ data }) => (this.forget(data), this.elsewhere && this.adopt());
  }
  close() {
    clearInterval(this.timer);
    clearTimeout(this.rest);
    this.letGo?.();
    this.others?.close();
  }
  async begin(shelf) {
    this.shelf = shelf;
    await this.adopt();
  }
  async adopt() {
    // Take over what earlier or other pages could not get saved.
    if (!this.shelf) return;
    const alive = new Set(((await navigator.locks?.query())?.held ?? []).map((lock) => lock.name));
    const found = (await this.kept.all(this.shelf)).filter((entry) => !this.entries.has(entry.op_id));
    const orphans = found.filter((entry) => !alive.has(`aw-outbox-${entry.tab}`) || Date.now() - entry.born > LEFT_ALONE_MS);
    const own = [...this.entries];
    this.entries = new Map([...orphans.map((entry) => [entry.op_id, { ...entry, adopted: true }]), ...own]);
    Object.assign(this, { looked: true, elsewhere: found.length - orphans.length });
    this.tell();
    if (this.elsewhere) setTimeout(() => this.adopt(), LEFT_ALONE_MS);
    if (!orphans.length) return;
    this.adopted(orphans.map((entry) => entry.operation));
    this.wake();
  }
  add(operation) {
    const born = Date.now(), now = performance.now();
    if (!this.adding) Object.assign(this, { adding: true, gap: now - this.said, said: now }); // one deed may say several things
    this.order = Math.max((this.order ?? 0) + 1, born * 1000);
    this.entries.set(operation.op_id, { op_id: operation.op_id, shelf: this.shelf, tab: this.tab, operation, born, began: now, order: this.order, fresh: true });
    afterPaint(() => this.wake()); // the next picture comes first
  }
  wake() {
    this.adding = false;
    const fresh = [...this.entries.values()].filter((entry) => entry.fresh);
    for (const entry of fresh) entry.fresh = false;
    if (fresh.length) this.kept.put(fresh.map(({ op_id, shelf, tab, operation, born, order }) => ({ op_id, shelf, tab, operation, born, order }))).then(() => this.tell());
    this.timer ??= setInterval(() => this.tick(), 1000);
    this.tick();
  }
  leaving(event) {
    // The page is about to be closed: ask first, and keep at once what was still waiting for the next paint.
    if (!this.entries.size) return;
    this.wake();
    event.preventDefault();
  }
  tick() {
    const now = performance.now();
    const waits = this.inFlight !== null && now - this.inFlight < NO_ANSWER_MS;
    if (this.entries.size && !waits && now >= this.notBefore && !this.together(now)) {
      Object.assign(this, { inFlight: now, sent: now });
      this.send({ type: "say", operations: [...this.entries.values()].slice(0, MOST_AT_ONCE).map((entry) => entry.operation) });
    }
    if (!this.entries.size) {
      clearInterval(this.timer); // nothing to watch over: no work at all
      this.timer = null;
    }
    this.tell();
  }
  together(now) {
    // Whether what waits had better wait for more: one answer goes at once, a fast hand's when it rests or after a second.
    if (this.entries.size >= MOST_AT_ONCE || now - this.sent >= TOGETHER_MS || this.gap >= FAST_MS || now - this.said >= FAST_MS) return false;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.tick(), this.said + FAST_MS - now + 1);
    return true;
  }
  received(results) {
    this.inFlight = null;
    const gone = [];
    for (const result of results) {
      const entry = this.entries.get(result.op_id);
      if (!entry) continue;
      if (result.state === "not_saved" && result.retry) {
        entry.problem = result.message;
        this.notBefore = performance.now() + RETRY_MS;
        continue;
      }
      gone.push(result.op_id);
      this.entries.delete(result.op_id);
      this.settled(result, entry.operation, performance.now() - entry.began);
    }
    if (gone.length) this.kept.remove(gone).then(() => this.tell());
    if (gone.length) this.others?.postMessage(gone);
    this.tick();
  }
  forget(opIds) {
    for (const opId of opIds) this.entries.delete(opId);
    this.tell();
  }
  drop(opIds) {
    this.forget(opIds);
    this.kept.remove(opIds);
  }
  tell() {
    const { state, words, why } = this.state();
    const told = `${state}|${words}|${why}`;
    if (told !== this.told) {
      this.told = told;
      this.changed();
    }
  }
  state() {
    const all = [...this.entries.values()];
    const late = all.filter((entry) => entry.problem || Date.now() - entry.born > NO_ANSWER_MS);
    const where = this.kept.problem ? `Only this open page has it, for ${this.kept.problem}: leave it open.` : "It is kept in this browser and sent again.";
    const why = late.find((entry) => entry.problem)?.problem || "NOT saved yet: no reply from the kernel. It may be busy, or stopped: then run this notebook's cells again, or reload the page.";
    const earlier = this.earlier(all);
    if (earlier && !late.some((entry) => !entry.adopted || entry.problem)) return { state: "saving", words: `… saving ${all.length}`, why: earlier };
    if (late.length) return { state: "lost", words: `✗ NOT saved: ${late.length}`, why: [earlier, why, where].filter(Boolean).join(" ") };
    if (this.shelf && !this.looked) return { state: "saving", words: "… looking for unsaved answers", why: "" };
    if (!all.length && this.elsewhere) return { state: "saving", words: `… ${this.elsewhere} wait in another tab`, why: "" };
    if (all.length) return { state: "saving", words: `… saving ${all.length}`, why: this.kept.problem && where };
    return { state: "saved", words: this.kept.problem ? "✓ saved (nothing is kept in this browser)" : "✓ saved", why: "" };
  }
  earlier(all) {
    const adopted = all.filter((entry) => entry.adopted);
    if (!adopted.length) return "";
    const day = dayOf(adopted[0].born);
    const when = day === dayOf(Date.now()) ? "earlier today" : new Date(adopted[0].born).toLocaleDateString("en", { weekday: "long", day: "numeric", month: "long" });
    return `${counted(adopted.length, "answer")} from ${when} ${adopted.length === 1 ? "was" : "were"} not saved yet: sending.`;
  }
}
