// The page: on the left counts that lead to moments, on the right their cards; corrections are saved one by one.

const ORDERS = { doubt: "likely label errors first", surest: "what it is surest of first", time: "as recorded" };
const LATE_MS = 8000; // with no answer for so long, a correction is called not saved
const WARM_MS = 15;
const POLL_MS = 600;

class Explorer {
  constructor(model, root) {
    Object.assign(this, { model, root, cards: [], saving: new Map(), request: 0, tab: "doubt", ahead: new Map() });
    this.counts = new ErrorCounts({ choose: (chosen, event) => this.choose(chosen, event) });
    this.context = new ContextView({ ask: () => this.ask() });
    this.trouble = make("p", { class: "aw-trouble", role: "alert", hidden: "" });
    this.build();
    model.on("msg:custom", (content, buffers) => this.hear(content, buffers));
    model.send({ type: "ready" });
  }
  build() {
    const choice = (name, words) => {
      const select = make("select", { "aria-label": words, "data-lm-suppress-shortcuts": "true", onchange: () => this.view({ [name]: select.value }) });
      this[`${name}Select`] = select;
      return make("label", {}, make("span", {}, `${words} `), select);
    };
    const tab = (name, words) => make("button", { type: "button", role: "tab", id: `${this.uid ??= newId()}-${name}`, "data-tab": name, "aria-controls": `${this.uid}-panel`, onclick: (event) => this.open(name, event), onkeydown: (event) => ["ArrowLeft", "ArrowRight"].includes(event.key) && this.otherTab() }, words);
    this.tabs = make("div", { class: "aw-tabs", role: "tablist", "aria-label": "What leads to the moments" }, tab("doubt", "Likely label errors"), tab("counts", "Confusion and groups"));
    this.name = make("input", { type: "text", autocomplete: "off", size: "14", onchange: () => this.begin() });
    this.onePerStretch = make("input", { type: "checkbox", checked: "", onchange: () => this.view({ one_per_stretch: this.onePerStretch.checked }) });
    this.whole = make("input", { type: "checkbox" });
    this.right = make("p", { class: "aw-right" });
    this.restricted = make("p", { class: "aw-restricted", hidden: "" });
    this.doubted = make("p", { class: "aw-doubted" });
    this.panel = make("div", { id: `${this.uid}-panel`, role: "tabpanel" }, this.doubted, this.counts.element);
    this.changed = make("div", { class: "aw-changed" });
    const left = make("div", { class: "aw-left" }, this.tabs, make("div", { class: "aw-choices" }, choice("network", "Network"), choice("part", "Moments of the"), choice("order", "Order")), this.right, this.restricted, this.panel, this.changed);
    this.title = make("h2", { class: "aw-title", tabindex: "-1" });
    this.grid = make("div", { class: "aw-cards" });
    this.more = button("more", "More", () => this.page());
    const ticks = make("div", { class: "aw-choices" }, make("label", {}, this.onePerStretch, " one moment of each stretch of equal labels"), make("label", {}, this.whole, " a correction is about the whole clip"), make("label", {}, "Your name ", this.name));
    this.rightSide = make("div", { class: "aw-rightside" }, this.title, ticks, this.grid, this.more);
    this.body = make("div", { class: "aw-explorer-body" }, left, this.rightSide);
    this.root.append(this.trouble, this.body);
  }
  hear(content, buffers) {
    const { type } = content;
    if (["state", "cards", "saved"].includes(type)) this.trouble.hidden = true;
    if (type === "state") this.arrive(content);
    else if (type === "cards") this.show(content, buffers);
    else if (type === "groups") this.counts.showGroups(content.groups);
    else if (type === "warmed") content.left ? this.warmSoon() : this.fetchAhead();
    else if (type === "ahead") this.keep(content, buffers);
    else if (type === "context") this.surroundings(content, buffers);
    else if (type === "saved") this.saved(content);
    else if (type === "not_saved") this.notSaved(content.op_id, content.message);
    else if (type === "retraining") this.retraining(content);
    else this.complain(content.message);
  }
  complain(message) {
    this.trouble.textContent = message;
    this.trouble.hidden = false;
  }

  // Looking

