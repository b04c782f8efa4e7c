// The lanes of a clip on one time axis, drawn on a canvas; over it a second one that only the cursor moves on.

class TimelineLanes extends LanePainter {
  constructor({ seek, spanned, resized }) {
    super();
    Object.assign(this, { seek, spanned, data: null, lanes: [], time: 0, span: null, marks: [] });
    this.canvas = make("canvas", { class: "aw-lanes", role: "img", "aria-label": "The clip's lanes" });
    this.over = make("canvas", { class: "aw-lanes-over", "aria-hidden": "true" });
    this.element = make("div", { class: "aw-lanes-box" }, this.canvas, this.over);
    for (const [name, handler] of [["pointerdown", this.down], ["pointermove", this.move], ["pointerup", this.up], ["pointercancel", this.up]]) this.over.addEventListener(name, (event) => handler.call(this, event));
    this.watch = new ResizeObserver(() => this.drawn && Math.round(this.element.clientWidth) !== this.wide && resized());
    this.watch.observe(this.element);
  }
  load(data) {
    Object.assign(this, { data, span: null, drawn: null });
  }
  remove() {
    this.watch.disconnect();
  }
  // Which lanes there are: what a clip or a project has none of takes no room.
  arrange({ bars }) {
    const { sound, audio } = this.data;
    const plan = [
      ...(sound ? [{ name: "sound", high: LANE_PX.sound, paint: this.paintSound }] : []),
      { name: "mouth", note: "P(open), gate", high: LANE_PX.mouth, moves: ["threshold"], paint: this.paintMouth },
      { name: "face", note: "visual", high: LANE_PX.lines, paint: (lane) => this.paintLines(lane, this.data.visual) },
      ...(audio.some(Number.isFinite) ? [{ name: "voice", note: "audio alone", high: LANE_PX.lines, paint: (lane) => this.paintLines(lane, this.data.audio) }] : []),
      { name: "fused", note: "who spoke", high: LANE_PX.lines + 12, moves: ["threshold"], paint: this.paintFused },
      { name: "accumulated", note: "with alpha", high: LANE_PX.opinion, moves: ["threshold", "alpha"], paint: this.paintOpinion },
      ...bars.map((bar) => ({ name: bar.name, note: bar.note, high: LANE_PX.bar, paint: (lane) => this.paintBars(lane, bar.spans) })),
      { name: "", high: LANE_PX.axis, paint: this.paintAxis },
    ];
    let top = 4;
    for (const lane of plan) Object.assign(lane, { top, bottom: (top += lane.high) - 4 });
    this.lanes = plan;
    this.high = top;
  }
  fit() {
    const wide = Math.max(Math.round(this.element.clientWidth), 400), ratio = window.devicePixelRatio || 1;
    const changed = this.wide !== wide || this.tall !== this.high || this.ratio !== ratio;
    Object.assign(this, { wide, tall: this.high, ratio });
    if (changed)
      for (const canvas of [this.canvas, this.over]) {
        Object.assign(canvas, { width: wide * ratio, height: this.high * ratio });
        canvas.style.height = `${this.high}px`;
      }
    return changed;
  }
  paper(canvas) {
    const paper = canvas.getContext("2d");
    paper.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    paper.clearRect(0, 0, this.wide, this.high);
    return paper;
  }
  timeAt(event) {
    const share = (event.clientX - this.over.getBoundingClientRect().left - GUTTER_PX) / (this.wide - GUTTER_PX - RIGHT_PX);
    return Math.min(Math.max(share, 0), 1) * this.data.duration_s;
  }
  // Pointer: a click sets the cursor, a drag takes a span.
  down(event) {
    if (!this.data) return;
    this.drag = { from: this.timeAt(event), x: event.clientX };
    this.over.setPointerCapture(event.pointerId);
    this.seek(this.drag.from);
  }
  move(event) {
    if (!this.drag || Math.abs(event.clientX - this.drag.x) < 4) return;
    this.drag.moved = true;
    this.spanned(this.drag.from, this.timeAt(event), false);
  }
  up(event) {
    const drag = this.drag;
    this.drag = null;
    if (drag?.moved) this.spanned(drag.from, this.timeAt(event), true);
    else if (drag) this.spanned(null, null, true);
  }
  // Everything but the cursor. `shown` is { decision, threshold, bars }; `moved` names the slider that alone has changed:
  // then only the lanes that it moves are drawn again.
  draw(shown, moved = "") {
    this.drawn = shown;
    if (!moved) this.arrange(shown);
    if (this.fit()) moved = "";
    const paper = moved ? this.paperAgain() : this.paper(this.canvas);
    for (const lane of this.lanes) {
      if (moved && !lane.moves?.includes(moved)) continue;
      paper.save();
      paper.beginPath();
      paper.rect(0, lane.top - 2, this.wide, lane.high);
      paper.clip();
      paper.fillStyle = "#ffffff";
      paper.fillRect(0, lane.top - 2, this.wide, lane.high);
      this.frame(paper, lane);
      lane.paint.call(this, { ...lane, paper });
      paper.restore();
    }
  }
  paperAgain() {
    const paper = this.canvas.getContext("2d");
    paper.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return paper;
  }
  drawCursor(time = this.time, span = this.span, marks = this.marks) {
    Object.assign(this, { time, span, marks });
    if (!this.data || !this.drawn) return;
    const paper = this.paper(this.over), bottom = this.high - LANE_PX.axis;
    const x = this.x(time);
    if (span) {
      const left = this.x(span.start_s), right = this.x(span.end_s + this.data.step);
      paper.fillStyle = "rgb(0 114 178 / 14%)";
      paper.fillRect(left, 0, right - left, bottom);
      paper.strokeStyle = "#0072b2";
      paper.setLineDash([4, 3]);
      paper.strokeRect(left + 0.5, 0.5, right - left - 1, bottom - 1);
      paper.setLineDash([]);
    }
    paper.fillStyle = "#cc79a7";
    paper.strokeStyle = INK;
    for (const mark of marks) {
      const at = this.x(mark + this.data.step / 2);
      paper.beginPath();
      paper.moveTo(at, bottom - 1);
      paper.lineTo(at - 5, bottom + 7);
      paper.lineTo(at + 5, bottom + 7);
      paper.closePath();
      paper.fill();
      paper.stroke();
    }
    paper.fillStyle = "#ffffff";
    paper.fillRect(x - 2, 0, 4, bottom + 6);
    paper.fillStyle = "#000000";
    paper.fillRect(x - 1, 0, 2, bottom + 6);
    paper.font = `600 ${SMALL}`;
    const words = `${time.toFixed(2)} s`, room = paper.measureText(words).width + 8;
    const left = Math.min(Math.max(x - room / 2, GUTTER_PX - 30), this.wide - room);
    paper.fillRect(left, bottom + 6, room, 16);
    paper.fillStyle = "#ffffff";
    paper.textBaseline = "middle";
    paper.fillText(words, left + 4, bottom + 14.5);
  }
}
