// The neighbours of what is shown, as one wide picture; the marked ones are what the answer is about. Drawn at the key
// press with the picture itself. A cursor points at one cell: where a run is split, and what the player jumps to.

class FilmStrip {
  constructor({ pointed }) {
    this.pointed = pointed; // called with the time of the cell that the cursor went to
    this.canvas = make("canvas", { role: "img" });
    this.marks = make("div", { class: "aw-film-marked" });
    this.cursor = make("div", { class: "aw-film-cursor" });
    this.element = make("div", { class: "aw-film", onclick: (event) => this.clicked(event) }, this.canvas, this.marks, this.cursor);
    this.element.hidden = true;
  }
  show(item) {
    const strip = item?.strip ?? null;
    if (this.strip === strip) return;
    this.strip = strip;
    this.element.hidden = !strip;
    if (!strip) return;
    const { bitmap, marked, times_s } = strip;
    drawWhole(this.canvas, bitmap);
    this.put(this.marks, marked[0], marked[1] - marked[0] + 1);
    this.point(Math.floor((marked[0] + marked[1] + 1) / 2));
    const words = `${times_s.length} pictures in a row, ${marked[1] > marked[0] ? `${marked[1] - marked[0] + 1} of them are asked about` : `number ${marked[0] + 1} is asked about`}`;
    if (this.canvas.getAttribute("aria-label") !== words) this.canvas.setAttribute("aria-label", words);
  }
  put(element, first, n) {
    const share = 100 / this.strip.times_s.length;
    const place = `${first * share}% ${n * share}%`;
    if (element.dataset.place === place) return; // nothing to lay out
    element.dataset.place = place;
    element.style.left = `${first * share}%`;
    element.style.width = `${n * share}%`;
  }
  point(cell) {
    this.cell = Math.min(Math.max(cell, 0), this.strip.times_s.length - 1);
    this.put(this.cursor, this.cell, 1);
  }
  step(by) {
    // Whether the cursor moved; what plays goes along with it.
    const before = this.cell;
    if (!this.strip) return false;
    this.point(this.cell + by);
    if (this.cell !== before) this.pointed(this.strip.times_s[this.cell]);
    return this.cell !== before;
  }
  clicked(event) {
    const box = this.canvas.getBoundingClientRect();
    this.point(Math.floor(((event.clientX - box.left) / box.width) * this.strip.times_s.length));
    this.pointed(this.strip.times_s[this.cell]);
  }
  get into() {
    // How many of the pictures asked about lie before the cursor: where a run is split.
    return this.strip ? this.cell - this.strip.marked[0] : 0;
  }
}
