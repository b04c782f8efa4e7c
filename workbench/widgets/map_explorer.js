// The map of moments: points to look at, to hear and to choose. What is chosen is decided in the kernel, by the polygon
// that is sent there; the browser only shows it.

const LOOK_PX = 12, NEAR_PX = 3, STEP = 0.15;
const MAP_KEYS = "Draw a lasso to choose moments for every view of this page, or press an entry of the legend. Keys on the map: arrows move, + and − zoom, 0 shows all of it, n and p go from moment to moment, Space plays, Enter chooses what is in view, Esc shows all moments again.";

class MapExplorer {
  constructor(model, element) {
    Object.assign(this, { model, view: { x: 0, y: 0, zoom: 1 }, mode: "lasso", trace: null, at: -1, drawn: 0, painter: null });
    this.card = new MapCard((content) => model.send(content));
    this.listener = (message, buffers) => this.receive(message, buffers);
    this.build(element);
    model.on("msg:custom", this.listener);
    model.send({ type: "ready" });
  }
  build(element) {
    this.title = make("h2", {});
    this.words = make("p", { class: "aw-map-words", role: "status" });
    this.all = button("all", ["All moments ", make("kbd", {}, "Esc")], () => this.send({ type: "clear" }), { "aria-keyshortcuts": "Escape", disabled: "" });
    this.by = make("select", { "aria-label": "Colour by", "data-lm-suppress-shortcuts": "true", onchange: () => this.recolour() });
    const mode = (name, words) => button(name, words, () => this.setMode(name), { "aria-pressed": String(name === this.mode) });
    const zoom = (name, words, label, press) => button(name, words, press, { "aria-label": label });
    this.modes = [mode("lasso", "Lasso"), mode("move", "Move")];
    const tools = make("div", { class: "aw-map-tools", role: "group", "aria-label": "Map" }, make("label", {}, "Colour by ", this.by), ...this.modes,
      zoom("nearer", "+", "Nearer", () => this.zoom(1.4)), zoom("farther", "−", "Farther", () => this.zoom(1 / 1.4)), zoom("whole", "Fit", "The whole map", () => this.fit()), this.all);
    this.canvas = make("canvas", { class: "aw-map-points", "aria-hidden": "true" });
    this.over = make("canvas", { class: "aw-map-over", "aria-hidden": "true" });
    this.plot = make("div", { class: "aw-map-plot", tabindex: "0", role: "application", "aria-roledescription": "map", "aria-label": "Map of moments", "data-lm-suppress-shortcuts": "true", onkeydown: (event) => this.key(event) }, this.canvas, this.over);
    this.legend = make("ul", { class: "aw-map-legend", "aria-label": "Legend: press an entry to choose its moments" });
    this.note = make("p", { class: "aw-map-note" });
    this.element = make("div", { class: "aw-map" }, this.title, tools, this.words, make("div", { class: "aw-map-main" }, this.plot, make("div", { class: "aw-map-side" }, this.legend, this.card.element)), this.note, make("p", { class: "aw-map-note" }, MAP_KEYS));
    element.append(this.element);
    for (const kind of ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave"]) this.over.addEventListener(kind, (event) => this[kind](event));
    this.over.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(this.plot);
  }
  send(content) {
    this.model.send(content);
  }
  receive(message, buffers) {
    if (message.type === "state") this.open(message, buffers);
    else if (message.type === "chosen") this.choose(message, buffers[0]);
    else if (message.type === "look") this.card.told(message, buffers);
    else if (message.type === "sound") this.card.heard(message, buffers);
    else if (message.type === "trouble") this.card.failed(message.message);
  }
  open(message, buffers) {
    const copy = (view) => view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
    const [places, mask, ...codes] = buffers;
    this.points = new MapPoints(new Float32Array(copy(places)));
    this.colourings = message.colourings.map((one, k) => ({ ...one, codes: new Uint16Array(copy(codes[k])) }));
    this.by.replaceChildren(...this.colourings.map((one) => make("option", { value: one.name }, one.name)));
    setText(this.title, message.title);
    setText(this.note, message.note);
    this.plot.setAttribute("aria-label", `Map of ${this.points.n} moments. ${message.title}`);
    this.start();
    this.choose(message, mask);
  }
  start() {
    const painter = () => {
      try {
        return new GlPainter(this.canvas);
      } catch (error) {
        console.warn(`The map is painted on a plain canvas, more slowly: ${error.message}`);
        this.canvas.replaceWith((this.canvas = make("canvas", { class: "aw-map-points", "aria-hidden": "true" })));
        return new CanvasPainter(this.canvas);
      }
    };
    this.painter ??= painter();
    this.element.dataset.painter = this.painter instanceof GlPainter ? "webgl2" : "canvas";
    this.canvas.addEventListener("webglcontextlost", () => this.element.isConnected && this.restart(), { once: true });
    this.painter.load(this.points.places);
    this.mask ??= new Uint8Array(this.points.n);
    this.painter.choose(this.mask, Boolean(this.filtered));
    this.recolour();
    this.resize();
  }
  // The graphics card took the context back: a fresh canvas, the same points.
  restart() {
    const fresh = make("canvas", { class: "aw-map-points", "aria-hidden": "true" });
    this.canvas.replaceWith(fresh);
    Object.assign(this, { canvas: fresh, painter: null });
    this.start();
  }
  colouring() {
    return this.colourings.find((one) => one.name === this.by.value);
  }
  recolour() {
    const { name, categories, codes } = this.colouring();
    this.painter.colour(categories, codes);
    this.legend.replaceChildren(...categories.map((one) => make("li", {}, make("button", { type: "button", class: "aw-map-entry", "data-category": one.name, onclick: () => this.send({ type: "category", colouring: name, category: one.name }) }, markPicture(one, 15), make("span", {}, one.name), make("span", { class: "aw-map-count" })))));
    this.count();
    this.redraw();
  }
  // How many of each entry are chosen, of how many.
  count() {
    const { categories, codes } = this.colouring(), chosen = new Uint32Array(categories.length);
    if (this.filtered) for (let k = 0; k < codes.length; k++) chosen[codes[k]] += this.mask[k];
    this.legend.querySelectorAll(".aw-map-count").forEach((place, k) => {
      const all = categories[k].n.toLocaleString("en");
      setText(place, this.filtered ? `${chosen[k].toLocaleString("en")} of ${all}` : all);
    });
  }
  choose(message, mask) {
    this.filtered = message.filtered;
    this.mask = new Uint8Array(mask.buffer.slice(mask.byteOffset, mask.byteOffset + mask.byteLength));
    this.painter.choose(this.mask, this.filtered);
    this.all.disabled = !this.filtered;
    setText(this.words, message.words);
    this.element.dataset.chosen = message.n_chosen;
    this.count();
    this.redraw();
    afterPaint(() => this.element.dispatchEvent(new CustomEvent("aw-map-chosen", { bubbles: true, detail: message.n_chosen })));
  }
  setMode(name) {
    this.mode = name;
    for (const one of this.modes) one.setAttribute("aria-pressed", String(one.dataset.action === name));
    setData(this.plot, "mode", name);
  }
  // What is in the window, in map coordinates.
  get half() {
    return perUnit(this.canvas, this.view) / this.ratio;
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
    const zoom = Math.min(Math.max(this.view.zoom * by, 0.5), 400), share = 1 - this.view.zoom / zoom;
    this.view = { x: this.view.x + (x - this.view.x) * share, y: this.view.y + (y - this.view.y) * share, zoom };
    this.redraw();
  }
  move(x, y) {
    this.view = { ...this.view, x: this.view.x + x, y: this.view.y + y };
    this.redraw();
  }
  fit() {
    this.view = { x: 0, y: 0, zoom: 1 };
    this.redraw();
  }
  wheel(event) {
    // A notebook scrolls past: only a map that one works on zooms.
    if (this.plot !== this.plot.getRootNode().activeElement && !event.ctrlKey) return;
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), this.place(event));
  }
  pointerdown(event) {
    if (event.button > 1 || !this.points) return;
    this.over.setPointerCapture(event.pointerId);
    this.plot.focus({ preventScroll: true });
    const moving = this.mode === "move" || event.shiftKey || event.button === 1;
    this.trace = { moving, corners: [this.place(event)], last: [event.clientX, event.clientY] };
  }
  pointermove(event) {
    if (!this.points) return;
    if (!this.trace) return this.look(this.points.nearest(...this.place(event), LOOK_PX / this.half, (k) => !this.filtered || this.mask[k] === 1));
    const [x, y] = [event.clientX - this.trace.last[0], event.clientY - this.trace.last[1]];
    if (Math.hypot(x, y) < NEAR_PX) return;
    this.trace.last = [event.clientX, event.clientY];
    if (this.trace.moving) return this.move(-x / this.half, y / this.half);
    this.trace.corners.push(this.place(event));
    this.redraw();
  }
  pointerup(event) {
    const { trace } = this;
    this.trace = null;
    if (trace && !trace.moving && trace.corners.length > 2) this.send({ type: "lasso", how: "lasso", polygon: trace.corners });
    else if (trace && trace.corners.length < 3 && this.at >= 0) this.card.listen();
    this.redraw();
  }
  pointercancel() {
    this.trace = null;
    this.redraw();
  }
  pointerleave() {
    if (!this.trace) this.look(-1);
  }
  look(k) {
    if (k === this.at) return;
    this.at = k;
    this.card.show(k);
    this.drawOver();
  }
  key(event) {
    if (!this.points || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEP / this.view.zoom;
    const deeds = {
      ArrowLeft: () => this.move(-step, 0), ArrowRight: () => this.move(step, 0), ArrowUp: () => this.move(0, step), ArrowDown: () => this.move(0, -step),
      "+": () => this.zoom(1.4), "=": () => this.zoom(1.4), "-": () => this.zoom(1 / 1.4), 0: () => this.fit(), n: () => this.walk(1), p: () => this.walk(-1), " ": () => this.card.listen(),
      Enter: () => { const [left, bottom, right, top] = this.window(); this.send({ type: "lasso", how: "window", polygon: [[left, bottom], [right, bottom], [right, top], [left, top]] }); },
      Escape: () => this.send({ type: "clear" }),
    };
    if (!deeds[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    deeds[event.key]();
  }
  // From one moment in view to the next, in the order of the clips; of the chosen ones where some are.
  walk(by) {
    const there = [...this.points.within(...this.window())].filter((k) => !this.filtered || this.mask[k] === 1).sort((a, b) => a - b);
    if (!there.length) return;
    const now = there.findIndex((k) => k >= this.at), on = there[now] === this.at;
    const next = this.at < 0 ? (by > 0 ? 0 : -1) : now < 0 ? (by > 0 ? 0 : -1) : by > 0 ? now + (on ? 1 : 0) : now - 1;
    this.look(there.at(next % there.length));
  }
  resize() {
    this.ratio = globalThis.devicePixelRatio || 1;
    const [width, height] = [Math.round(this.plot.clientWidth * this.ratio), Math.round(this.plot.clientHeight * this.ratio)];
    for (const canvas of [this.canvas, this.over]) if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    this.redraw();
  }
  redraw() {
    if (this.waiting || !this.painter) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      if (!this.canvas.width) return;
      this.painter.draw(this.view, this.ratio);
      this.drawOver();
      if (this.drawn++ === 0) afterPaint(() => this.element.dispatchEvent(new CustomEvent("aw-map-painted", { bubbles: true })));
    });
  }
  drawOver() {
    const paper = this.over.getContext("2d"), { width, height } = this.over;
    const on = ([x, y]) => [width / 2 + (x - this.view.x) * this.half * this.ratio, height / 2 - (y - this.view.y) * this.half * this.ratio];
    paper.clearRect(0, 0, width, height);
    paper.lineWidth = 2 * this.ratio;
    if (this.trace && !this.trace.moving && this.trace.corners.length > 1) {
      paper.beginPath();
      for (const corner of this.trace.corners) paper.lineTo(...on(corner));
      paper.closePath();
      paper.fillStyle = "#0072b222";
      paper.strokeStyle = "#0072b2";
      paper.fill();
      paper.stroke();
    }
    if (this.at >= 0) {
      const [x, y] = on([this.points.places[2 * this.at], this.points.places[2 * this.at + 1]]);
      for (const [colour, extra] of [["#ffffff", 2], ["#000000", 0]]) {
        paper.beginPath();
        paper.strokeStyle = colour;
        paper.lineWidth = (2 + extra) * this.ratio;
        paper.arc(x, y, (pointSize(this.points.n, this.view.zoom) / 2 + 4) * this.ratio, 0, 7);
        paper.stroke();
      }
    }
  }
  remove() {
    this.model.off?.("msg:custom", this.listener);
    this.watch.disconnect();
    cancelAnimationFrame(this.waiting);
    this.element.remove();
    this.painter?.remove();
    this.card.remove();
  }
}

export default {
  render({ model, el }) {
    const explorer = new MapExplorer(model, el);
    return () => explorer.remove();
  },
};