  arrive(state) {
    if (state.problem) {
      this.body.hidden = true;
      return this.complain(state.problem);
    }
    const first = !this.known;
    this.known = state;
    this.ahead.clear(); // counts and labels may have changed
    const fill = (select, pairs, value) => {
      select.replaceChildren(...pairs.map(([name, words]) => make("option", { value: name }, words)));
      select.value = value;
    };
    fill(this.networkSelect, state.networks.map((name) => [name, { audiovisual: "face and voice (system)", visual: "face (visual)", audio: "voice (audio)" }[name] ?? name]), state.network);
    fill(this.partSelect, state.parts.map((one) => [one.name, one.words]), state.part);
    fill(this.orderSelect, Object.entries(ORDERS), state.order);
    if (document.activeElement !== this.name) this.name.value = state.annotator;
    setText(this.right, `Right: ${state.right} of these moments.`);
    this.right.title = state.runs.join(", ");
    setText(this.restricted, state.restricted);
    this.restricted.hidden = !state.restricted;
    const [n, of] = state.doubted;
    setText(this.doubted, `Confident learning doubts ${n.toLocaleString("en")} of ${of.toLocaleString("en")} labels of this part. A network that is often wrong itself raises many false alarms: the order matters more than the number. Look, listen, then correct what is wrong; agree with the label by passing it by.`);
    this.counts.show(state);
    this.tellCorrected(state.corrected);
    this.markTab();
    this.stale = true;
    this.askGroups();
    if (first) this.choose(["all", "", ""], null);
  }
  view(changes) {
    this.model.send({ type: "view", request: ++this.request, ...changes });
  }
  open(name, event) {
    this.tab = name;
    this.markTab();
    this.askGroups();
    if (name === "doubt" && this.known && (this.known.order !== "doubt" || this.counts.chosen[0] !== "all")) {
      if (this.known.order !== "doubt") this.view({ order: "doubt" });
      this.choose(["all", "", ""], event);
    }
  }
  askGroups() {
    // Their intervals take a while on many clips: only where they are seen.
    if (!this.stale || this.tab !== "counts") return;
    this.stale = false;
    this.model.send({ type: "groups" });
  }
  otherTab() {
    const other = this.tabs.querySelector("[aria-selected=false]");
    other.focus();
    other.click();
  }
  markTab() {
    for (const one of this.tabs.children) {
      const on = one.dataset.tab === this.tab;
      one.setAttribute("aria-selected", String(on));
      one.setAttribute("tabindex", on ? "0" : "-1");
      if (on) this.panel.setAttribute("aria-labelledby", one.id);
    }
    this.doubted.hidden = this.tab !== "doubt";
    this.counts.element.hidden = this.tab !== "counts";
  }
  choose(chosen, event) {
    this.clickedAt = event?.timeStamp ?? null;
    this.counts.mark(chosen);
    const request = ++this.request, there = this.ahead.get(String(chosen));
    if (there) this.show({ ...there.content, request }, there.buffers);
    this.model.send({ type: "choose", request, kind: chosen[0], first: chosen[1], second: chosen[2], shown: Boolean(there) });
  }
  page() {
    this.model.send({ type: "page", request: ++this.request, start: this.cards.length });
  }
  show({ request, start, total, words, chosen, cards }, buffers) {
    if (request && request !== this.request) return; // an answer to an older question
    if (!start) {
      this.cards.forEach((card) => card.remove());
      this.cards = [];
      this.context.show(null);
      this.rightSide.scrollTop = 0;
    }
    this.counts.mark(chosen);
    let at = 0;
    const act = { save: (card, said, what) => this.save(card, said, what), play: (card) => this.play(card), playerKey: (card, event) => this.playerKey(card, event), letGo: () => this.held && ((this.held = false), this.context.release()) };
    const made = cards.map((card) => {
      const mine = buffers.slice(at, at + card.pictures.length);
      at += card.pictures.length;
      return new MomentCard(card, mine, { schema: this.known.schema, act });
    });
    this.cards.push(...made);
    this.grid.append(...made.map((card) => card.element));
    setText(this.title, words);
    this.more.hidden = this.cards.length >= total;
    setText(this.more, `Show more (${this.cards.length} of ${total} shown)`);
    const began = this.clickedAt;
    this.clickedAt = null;
    const pictures = made.flatMap((card) => [...card.element.querySelectorAll("img")]);
    Promise.allSettled(pictures.map((picture) => picture.decode())).then(() => afterPaint(() => {
      this.root.dispatchEvent(new CustomEvent("aw-moments-painted", { bubbles: true, detail: { ms: began === null ? null : performance.now() - began, n: made.length, words } }));
      this.warmSoon();
    }));
  }
  warmSoon() {
    clearTimeout(this.warming);
    this.warming = setTimeout(() => this.model.send({ type: "warm" }), WARM_MS);
  }

  // The first cards of every cell are fetched before they are asked for: a click then waits for nobody, not even for a
  // kernel that is busy training.
  fetchAhead() {
    const { classes, counts } = this.known;
    const cells = classes.flatMap((first, i) => classes.map((second, j) => [first, second, counts[i][j]]));
    const next = cells.find(([first, second, n]) => n && !this.ahead.has(String(["cell", first, second])));
    if (next) this.model.send({ type: "ahead", first: next[0], second: next[1] });
  }
  keep(content, buffers) {
    this.ahead.set(String(content.chosen), { content, buffers });
    clearTimeout(this.warming);
    this.warming = setTimeout(() => this.fetchAhead(), WARM_MS);
  }

