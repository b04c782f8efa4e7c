// The timeline of a clip: waveform, spectrogram, spans with edges that can be dragged, and the cursor.

const WAVE_PX = 56, SPECTRUM_PX = 64, SPANS_PX = 46, GRIP_PX = 7;

class SpanTimeline {
  constructor({ seek, moved, choices }) {
    Object.assign(this, { seek, moved, choices, selected: null, drag: null, still: null, book: null });
    this.canvas = make("canvas", { class: "aw-timeline", width: "1000", height: String(WAVE_PX + SPECTRUM_PX + SPANS_PX), role: "img", "aria-label": "Waveform, spectrogram and the spans" });
    for (const [name, handler] of [["pointerdown", this.down], ["pointermove", this.move], ["pointerup", this.up]]) this.canvas.addEventListener(name, (event) => handler.call(this, event));
  }
  load(player, book) {
    Object.assign(this, { player, book, selected: null, drag: null });
    this.still = this.paintStill();
  }
  x(time) {
    const { from_s, to_s } = this.player.meta;
    return ((time - from_s) / (to_s - from_s)) * this.canvas.width;
  }
  time(event) {
    const { from_s, to_s } = this.player.meta;
    const box = this.canvas.getBoundingClientRect();
    return from_s + ((event.clientX - box.left) / box.width) * (to_s - from_s);
  }
  // Where a span is drawn: from its first moment to one step after its last.
  ends(span) {
    return [span.start_s, span.end_s + this.book.step];
  }
  edgeNear(event) {
    const box = this.canvas.getBoundingClientRect();
    if (event.clientY - box.top < ((WAVE_PX + SPECTRUM_PX) / this.canvas.height) * box.height) return null;
    const near = (time) => Math.abs(this.x(time) * (box.width / this.canvas.width) - (event.clientX - box.left));
    const edges = this.book.spans.flatMap((span) => [{ span, edge: "end", far: near(this.ends(span)[1]) }, { span, edge: "start", far: near(span.start_s) }]);
    const best = edges.sort((a, b) => a.far - b.far)[0];
    return best && best.far <= GRIP_PX ? best : null;
  }
  down(event) {
    if (!this.player?.meta) return;
    this.drag = this.edgeNear(event);
    if (!this.drag) {
      this.selected = null;
      return this.seek(this.time(event));
    }
    this.canvas.setPointerCapture(event.pointerId);
    this.selected = { span: this.drag.span, edge: this.drag.edge };
    this.moved();
  }
  move(event) {
    if (!this.player?.meta) return;
    if (this.drag) this.drag.to = this.time(event);
    else this.canvas.style.cursor = this.edgeNear(event) ? "ew-resize" : "pointer";
    if (this.drag) this.moved();
  }
  up() {
    const { span, edge, to } = this.drag ?? {};
    this.drag = null;
    if (to === undefined) return;
    this.place(span, edge, edge === "end" ? to - this.book.step : to);
  }
  place(span, edge, time) {
    const now = this.book.moveEdge(span, edge, time);
    this.selected = now ? { span: now, edge } : null;
    this.moved();
  }
  // The edges from left to right, one for where two spans meet.
  edges() {
    const { spans } = this.book;
    return spans.flatMap((span, k) => [...(k && this.book.touches(spans[k - 1], span) ? [] : [{ span, edge: "start" }]), { span, edge: "end" }]);
  }
  select(by) {
    const edges = this.edges();
    if (!edges.length) return;
    const here = edges.findIndex((one) => one.span === this.selected?.span && one.edge === this.selected?.edge);
    this.selected = edges[here < 0 ? (by > 0 ? 0 : edges.length - 1) : (here + by + edges.length) % edges.length];
    this.moved();
  }
  nudge(by) {
    const { span, edge } = this.selected;
    this.place(span, edge, span[`${edge}_s`] + by * this.book.step);
  }
  paintStill() {
    const { meta, sound } = this.player;
    const { width, height } = this.canvas;
    const paper = make("canvas", { width, height }).getContext("2d");
    paper.fillStyle = "#ffffff";
    paper.fillRect(0, 0, width, height);
    if (!meta || !sound) return paper.canvas;
    const [left, right] = [this.x(sound.start_s), this.x(sound.start_s + sound.duration_s)];
    const loudest = sound.peaks.reduce((most, [low, high]) => Math.max(most, -low, high), 0.02);
    const step = (right - left) / sound.peaks.length;
    paper.fillStyle = "#0072b2";
    sound.peaks.forEach(([low, high], k) => paper.fillRect(left + k * step, (0.5 - (0.48 * high) / loudest) * WAVE_PX, Math.max(step, 1), Math.max((0.48 * (high - low) * WAVE_PX) / loudest, 1)));
    paper.drawImage(sound.spectrogram, left, WAVE_PX, right - left, SPECTRUM_PX);
    return paper.canvas;
  }
  draw(time, marking) {
    if (!this.player?.meta) return;
    const paper = this.canvas.getContext("2d");
    const { width, height } = this.canvas;
    paper.drawImage(this.still, 0, 0);
    const top = WAVE_PX + SPECTRUM_PX;
    for (const span of this.book.spans) this.bar(paper, ...this.ends(span), span.value, false);
    if (marking) this.bar(paper, marking.from, time, marking.value, true);
    const edge = this.drag?.to ?? (this.selected && this.ends(this.selected.span)[this.selected.edge === "end" ? 1 : 0]);
    if (edge !== null && edge !== undefined) {
      paper.fillStyle = "#000000";
      paper.fillRect(this.x(edge) - 3, 0, 6, height);
      paper.fillStyle = "#f0e442";
      paper.fillRect(this.x(edge) - 2, 0, 4, height);
      paper.fillRect(this.x(edge) - GRIP_PX, top + SPANS_PX / 2 - 4, 2 * GRIP_PX, 8);
    }
    paper.fillStyle = "#000000";
    paper.fillRect(this.x(time) - 2, 0, 4, height);
    paper.fillStyle = "#ffffff";
    paper.fillRect(this.x(time) - 1, 0, 2, height);
    return width;
  }
  bar(paper, from, to, value, open) {
    const choice = this.choices.find((one) => one.name === value);
    const top = WAVE_PX + SPECTRUM_PX + 3, high = SPANS_PX - 6;
    const [left, wide] = [this.x(from), Math.max(this.x(to) - this.x(from), 2)];
    paper.fillStyle = `${choice.colour}33`;
    paper.fillRect(left, top, wide, high);
    paper.fillStyle = choice.colour;
    paper.fillRect(left, top, wide, 6);
    paper.strokeStyle = "#1f1f1f";
    paper.setLineDash(open ? [5, 4] : []);
    paper.strokeRect(left + 0.5, top + 0.5, wide - 1, high - 1);
    paper.setLineDash([]);
    paper.fillStyle = "#1f1f1f";
    paper.font = "600 15px system-ui, sans-serif";
    const words = wide > 70 ? `${choice.symbol} ${value}` : wide > 16 ? choice.symbol : "";
    paper.fillText(words, left + 5, top + high - 10);
  }
}
