// The last seconds as lanes: how far the lips are apart, whether the mouth is open, and the opinion as it grows.
// States are told apart by pattern and word, classes by dash and symbol, as on the timeline.

const SHOWN_S = 15, REDRAW_MS = 200, MOST_APART = 0.3, SIDE_PX = 10, NAMES_PX = 78;
const ROWS = { apart: [20, 78], mouth: [82, 96], opinion: [122, 206], axis: [208, 228] };

class CameraLanes {
  constructor() {
    Object.assign(this, { moments: [], lips: [], classes: [], drawn_ms: 0, wide: 0 });
    this.canvas = make("canvas", { class: "aw-camera-lanes", height: ROWS.axis[1], role: "img", "aria-label": "Nothing was seen yet" });
    this.sizes = new ResizeObserver(([{ contentRect }]) => this.resize(contentRect.width));
    this.sizes.observe(this.canvas);
  }
  remove() {
    this.sizes.disconnect();
  }
  clear() {
    Object.assign(this, { moments: [], lips: [] });
    this.draw();
  }
  resize(wide) {
    const ratio = devicePixelRatio || 1;
    if (Math.round(wide) === this.wide || wide < 50) return;
    this.wide = Math.round(wide);
    Object.assign(this.canvas, { width: this.wide * ratio, height: ROWS.axis[1] * ratio });
    this.draw();
  }
  // A picture was looked at: its lips; null where there is no face.
  look(time_s, apart) {
    this.lips.push({ time_s, apart });
    this.soon();
  }
  // Moments were judged: { time_s, open, accumulated }.
  judge(moments) {
    this.moments.push(...moments);
    this.soon();
  }
  soon() {
    const last = Math.max(this.lips.at(-1)?.time_s ?? 0, this.moments.at(-1)?.time_s ?? 0);
    for (const list of [this.lips, this.moments]) while (list.length && list[0].time_s < last - SHOWN_S - 1) list.shift();
    if (performance.now() - this.drawn_ms > REDRAW_MS) this.draw();
  }
  x(time_s) {
    return SIDE_PX + ((time_s - this.from_s) / SHOWN_S) * (this.wide - SIDE_PX - NAMES_PX);
  }
  draw() {
    if (!this.wide) return;
    this.drawn_ms = performance.now();
    const paper = this.canvas.getContext("2d"), ratio = this.canvas.width / this.wide;
    const last_s = Math.max(this.lips.at(-1)?.time_s ?? 0, this.moments.at(-1)?.time_s ?? 0);
    this.from_s = Math.max(0, last_s - SHOWN_S);
    paper.setTransform(ratio, 0, 0, ratio, 0, 0);
    paper.fillStyle = "#ffffff";
    paper.fillRect(0, 0, this.wide, ROWS.axis[1]);
    this.frame(paper, ROWS.apart, "Lips apart (share of the face's height)", [["0", 0], [String(MOST_APART), 1]]);
    this.line(paper, this.lips, ({ apart }) => (apart === null ? NaN : Math.min(apart / MOST_APART, 1)), ROWS.apart, INK, []);
    this.mouths(paper);
    this.frame(paper, ROWS.opinion, "Sentiment, accumulated", [["0", 0], ["1", 1]]);
    this.opinions(paper);
    this.axis(paper);
    this.canvas.setAttribute("aria-label", this.words());
  }
  frame(paper, [top, bottom], name, marks) {
    paper.font = `600 ${FONT}`;
    paper.textBaseline = "alphabetic";
    paper.textAlign = "left";
    paper.fillStyle = INK;
    paper.fillText(name, SIDE_PX, top - 6);
    paper.font = SMALL;
    for (const [words, share] of marks) {
      const y = bottom - share * (bottom - top);
      paper.fillStyle = RULE;
      paper.fillRect(SIDE_PX, y, this.wide - SIDE_PX - NAMES_PX, 1);
      paper.fillStyle = QUIET;
      if (!this.moments.length) paper.fillText(words, this.wide - NAMES_PX + 4, y + 4);
    }
  }
  line(paper, list, value, [top, bottom], colour, dash, wide = 1.6) {
    Object.assign(paper, { strokeStyle: colour, lineWidth: wide });
    paper.setLineDash(dash);
    paper.beginPath();
    let before = null;
    for (const one of list) {
      const p = value(one), known = Number.isFinite(p);
      if (known) paper[before !== null && one.time_s - before < 0.5 ? "lineTo" : "moveTo"](this.x(one.time_s), bottom - p * (bottom - top));
      before = known ? one.time_s : null;
    }
    paper.stroke();
    paper.setLineDash([]);
  }
  mouths(paper) {
    const [top, bottom] = ROWS.mouth, { moments } = this;
    for (const [from, to, open] of runsOf(moments.length, (t) => moments[t].open)) {
      const left = this.x(moments[from].time_s), wide = Math.max(this.x(moments[to].time_s + 0.03) - left, 1);
      if (open) {
        paper.fillStyle = hatch(paper, "#e69f00");
        paper.fillRect(left, top, wide, bottom - top);
      } else {
        paper.fillStyle = QUIET;
        paper.fillRect(left, (top + bottom) / 2 - 1, wide, 2);
      }
    }
    const now = moments.at(-1)?.open;
    paper.fillStyle = INK;
    paper.font = SMALL;
    paper.fillText(now === undefined ? "mouth" : now === null ? "no face" : now ? "◯ open" : "▬ closed", this.wide - NAMES_PX + 6, bottom - 3);
  }
  opinions(paper) {
    const [top, bottom] = ROWS.opinion, last = this.moments.findLast((one) => one.accumulated);
    this.classes.forEach((one, c) => this.line(paper, this.moments, ({ accumulated }) => accumulated?.[c] ?? NaN, ROWS.opinion, one.colour, DASHES[c], 2));
    if (!last) return;
    const order = this.classes.map((one, c) => ({ one, p: last.accumulated[c] })).sort((a, b) => b.p - a.p);
    order.reduce((above, { one, p }, k) => {
      const y = Math.min(Math.max(bottom - p * (bottom - top) + 4, above + 14), bottom + 4 - 14 * (order.length - 1 - k));
      paper.fillStyle = one.colour;
      paper.fillText(one.symbol, this.wide - NAMES_PX + 6, y);
      paper.fillStyle = INK;
      paper.fillText(one.name, this.wide - NAMES_PX + 22, y);
      return y;
    }, -Infinity);
  }
  axis(paper) {
    paper.font = SMALL;
    paper.fillStyle = QUIET;
    paper.textAlign = "center";
    const every = this.wide < 420 ? 5 : 2;
    for (let s = Math.ceil(this.from_s / every) * every; s <= this.from_s + SHOWN_S; s += every) paper.fillText(`${s} s`, Math.max(this.x(s), 12), ROWS.axis[1] - 6);
    paper.textAlign = "left";
  }
  words() {
    const { moments } = this, seen = moments.filter((one) => one.open !== null);
    if (!moments.length) return "Lanes over the last seconds: nothing was judged yet";
    const last = moments.findLast((one) => one.accumulated)?.accumulated;
    const opinion = last ? this.classes.map((one, c) => `${one.name} ${last[c].toFixed(2)}`).join(", ") : "none yet";
    return `Lanes over the last ${Math.min(SHOWN_S, moments.at(-1).time_s).toFixed(0)} seconds. Mouth open in ${seen.filter((one) => one.open).length} of ${seen.length} moments with a face. Accumulated: ${opinion}.`;
  }
}
