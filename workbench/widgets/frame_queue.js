// FrameQueue: pictures that wait, fetched and decoded before they are needed.

const LEAST_AHEAD = 40; // items kept decoded before they are needed
const SECONDS_AHEAD = 8; // and at least what is answered in so many seconds at one's pace: a paused kernel is not felt
const MOST_IN_BATCH = 50; // the kernel sends no more at once
const FIRST_BATCH = 4; // few, so that the first picture is there at once; then each time twice as many
const PACE_OVER_MS = 3000;

class FrameQueue {
  constructor({ send, changed }) {
    Object.assign(this, { send, changed });
    this.clear();
  }
  clear(skipped = false) {
    Object.assign(this, { items: [], start: 0, batch: FIRST_BATCH, asked: null, exhausted: false, skipped, answered: [], leftOut: new Set(), elsewhere: 0, round: newId() });
  }
  get current() {
    return this.items[0]?.bitmaps ? this.items[0] : null;
  }
  get ahead() {
    const since = performance.now() - PACE_OVER_MS;
    this.answered = this.answered.filter((time) => time > since);
    return Math.max(LEAST_AHEAD, Math.ceil((this.answered.length / PACE_OVER_MS) * 1000 * SECONDS_AHEAD));
  }
  take(item) {
    this.items = this.items.filter((one) => one.task_id !== item.task_id);
    this.answered.push(performance.now());
  }
  leaveOut(taskId) {
    this.leftOut.add(taskId);
    this.items = this.items.filter((one) => one.task_id !== taskId);
  }
  putBack(item) {
    this.items = [item, ...this.items.filter((one) => one.task_id !== item.task_id)];
    if (!item.bitmaps) this.send({ type: "item", task_id: item.task_id });
  }
  more() {
    const wanted = Math.min(this.ahead - this.items.length, this.batch);
    const patient = this.asked !== null && performance.now() - this.asked < NO_ANSWER_MS;
    if (patient || this.exhausted || wanted < Math.min(this.batch, this.ahead / 4)) return; // seldom, and then many
    this.asked = performance.now();
    this.batch = Math.min(2 * this.batch, MOST_IN_BATCH);
    this.send({ type: "more", start: this.start, n: wanted, skipped: this.skipped, round: this.round });
  }
  async arrived(message, buffers) {
    if (message.round !== this.round || message.start !== this.start) return; // an answer to a question asked twice
    this.start = message.next;
    const decoded = await decodeAll(message.items, buffers);
    const known = new Set([...this.leftOut, ...this.items.map((item) => item.task_id)]); // now, not before the waiting
    const items = decoded.filter((item) => !known.has(item.task_id));
    this.items.push(...items);
    this.asked = null;
    this.exhausted = message.exhausted;
    this.elsewhere = message.elsewhere ?? 0;
    this.changed();
    this.more();
  }
  again() {
    // What others had in hand may have been left by them.
    this.exhausted = false;
    this.more();
  }
  async arrivedAgain(item, buffers) {
    const [decoded] = await decodeAll([item], buffers);
    const waiting = this.items.find((one) => one.task_id === item.task_id);
    if (waiting && !waiting.bitmaps) Object.assign(waiting, { ...decoded, word: waiting.word, was: waiting.was });
    this.changed();
    return decoded;
  }
  async replaced(taskId, items, buffers) {
    // A run that was split: its parts stand where it stood.
    const parts = await decodeAll(items, buffers);
    const here = this.items.findIndex((one) => one.task_id === taskId);
    this.items.splice(Math.max(here, 0), here < 0 ? 0 : 1, ...parts);
    this.leftOut.add(taskId);
    this.changed();
  }
}

// One item after the other: handing fifty over at once kept the page from its keys for up to 50 ms.
const decodeAll = async (items, buffers) => {
  let taken = 0;
  for (const item of items) {
    const mine = buffers.slice(taken, (taken += item.pictures.length + (item.strip ? 1 : 0)));
    // createImageBitmap decodes beside the page, not in it.
    const bitmaps = await Promise.all(mine.map((bytes, number) => createImageBitmap(new Blob([bytes], { type: number < item.pictures.length ? "image/png" : "image/jpeg" }))));
    if (item.strip) item.strip.bitmap = bitmaps.pop();
    item.bitmaps = bitmaps;
  }
  return items;
};
