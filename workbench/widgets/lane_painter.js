// How each lane of the timeline is painted. Classes are told apart by dash and symbol as well as by colour; open and
// closed, face alone and face with voice by pattern. TimelineLanes says where a lane is and when it is painted.

const GUTTER_PX = 136, RIGHT_PX = 84, INK = "#1f1f1f", QUIET = "#595959", RULE = "#dcdcdc";
const DASHES = [[7, 3], [2, 2], []]; // of the three classes, in their order
const LANE_PX = { sound: 30, mouth: 58, lines: 58, opinion: 84, bar: 22, axis: 24 };
const FONT = "13px system-ui, sans-serif", SMALL = "11px system-ui, sans-serif";

class LanePainter {
  x(time) {
    return GUTTER_PX + (time / this.data.duration_s) * (this.wide - GUTTER_PX - RIGHT_PX);
  }
  frame(paper, { name, note, top, bottom }) {
    paper.fillStyle = RULE;
    if (name) paper.fillRect(GUTTER_PX, bottom + 1, this.wide - GUTTER_PX - RIGHT_PX, 1);
    paper.fillStyle = INK;
    paper.font = bottom - top > 30 ? `600 ${FONT}` : `600 ${SMALL}`;
    paper.textAlign = "right";
    paper.textBaseline = "middle";
    const middle = (top + bottom) / 2, low = note && bottom - top > 30;
    paper.fillText(clipped(paper, name, GUTTER_PX - 20), GUTTER_PX - 16, middle - (low ? 8 : 0));
    paper.font = SMALL;
    paper.fillStyle = QUIET;
    if (low) paper.fillText(note, GUTTER_PX - 16, middle + 8);
    paper.textAlign = "left";
  }
  paintSound({ paper, top, bottom }) {
    const { sound } = this.data, middle = (top + bottom) / 2, half = (bottom - top) / 2;
    const loudest = sound.peaks.reduce((most, [low, high]) => Math.max(most, -low, high), 0.02);
    const step = sound.duration_s / sound.peaks.length;
    paper.fillStyle = "#56b4e9";
    sound.peaks.forEach(([low, high], k) => {
      const x = this.x(sound.start_s + k * step);
      paper.fillRect(x, middle - (high / loudest) * half, Math.max(this.x(sound.start_s + (k + 1) * step) - x, 0.7), Math.max(((high - low) / loudest) * half, 0.7));
    });
  }
  paintMouth({ paper, top, bottom }) {
    const { p_open, time_s, step } = this.data, { threshold } = this.drawn;
    const room = { top: top + 2, bottom: bottom - 16 };
    this.scale(paper, room);
    for (const [from, to, open] of runsOf(p_open.length, (t) => (Number.isNaN(p_open[t]) ? null : p_open[t] > threshold))) {
      const left = this.x(time_s[from]), wide = this.x(time_s[to] + step) - left;
      if (open) {
        paper.fillStyle = hatch(paper, "#e69f00");
        paper.fillRect(left, bottom - 12, wide, 11);
        paper.strokeStyle = "#8a5f00";
        paper.setLineDash([]);
        paper.strokeRect(left + 0.5, bottom - 12.5, Math.max(wide - 1, 1), 11);
      } else {
        paper.fillStyle = QUIET;
        paper.fillRect(left, bottom - 7, wide, 2);
      }
      this.tag(paper, open ? "open" : "closed", left, wide, bottom - 6);
    }
    this.line(paper, p_open, 1, 0, room, { colour: INK, wide: 1.6, dash: [] });
    const y = room.bottom - threshold * (room.bottom - room.top);
    paper.strokeStyle = "#8a5f00";
    paper.setLineDash([5, 4]);
    paper.beginPath();
    paper.moveTo(GUTTER_PX, y);
    paper.lineTo(this.wide - RIGHT_PX, y);
    paper.stroke();
    paper.setLineDash([]);
    paper.fillStyle = INK;
    paper.font = SMALL;
    paper.fillText(`gate ${threshold.toFixed(2)}`, this.wide - RIGHT_PX + 6, Math.min(Math.max(y, top + 6), bottom - 20));
  }
  paintLines({ paper, top, bottom }, rows) {
    this.scale(paper, { top, bottom });
    this.data.classes.forEach((one, c) => this.line(paper, rows, this.data.k, c, { top, bottom }, { colour: one.colour, wide: 1.6, dash: DASHES[c] }));
  }
  paintFused({ paper, top, bottom }) {
    const { decision } = this.drawn, { time_s, step, modality_colours } = this.data;
    const spoke = (t) => (Number.isNaN(decision.said[this.data.k * t]) ? null : Boolean(decision.fused[t]));
    for (const [from, to, both] of runsOf(time_s.length, spoke)) {
      const left = this.x(time_s[from]), wide = this.x(time_s[to] + step) - left;
      paper.fillStyle = both ? hatch(paper, modality_colours.audiovisual) : modality_colours.visual;
      paper.fillRect(left, bottom - (both ? 11 : 6), wide, both ? 11 : 4);
      this.tag(paper, both ? "face + voice" : "face", left, wide, bottom - 5);
    }
    this.paintLines({ paper, top, bottom: bottom - 14 }, decision.said);
  }
  paintOpinion({ paper, top, bottom }) {
    const { decision } = this.drawn, { classes, time_s, step } = this.data;
    this.scale(paper, { top, bottom });
    const last = runsOf(time_s.length, (t) => (isKnown(decision.opinion, this.data.k, t) ? true : null)).at(-1)?.[1];
    classes.forEach((one, c) => {
      this.line(paper, decision.opinion, this.data.k, c, { top, bottom }, { colour: one.colour, wide: c === decision.winner ? 3.2 : 2, dash: DASHES[c] });
      paper.fillStyle = one.colour;
      paper.font = SMALL;
      paper.textAlign = "center";
      const every = Math.max(Math.round(time_s.length / 8), 1);
      for (let t = every; t < time_s.length - 1; t += every) {
        const p = decision.opinion[this.data.k * t + c];
        if (Number.isFinite(p)) paper.fillText(one.symbol, this.x(time_s[t]), bottom - p * (bottom - top));
      }
      paper.textAlign = "left";
    });
    if (last === undefined) return;
    const order = classes.map((one, c) => ({ one, c, p: decision.opinion[this.data.k * last + c] })).sort((a, b) => b.p - a.p);
    let y = -Infinity;
    for (const { one, c, p } of order) {
      y = Math.min(Math.max(bottom - p * (bottom - top), y + 14, top + 6), bottom - 6 - 14 * (order.length - 1 - order.findIndex((o) => o.c === c)));
      paper.fillStyle = one.colour;
      paper.font = FONT;
      paper.fillText(one.symbol, this.wide - RIGHT_PX + 4, y);
      paper.fillStyle = INK;
      paper.font = c === decision.winner ? `700 ${SMALL}` : SMALL;
      paper.fillText(one.name, this.wide - RIGHT_PX + 20, y);
    }
    paper.fillStyle = INK;
    paper.fillRect(this.x(time_s[last] + step) - 1, top, 2, bottom - top); // the moment that decides
  }
  paintBars({ paper, top, bottom }, spans) {
    const longFirst = [...spans].sort((a, b) => b.end_s - b.start_s - (a.end_s - a.start_s)); // a moment stays in sight on its span
    for (const { start_s, end_s, colour, symbol, value, pending } of longFirst) {
      const left = this.x(start_s), wide = Math.max(this.x(end_s + this.data.step) - left, 3);
      paper.fillStyle = `${colour}44`;
      paper.fillRect(left, top + 1, wide, bottom - top - 2);
      paper.fillStyle = colour;
      paper.fillRect(left, top + 1, wide, 3);
      paper.strokeStyle = INK;
      paper.setLineDash(pending ? [3, 3] : []);
      paper.strokeRect(left + 0.5, top + 1.5, Math.max(wide - 1, 1), bottom - top - 3);
      paper.setLineDash([]);
      this.tag(paper, wide > 80 ? `${symbol} ${value}${pending ? " (saving)" : ""}` : symbol, left, wide, (top + bottom) / 2 + 1.5, false);
    }
  }
  paintAxis({ paper, top }) {
    const { duration_s } = this.data;
    const room = (this.wide - GUTTER_PX - RIGHT_PX) / duration_s;
    const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60].find((one) => one * room > 54) ?? 120;
    paper.font = SMALL;
    paper.fillStyle = QUIET;
    paper.textAlign = "center";
    for (let k = 0; k * step <= duration_s + 1e-6; k++) {
      paper.fillRect(this.x(k * step), top, 1, 5);
      paper.fillText((k * step).toFixed(step < 1 ? 1 : 0), this.x(k * step), top + 13);
    }
    paper.textAlign = "left";
    paper.fillText("seconds", this.wide - RIGHT_PX + 6, top + 13);
  }
  scale(paper, { top, bottom }) {
    paper.fillStyle = RULE;
    const at = (share) => Math.round(bottom - share * (bottom - top));
    for (const share of [0, 0.5, 1]) paper.fillRect(GUTTER_PX, at(share), this.wide - GUTTER_PX - RIGHT_PX, 1);
    paper.font = SMALL;
    paper.fillStyle = QUIET;
    for (const share of [0, 1]) paper.fillText(String(share), GUTTER_PX - 8, at(share) + (share ? 4 : -4));
  }
  // One class of k; a moment without an answer leaves a gap, one alone between gaps a dot.
  line(paper, rows, k, c, { top, bottom }, { colour, wide, dash }) {
    const { time_s, step } = this.data;
    Object.assign(paper, { strokeStyle: colour, lineWidth: wide, fillStyle: colour });
    paper.setLineDash(dash);
    paper.beginPath();
    for (let t = 0, open = false; t < time_s.length; t++) {
      const p = rows[t * k + c], x = this.x(time_s[t] + step / 2), y = bottom - p * (bottom - top);
      if (!Number.isFinite(p)) open = false;
      else if (open) paper.lineTo(x, y);
      else if (Number.isFinite(rows[(t + 1) * k + c])) (paper.moveTo(x, y), (open = true));
      else paper.rect(x - 1, y - 1, 2, 2);
    }
    paper.stroke();
    paper.setLineDash([]);
    paper.lineWidth = 1;
  }
  // A word inside a stretch, where there is room for it.
  tag(paper, words, left, wide, y, backed = true) {
    paper.font = SMALL;
    const room = paper.measureText(words).width;
    if (room + 8 > wide && !(room <= wide && room < 14)) return;
    if (backed) {
      paper.fillStyle = "#ffffff";
      paper.fillRect(left + 3, y - 6, room + 4, 11);
    }
    paper.fillStyle = INK;
    paper.fillText(words, left + (room + 8 > wide ? (wide - room) / 2 : 5), y);
  }
}

