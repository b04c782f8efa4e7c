// The plot of a map: points one can move, zoom, point at and draw a lasso around. It tells what was done ({ looked(row),
// drew(polygon), clicked() }) and knows nothing of what that means.

const LOOK_PX = 12, NEAR_PX = 3, NEAREST_ZOOM = 400, FARTHEST_ZOOM = 0.5;
// Where the browser cannot keep up, every second point, every third … is left out while the map moves, so that it follows
// the hand; all are back as soon as it stands still.
const SLOW_MS = 34, STILL_MS = 150, THINNEST = 12;

class MapPlot {
  constructor({ looked, drew, clicked, key }) {
    Object.assign(this, { looked, drew, clicked, view: { x: 0, y: 0, zoom: 1 }, mode: "lasso", trace: null, at: -1, drawn: 0, painter: null, filtered: false, step: 1, last: 0 });
    this.canvas = this.paper();
    this.over = make("canvas", { class: "aw-map-over", "aria-hidden": "true" });
    this.element = make("div", { class: "aw-map-plot", tabindex: "0", role: "application", "aria-roledescription": "map", "aria-label": "Map of moments", "data-lm-suppress-shortcuts": "true", onkeydown: key }, this.canvas, this.over);
    for (const kind of ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave"]) this.over.addEventListener(kind, (event) => this.points && this[kind](event));
    this.over.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(this.element);
  }
  paper() {
    return make("canvas", { class: "aw-map-points", "aria-hidden": "true" });
  }
  load(places) {
    this.points = new MapPoints(places);
    this.mask = new Uint8Array(this.points.n);
    if (!this.painter) this.paintOn(this.canvas);
    this.painter.load(places);
    this.resize();
  }
  colour(categories, codes) {
    this.colours = [categories, codes];
    this.painter.colour(categories, codes);
    this.redraw();
  }
  choose(mask, filtered) {
    Object.assign(this, { mask, filtered });
    this.painter.choose(mask, filtered);
    this.redraw();
  }
  paintOn(canvas) {
    try {
      this.painter = new GlPainter(canvas);
      canvas.addEventListener("webglcontextlost", () => this.element.isConnected && this.restart(), { once: true });
    } catch (error) {
      console.warn(`The map is painted on a plain canvas, more slowly: ${error.message}`);
      canvas.replaceWith((this.canvas = this.paper())); // one that was asked for WebGL2 gives nothing else
      this.painter = new CanvasPainter(this.canvas);
    }
    setData(this.element, "painter", this.painter instanceof GlPainter ? "webgl2" : "canvas");
  }
  // The graphics card took the context back: a fresh canvas, the same points.
  restart() {
    const before = this.canvas;
    before.replaceWith((this.canvas = this.paper()));
    this.paintOn(this.canvas);
    this.painter.load(this.points.places);
    this.painter.colour(...this.colours);
    this.painter.choose(this.mask, this.filtered);
    this.resize();
  }
  allowed(k) {
    return !this.filtered || this.mask[k] === 1;
  }
  get half() {
    return perUnit(this.canvas, this.view) / this.ratio; // screen pixels for one unit of the map
  }
  place(event) {
    const box = this.over.getBoundingClientRect();
    return [this.view.x + (event.clientX - box.left - box.width / 2) / this.half, this.view.y - (event.clientY - box.top - box.height / 2) / this.half];
  }
  window() {
    const [wide, high] = [this.over.clientWidth / 2 / this.half, this.over.clientHeight / 2 / this.half];
    return [this.view.x - wide, this.view.y - high, this.view.x + wide, this.view.y + high];
  }
  zoom(by, [x, y] = [this.view.x, this.view.y]) {
    const zoom = Math.min(Math.max(this.view.zoom * by, FARTHEST_ZOOM), NEAREST_ZOOM), share = 1 - this.view.zoom / zoom;
    this.view = { x: this.view.x + (x - this.view.x) * share, y: this.view.y + (y - this.view.y) * share, zoom };
    this.moved();
  }
  move(x, y) {
    this.view = { ...this.view, x: this.view.x + x, y: this.view.y + y };
    this.moved();
  }
  moved() {
    if (!this.settling) Object.assign(this, { last: 0, step: Math.max(1, this.step - 1) });
    clearTimeout(this.settling);
    this.settling = setTimeout(() => ((this.settling = 0), this.redraw()), STILL_MS);
    this.redraw();
  }
  fit() {
    this.view = { x: 0, y: 0, zoom: 1 };
    this.redraw();
  }
  wheel(event) {
    // A notebook scrolls past: only a map that one works on zooms.
    if (this.element !== this.element.getRootNode().activeElement && !event.ctrlKey) return;
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), this.place(event));
  }
  pointerdown(event) {
    if (event.button > 1) return;
    this.over.setPointerCapture(event.pointerId);
    this.element.focus({ preventScroll: true });
    const moving = this.mode === "move" || event.shiftKey || event.button === 1;
    this.trace = { moving, still: true, corners: [this.place(event)], last: [event.clientX, event.clientY] };
  }
  pointermove(event) {
    const { trace } = this;
    if (!trace) return this.look(this.points.nearest(...this.place(event), LOOK_PX / this.half, (k) => this.allowed(k)));
    const [x, y] = [event.clientX - trace.last[0], event.clientY - trace.last[1]];
    if (Math.hypot(x, y) < NEAR_PX) return;
    Object.assign(trace, { still: false, last: [event.clientX, event.clientY] });
    if (trace.moving) return this.move(-x / this.half, y / this.half);
    trace.corners.push(this.place(event));
    this.redrawOver();
  }
  pointerup() {
    const { trace } = this;
    this.trace = null;
    this.redrawOver();
    if (!trace) return;
    if (trace.still) this.clicked();
    else if (!trace.moving && trace.corners.length > 2) this.drew(trace.corners);
  }
  pointercancel() {
    this.trace = null;
    this.redrawOver();
  }
  pointerleave() {
    if (!this.trace) this.look(-1);
  }
  look(k) {
    if (k === this.at) return;
    this.at = k;
    this.looked(k);
    this.redrawOver();
  }
  // From one moment in view to the next, in the order of the clips; of the chosen ones where some are.
  walk(by) {
    const there = [...this.points.within(...this.window())].filter((k) => this.allowed(k)).sort((a, b) => a - b);
    const next = by > 0 ? there.find((k) => k > this.at) : there.findLast((k) => k < this.at || this.at < 0);
    if (there.length) this.look(next ?? there.at(by > 0 ? 0 : -1));
  }
  resize() {
    this.ratio = globalThis.devicePixelRatio || 1;
    const [width, height] = [Math.round(this.element.clientWidth * this.ratio), Math.round(this.element.clientHeight * this.ratio)];
    for (const canvas of [this.canvas, this.over]) if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    this.redraw();
  }
  redraw() {
    this.stale = true;
    this.redrawOver();
  }
  redrawOver() {
    if (!this.painter) return;
    this.waiting ||= requestAnimationFrame((now) => {
      this.waiting = 0;
      if (!this.canvas.width) return;
      if (this.stale && this.colours) this.drawPoints(now);
      this.drawOver();
    });
  }
  drawPoints(now) {
    const moving = Boolean(this.settling);
    if (moving && this.last && now - this.last > SLOW_MS) this.step = Math.min(this.step + 1, THINNEST);
    this.last = now;
    this.painter.draw(this.view, this.ratio, moving ? this.step : 1);
    setData(this.element, "step", String(moving ? this.step : 1));
    this.stale = false;
    this.tell();
  }
  tell() {
    if (this.drawn++ === 0) afterPaint(() => this.element.dispatchEvent(new CustomEvent("aw-map-painted", { bubbles: true })));
  }
  drawOver() {
    const paper = this.over.getContext("2d"), { width, height } = this.over;
    const on = ([x, y]) => [width / 2 + (x - this.view.x) * this.half * this.ratio, height / 2 - (y - this.view.y) * this.half * this.ratio];
    paper.clearRect(0, 0, width, height);
    paper.lineWidth = 2 * this.ratio;
    if (this.trace && !this.trace.moving) {
      paper.beginPath();
      for (const corner of this.trace.corners) paper.lineTo(...on(corner));
      paper.closePath();
      paper.fillStyle = "#0072b222";
      paper.strokeStyle = "#0072b2";
      paper.fill();
      paper.stroke();
    }
    if (this.at < 0) return;
    const [x, y] = on([this.points.places[2 * this.at], this.points.places[2 * this.at + 1]]);
    for (const [colour, extra] of [["#ffffff", 2], ["#000000", 0]]) {
      paper.beginPath();
      paper.strokeStyle = colour;
      paper.lineWidth = (2 + extra) * this.ratio;
      paper.arc(x, y, (pointSize(this.points.n, this.view.zoom) / 2 + 4) * this.ratio, 0, 7);
      paper.stroke();
    }
  }
  remove() {
    this.watch.disconnect();
    cancelAnimationFrame(this.waiting);
    clearTimeout(this.settling);
    this.painter?.remove();
  }
}
