// The spans of one clip, and how they change. Times are moments of the grid: a span is its first and its last moment.
// Nothing is changed in place: every change takes spans back (undo) and says others (answer), with ids made here.

class SpanBook {
  constructor({ say, step }) {
    Object.assign(this, { say, step, clip: "", spans: [], changes: [] });
  }
  load(clip, spans) {
    Object.assign(this, { clip, spans: [...spans], changes: [] });
  }
  moment(time) {
    return Math.max(Math.round((Math.round(time / this.step) * this.step) * 1e6) / 1e6, 0);
  }
  touches(one, other) {
    return Math.abs(one.end_s + this.step - other.start_s) < this.step / 2;
  }
  // What stands at these moments becomes `value`; neighbours of the same value become one span with it.
  paint(first, last, value, details = {}) {
    if (last < first) return null;
    const half = this.step / 2;
    const over = this.spans.filter((one) => one.end_s > first - half && one.start_s < last + half);
    if (over.length === 1 && over[0].value === value && over[0].start_s <= first && over[0].end_s >= last) return over[0];
    const whole = { start_s: first, end_s: last, value };
    const beside = this.spans.filter((one) => one.value === value && !over.includes(one) && (this.touches(one, whole) || this.touches(whole, one)));
    const added = [];
    for (const one of over) {
      if (one.value === value) continue;
      if (one.start_s < first - half) added.push({ ...one, end_s: this.moment(first - this.step) });
      if (one.end_s > last + half) added.push({ ...one, start_s: this.moment(last + this.step) });
    }
    for (const one of [...over, ...beside]) {
      if (one.value !== value) continue;
      whole.start_s = Math.min(whole.start_s, one.start_s);
      whole.end_s = Math.max(whole.end_s, one.end_s);
    }
    added.push(whole);
    this.change([...over, ...beside], added, details);
    return this.at(first);
  }
  moveEdge(span, edge, time) {
    const to = this.moment(time);
    const index = this.spans.indexOf(span);
    const neighbour = edge === "start" ? this.spans[index - 1] : this.spans[index + 1];
    const next = { ...span, [`${edge}_s`]: edge === "start" ? Math.min(to, span.end_s) : Math.max(to, span.start_s) };
    if (next.start_s === span.start_s && next.end_s === span.end_s) return span;
    const grows = edge === "start" ? next.start_s < span.start_s : next.end_s > span.end_s;
    if (grows) return this.paint(next.start_s, next.end_s, span.value, { edited: true });
    const joined = neighbour && (edge === "start" ? this.touches(neighbour, span) : this.touches(span, neighbour));
    if (!joined) this.change([span], [next], { edited: true });
    else if (edge === "start") this.paint(span.start_s, this.moment(next.start_s - this.step), neighbour.value, { edited: true });
    else this.paint(this.moment(next.end_s + this.step), span.end_s, neighbour.value, { edited: true });
    return this.at(next.start_s);
  }
  remove(span) {
    this.change([span], [], { edited: true });
  }
  join(span) {
    const next = this.spans[this.spans.indexOf(span) + 1];
    return next ? this.paint(span.start_s, next.end_s, span.value, { edited: true }) : span;
  }
  at(time) {
    return this.spans.find((one) => one.start_s <= time + this.step / 2 && one.end_s >= time - this.step / 2) ?? null;
  }
  back() {
    const last = this.changes.pop();
    if (!last) return false;
    const there = this.spans.filter((one) => last.added.some((added) => added.op_id === one.op_id));
    this.change(there, last.removed, { edited: true });
    const again = this.changes.pop(); // taking back is no change that could be taken back
    // Earlier changes know the spans that came back by their old ids.
    for (const change of this.changes)
      for (const one of change.added) {
        const same = again.added.find((other) => other.start_s === one.start_s && other.end_s === one.end_s && other.value === one.value);
        if (same) one.op_id = same.op_id;
      }
    return true;
  }
  change(removed, wanted, details) {
    const added = wanted.map(({ start_s, end_s, value }) => ({ op_id: newId(), start_s, end_s, value }));
    const stretch = (one) => ({ clip: this.clip, start_s: one.start_s, end_s: one.end_s });
    const same = (one, other) => one.start_s === other.start_s && one.end_s === other.end_s;
    const operations = removed
      .filter((one) => !added.some((other) => same(one, other)))
      .map((one) => ({ kind: "undo", op_id: newId(), ...stretch(one), undoes: one.op_id }));
    for (const one of added) {
      const before = removed.find((other) => same(one, other)); // the last word about this very stretch
      operations.push({ kind: "answer", ...one, ...stretch(one), after: before?.op_id ?? "", details });
    }
    this.spans = [...this.spans.filter((one) => !removed.includes(one)), ...added].sort((a, b) => a.start_s - b.start_s);
    this.changes.push({ removed, added });
    this.say(operations);
  }
}
