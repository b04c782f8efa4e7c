// The map of moments: points to look at, to hear and to choose. What is chosen is decided in the kernel, by the polygon
// that is sent there; the browser only shows it.

const STEP = 0.15;
const MAP_KEYS = "Draw a lasso to choose moments for every view of this page, or press an entry of the legend. Keys on the map: arrows move, + and − zoom, 0 shows all of it, n and p go from moment to moment, Space plays, Enter chooses what is in view, Esc shows all moments again.";

class MapExplorer {
  constructor(model, element) {
    this.model = model;
    this.card = new MapCard((content) => this.send(content));
    this.plot = new MapPlot({
      looked: (row) => this.card.show(row),
      drew: (polygon) => this.send({ type: "lasso", how: "lasso", polygon }),
      clicked: () => this.plot.at >= 0 && this.card.listen(),
      key: (event) => this.key(event),
    });
    this.build(element);
    this.listener = (message, buffers) => this.receive(message, buffers);
    model.on("msg:custom", this.listener);
    this.send({ type: "ready" });
  }
  build(element) {
    this.title = make("h2", {});
    this.words = make("p", { class: "aw-map-words", role: "status" });
    this.legend = make("ul", { class: "aw-map-legend", "aria-label": "Legend: press an entry to choose its moments" });
    this.note = make("p", { class: "aw-map-note" });
    const side = make("div", { class: "aw-map-side" }, this.legend, this.card.element);
    this.element = make("div", { class: "aw-map" }, this.title, this.tools(), this.words, make("div", { class: "aw-map-main" }, this.plot.element, side), this.note, make("p", { class: "aw-map-note" }, MAP_KEYS));
    element.append(this.element);
  }
  tools() {
    this.by = make("select", { "aria-label": "Colour by", "data-lm-suppress-shortcuts": "true", onchange: () => this.recolour() });
    this.all = button("all", ["All moments ", make("kbd", {}, "Esc")], () => this.send({ type: "clear" }), { "aria-keyshortcuts": "Escape", disabled: "" });
    const mode = (name, words) => button(name, words, () => this.setMode(name), { "aria-pressed": String(name === "lasso") });
    const named = (name, words, label, press) => button(name, words, press, { "aria-label": label });
    this.modes = [mode("lasso", "Lasso"), mode("move", "Move")];
    const zooms = [named("nearer", "+", "Nearer", () => this.plot.zoom(1.4)), named("farther", "−", "Farther", () => this.plot.zoom(1 / 1.4)), named("whole", "Fit", "The whole map", () => this.plot.fit())];
    return make("div", { class: "aw-map-tools", role: "group", "aria-label": "Map" }, make("label", {}, "Colour by ", this.by), ...this.modes, ...zooms, this.all);
  }
  send(content) {
    this.model.send(content);
  }
  receive(message, buffers) {
    if (message.type === "state") this.open(message, buffers);
    else if (message.type === "chosen" && this.colourings) this.choose(message, buffers[0]);
    else if (message.type === "look") this.card.told(message, buffers);
    else if (message.type === "sound") this.card.heard(message, buffers);
    else if (message.type === "trouble") this.card.failed(message.message);
  }
  open(message, buffers) {
    const copy = (view) => view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
    const [places, mask, ...codes] = buffers;
    this.colourings = message.colourings.map((one, k) => ({ ...one, codes: new Uint16Array(copy(codes[k])) }));
    this.by.replaceChildren(...this.colourings.map((one) => make("option", { value: one.name }, one.name)));
    setText(this.title, message.title);
    setText(this.note, message.note);
    this.plot.load(new Float32Array(copy(places)));
    this.plot.element.setAttribute("aria-label", `Map of ${this.plot.points.n} moments. ${message.title}`);
    this.choose(message, mask);
    this.recolour();
  }
  colouring() {
    return this.colourings.find((one) => one.name === this.by.value);
  }
  recolour() {
    const { name, categories, codes } = this.colouring();
    this.plot.colour(categories, codes);
    const entry = (one) => make("button", { type: "button", class: "aw-map-entry", "data-category": one.name, onclick: () => this.send({ type: "category", colouring: name, category: one.name }) }, markPicture(one, 15), make("span", {}, one.name), make("span", { class: "aw-map-count" }));
    this.legend.replaceChildren(...categories.map((one) => make("li", {}, entry(one))));
    this.count();
  }
  choose(message, mask) {
    this.plot.choose(new Uint8Array(mask.buffer.slice(mask.byteOffset, mask.byteOffset + mask.byteLength)), message.filtered);
    this.all.disabled = !message.filtered;
    setText(this.words, message.words);
    this.count();
    afterPaint(() => {
      setData(this.element, "chosen", String(message.n_chosen));
      this.element.dispatchEvent(new CustomEvent("aw-map-chosen", { bubbles: true, detail: message.n_chosen }));
    });
  }
  // How many of each entry are chosen, of how many.
  count() {
    const { categories, codes } = this.colouring(), { mask, filtered } = this.plot, chosen = new Uint32Array(categories.length);
    if (filtered) for (let k = 0; k < codes.length; k++) chosen[codes[k]] += mask[k];
    this.legend.querySelectorAll(".aw-map-count").forEach((place, k) => {
      const all = categories[k].n.toLocaleString("en");
      setText(place, filtered ? `${chosen[k].toLocaleString("en")} of ${all}` : all);
    });
  }
  setMode(name) {
    this.plot.mode = name;
    for (const one of this.modes) one.setAttribute("aria-pressed", String(one.dataset.action === name));
    setData(this.plot.element, "mode", name);
  }
  key(event) {
    const { plot } = this, step = STEP / plot.view.zoom;
    if (!plot.points || event.ctrlKey || event.metaKey || event.altKey) return;
    const deeds = {
      ArrowLeft: () => plot.move(-step, 0),
      ArrowRight: () => plot.move(step, 0),
      ArrowUp: () => plot.move(0, step),
      ArrowDown: () => plot.move(0, -step),
      "+": () => plot.zoom(1.4),
      "=": () => plot.zoom(1.4),
      "-": () => plot.zoom(1 / 1.4),
      0: () => plot.fit(),
      n: () => plot.walk(1),
      p: () => plot.walk(-1),
      " ": () => this.card.listen(),
      Enter: () => this.chooseWindow(),
      Escape: () => this.send({ type: "clear" }),
    };
    if (!deeds[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    deeds[event.key]();
  }
  chooseWindow() {
    const [left, bottom, right, top] = this.plot.window();
    this.send({ type: "lasso", how: "window", polygon: [[left, bottom], [right, bottom], [right, top], [left, top]] });
  }
  remove() {
    this.model.off?.("msg:custom", this.listener);
    this.element.remove();
    this.plot.remove();
    this.card.remove();
  }
}

export default {
  render({ model, el }) {
    const explorer = new MapExplorer(model, el);
    return () => explorer.remove();
  },
};