// [first, last, value] of each stretch of equal values; null leaves a gap.
function runsOf(n, valueAt) {
  const runs = [];
  for (let t = 0; t < n; t++) {
    const value = valueAt(t), last = runs.at(-1);
    if (value === null) continue;
    if (last && last[2] === value && last[1] === t - 1) last[1] = t;
    else runs.push([t, t, value]);
  }
  return runs;
}

function clipped(paper, words, room) {
  if (paper.measureText(words).width <= room) return words;
  let end = words.length;
  while (end > 1 && paper.measureText(`${words.slice(0, end)}…`).width > room) end--;
  return `${words.slice(0, end)}…`;
}

const HATCHES = new Map();
function hatch(paper, colour) {
  if (!HATCHES.has(colour)) {
    const tile = make("canvas", { width: "6", height: "6" }), brush = tile.getContext("2d");
    brush.fillStyle = `${colour}55`;
    brush.fillRect(0, 0, 6, 6);
    brush.strokeStyle = colour;
    brush.lineWidth = 1.5;
    brush.beginPath();
    for (const shift of [-6, 0, 6]) (brush.moveTo(shift, 6), brush.lineTo(shift + 6, 0));
    brush.stroke();
    HATCHES.set(colour, paper.createPattern(tile, "repeat"));
  }
  return HATCHES.get(colour);
}
