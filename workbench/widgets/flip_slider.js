// A slider with a strip under it that shows what each of its values decides, marks where that flips, and says it.

const STRIP_PX = 18, MARK_PX = 16, THUMB_PX = 8; // half a thumb: the track begins and ends so far inside

class FlipSlider {
  constructor({ name, words, values, value, classes, most, moved }) {
    Object.assign(this, { name, values, classes, most });
    this.input = make("input", { type: "range", class: "aw-slide", min: String(values[0]), max: String(values.at(-1)), step: "0.01", value: String(value), "aria-label": words, oninput: () => moved(Number(this.input.value)) });
    this.number = make("output", { class: "aw-slide-value" });
    this.strip = make("canvas", { class: "aw-strip", role: "img", "aria-label": `What each ${name} decides` });
    this.told = make("p", { class: "aw-flips", "data-of": name });
    this.element = make("div", { class: "aw-flip-slider" }, make("div", { class: "aw-slide-head" }, make("span", {}, words), this.number), this.input, this.strip, this.told);
  }
  tell() {
    setText(this.number, Number(this.input.value).toFixed(2));
  }
  draw(winners) {
    const { values, classes } = this;
    const words = stretchesInWords(this.name, values, winners, classes.map((one) => one.name), this.most);
    setText(this.told, words);
    this.strip.setAttribute("aria-label", `What each ${this.name} decides: ${words}`);
    const wide = Math.max(this.input.clientWidth, 120), ratio = window.devicePixelRatio || 1, high = STRIP_PX + MARK_PX;
    if (this.strip.width !== wide * ratio) Object.assign(this.strip, { width: wide * ratio, height: high * ratio });
    this.strip.style.height = `${high}px`;
    const paper = this.strip.getContext("2d");
    paper.setTransform(ratio, 0, 0, ratio, 0, 0);
    paper.clearRect(0, 0, wide, high);
    const first = values[0], step = (wide - 2 * THUMB_PX) / (values.at(-1) - first);
    const x = (value) => THUMB_PX + (value - first) * step, half = (values[1] - first) / 2;
    const found = stretchesOf(values, winners), ink = getComputedStyle(this.element).color;
    let free = -Infinity;
    found.forEach(([from, to, winner], k) => {
      const left = Math.max(x(from - half), THUMB_PX), right = Math.min(x(to + half), wide - THUMB_PX), one = classes[winner];
      paper.fillStyle = "#ffffff";
      paper.fillRect(left, 0, right - left, STRIP_PX);
      if (one) this.fill(paper, winner, one, left, right - left);
      if (k === 0) return;
      paper.fillStyle = ink;
      paper.fillRect(left - 1, 0, 2, STRIP_PX + 4); // where it flips
      paper.font = SMALL;
      paper.textBaseline = "middle";
      const text = from.toFixed(2), room = paper.measureText(text).width, at = Math.min(Math.max(left - room / 2, 0), wide - room);
      if (at > free) (paper.fillText(text, at, STRIP_PX + 11), (free = at + room + 4));
    });
    paper.strokeStyle = ink;
    paper.strokeRect(THUMB_PX + 0.5, 0.5, wide - 2 * THUMB_PX - 1, STRIP_PX - 1);
  }
  // Told apart by pattern and symbol too: stripes, dots, plain.
  fill(paper, winner, { colour, symbol, name }, left, wide) {
    paper.fillStyle = winner === 0 ? hatch(paper, colour) : `${colour}${winner === 1 ? "55" : "88"}`;
    paper.fillRect(left, 0, wide, STRIP_PX);
    paper.font = `600 ${SMALL}`;
    paper.textBaseline = "middle";
    const words = `${symbol} ${name}`, room = paper.measureText(words).width;
    const shown = room + 10 < wide ? words : wide > 14 ? symbol : "";
    if (!shown) return;
    const across = paper.measureText(shown).width, at = left + (wide - across) / 2;
    paper.fillStyle = "#ffffff";
    paper.fillRect(at - 3, 3, across + 6, STRIP_PX - 6);
    paper.fillStyle = "#1f1f1f";
    paper.fillText(shown, at, STRIP_PX / 2 + 0.5);
  }
}