  // Playing: one player, put into the card that is played

  play(card) {
    if (this.playing === card && this.context.player.meta) return this.context.toggle();
    this.playing = card;
    card.stage.replaceChildren(this.context.element);
    this.context.show(card.card);
    this.context.begin(0);
  }
  playerKey(card, { key, repeat }) {
    // The keys that the player's buttons name, for the card it is in.
    if (this.playing !== card || !card.stage.hasChildNodes()) return false;
    if ("vmb".includes(key)) repeat || ((this.held = true), this.context.hold(key));
    else if (key === "r") this.context.replay();
    else if (key === "ArrowLeft" || key === "ArrowRight") this.context.step(key === "ArrowLeft" ? -1 : 1);
    else return false;
    return true;
  }
  ask() {
    const { id } = this.playing.card;
    return new Promise((resolve, reject) => {
      this.asked = { id, resolve, reject };
      this.model.send({ type: "context", id });
    });
  }
  surroundings({ id, meta, problem }, buffers) {
    if (this.asked?.id !== id) return;
    if (problem) this.asked.reject(new Error(problem));
    else this.asked.resolve({ meta, buffers });
  }

  // Correcting

  begin() {
    if (this.name.value.trim()) this.model.send({ type: "begin", annotator: this.name.value, request: ++this.request });
  }
  save(card, said, what) {
    if (!this.known.annotator) {
      this.complain("Give your name first: corrections are kept under it.");
      return this.name.focus();
    }
    const op_id = newId();
    const late = setTimeout(() => this.notSaved(op_id, "no answer from the kernel. Wait, or run this notebook's cells again and repeat it", true), LATE_MS);
    this.saving.set(op_id, { card, what, late });
    card.say("saving …", "saving");
    this.model.send({ ...said, id: card.card.id, whole: this.whole.checked, op_id });
  }
  saved({ op_id, cards }) {
    const fresh = new Map(cards.map((card) => [card.id, card]));
    for (const card of this.cards) if (fresh.has(card.card.id)) card.show({ ...card.card, ...fresh.get(card.card.id) });
    const { card, what, late } = this.saving.get(op_id) ?? {};
    if (!card) return;
    clearTimeout(late);
    this.saving.delete(op_id);
    card.say({ undo: "taken back, saved", flag: "flag saved" }[what] ?? `saved: ${what}`, "saved");
  }
  notSaved(op_id, message, keep = false) {
    const { card, late } = this.saving.get(op_id) ?? {};
    if (!card) return this.complain(`NOT saved: ${message}`);
    clearTimeout(late);
    if (!keep) this.saving.delete(op_id); // a late answer may still come
    card.say(`NOT saved: ${message}`, "lost");
  }

  // Training again

  tellCorrected(words) {
    if (this.busy) return;
    const train = button("retrain", "Train again what is affected", () => this.model.send({ type: "retrain" }), words ? {} : { disabled: "" });
    const said = words ? `Corrected: ${words}.` : "Nothing corrected yet.";
    this.changed.replaceChildren(make("h2", {}, "What your corrections change"), make("p", {}, said), train, ...(this.results ?? []));
  }
  retraining({ state, words, share, changes }) {
    this.busy = state === "running";
    if (this.busy) {
      const bar = make("progress", { value: share, max: "1", "aria-label": "Training again" });
      this.changed.replaceChildren(make("h2", {}, "Training again"), bar, make("p", { role: "status" }, words), button("stop", "Stop", () => this.model.send({ type: "stop" })));
      return void setTimeout(() => this.model.send({ type: "retraining" }), POLL_MS);
    }
    this.results = state === "finished" ? changes.map((one) => this.change(one)) : [make("p", {}, words)];
    this.tellCorrected(state === "finished" ? "" : this.known.corrected);
  }
  change({ network, words, trained, n_mended, n_broken }) {
    const look = (which, n) => button(which, `Look at the ${n} ${which}`, () => this.model.send({ type: "moved", which, network, request: ++this.request }), n ? {} : { disabled: "" });
    return make("section", { "data-network": network }, make("h3", {}, network), ...words.map((one) => make("p", {}, one)), ...(trained ? [look("mended", n_mended), " ", look("broken", n_broken)] : []));
  }
  end() {
    clearTimeout(this.warming);
    this.cards.forEach((card) => card.remove());
    this.context.remove();
  }
}

export default {
  render({ model, el }) {
    const root = make("div", { class: "aw-explorer", role: "region", "aria-label": "Errors, the moments behind them, and their correction", "data-lm-suppress-shortcuts": "true" });
    el.append(root);
    const explorer = new Explorer(model, root);
    return () => explorer.end();
  },
};
