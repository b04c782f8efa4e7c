// One moment: what is seen and heard, what each network says, what it is labelled, and the buttons to correct it.

const PICTURES = {
  face: ["image/jpeg", "The face, as the network sees it"],
  mouth: ["image/png", "The mouth, as the gate sees it"],
  sound: ["image/png", "Half a second of sound before and after, 0 to 8 kHz, in the audio network's own columns; the moment is marked"],
};

class MomentCard {
  constructor(card, buffers, { schema, act }) {
    Object.assign(this, { schema, act, urls: [], shownAt: performance.now() });
    this.words = make("div", { class: "aw-card-words" });
    this.state = make("p", { class: "aw-card-state", role: "status" });
    this.stage = make("div");
    this.element = make("article", { class: "aw-card", tabindex: "0", "data-id": card.id, "data-lm-suppress-shortcuts": "true", onkeydown: (event) => this.key(event), onkeyup: () => this.act.letGo(), onfocusout: () => this.act.letGo() },
      this.pictures(card, buffers), this.stage, this.words, this.buttons(), this.state);
    this.show(card);
  }
  pictures(card, buffers) {
    const at = Object.fromEntries(card.pictures.map((kind, k) => [kind, buffers[k]]));
    const seen = Object.entries(PICTURES).map(([kind, [type, words]]) => {
      if (!at[kind]) return make("div", { class: `aw-none aw-${kind}` }, kind === "sound" ? "no sound" : `no ${kind}`);
      const url = URL.createObjectURL(new Blob([at[kind]], { type }));
      this.urls.push(url);
      const picture = make("img", { src: url, alt: words, class: `aw-${kind}` });
      return kind === "sound" ? make("div", { class: "aw-marked" }, picture, make("span", { class: "aw-moment", "aria-hidden": "true" })) : picture;
    });
    return make("div", { class: "aw-seen" }, ...seen);
  }
  choice(name) {
    return [...this.schema.classes, this.schema.abstention].find((one) => one?.name === name) ?? { symbol: "", colour: "#767676" };
  }
  symbol(name) {
    const { symbol, colour } = this.choice(name);
    return make("span", { "aria-hidden": "true", style: `color:${colour}` }, `${symbol} `);
  }
  show(card) {
    this.card = card;
    const label = `${card.clip.length > 26 ? `${card.clip.slice(0, 25)}…` : card.clip}, ${card.time_s.toFixed(2)} s`;
    this.element.setAttribute("aria-label", `${label}, labelled ${card.truth || "nothing"}`);
    const source = { hand: "people say", known: "the recording says", "": "nobody knows" }[card.source];
    const truth = make("p", { class: "aw-truth" }, `Label (${source}): `, make("strong", {}, this.symbol(card.truth), card.truth || "–"), card.judged_as && card.judged_as !== card.truth ? ` (was ${card.judged_as})` : "", card.suspect ? make("span", { class: "aw-suspect" }, "⚠ doubted") : "");
    const extra = [card.own_flag ? make("p", { class: "aw-flagged" }, `⚑ Flagged by you${card.own_note ? `: ${card.own_note}` : ""}`) : null, card.outcome ? make("p", { class: "aw-outcome" }, card.outcome) : null];
    this.words.replaceChildren(make("p", { class: "aw-where", title: card.clip }, label, make("span", {}, card.about)), truth, this.says(card), make("p", { class: "aw-reason" }, card.reason), ...extra.filter(Boolean));
    this.element.dataset.relabelled = String(Boolean(card.own_op_id));
    for (const one of this.element.querySelectorAll("[data-value]")) one.setAttribute("aria-pressed", String(one.dataset.value === card.own_value));
    this.undo.disabled = !(card.own_op_id || card.own_flag);
  }
  says(card) {
    const { classes } = this.schema;
    const rows = card.says.map(({ network, said, chances }) => {
      const name = { visual: "face", audio: "voice", audiovisual: "both", mouth: "mouth" }[network] ?? network;
      if (!chances) return make("tr", {}, make("th", { scope: "row" }, name), make("td", { colspan: "2" }, network === "audio" ? "no voice here" : "says nothing here"));
      const all = classes.map((one, k) => `${one.name} ${percent(chances[k])}`).join(", ");
      const parts = classes.map((one, k) => make("span", { style: `width:${100 * chances[k]}%;background:${one.colour}` }));
      return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, make("span", { class: "aw-chances", role: "img", "aria-label": all, title: all }, ...parts)), make("td", { class: said === card.truth ? "" : "aw-differs" }, this.symbol(said), `${said} ${percent(chances[classes.findIndex((one) => one.name === said)])}`));
    });
    return make("table", { class: "aw-says" }, make("tbody", {}, ...rows));
  }
  buttons() {
    const choices = [...this.schema.classes, this.schema.abstention].filter(Boolean);
    const answers = choices.map((one) => button("relabel", [this.symbol(one.name), one.name, " ", make("kbd", {}, one.keys[0])], () => this.relabel(one.name), { "data-value": one.name, "aria-pressed": "false" }));
    this.undo = button("undo", "Undo", () => this.takeBack());
    this.note = make("input", { type: "text", maxlength: "500", placeholder: "what is odd?", "aria-label": "What is odd about this moment?", onkeydown: (event) => event.key === "Enter" && this.flag() });
    this.form = make("div", { class: "aw-note", hidden: "" }, this.note, button("save-flag", "Save", () => this.flag()));
    const flag = button("flag", "⚑ Flag", () => ((this.form.hidden = !this.form.hidden), this.form.hidden || this.note.focus()));
    const play = button("play", "▶ Play", () => this.act.play(this));
    return make("div", {}, make("div", { class: "aw-row", role: "group", "aria-label": "What it should be labelled" }, ...answers), make("div", { class: "aw-row" }, play, flag, this.undo), this.form);
  }
  relabel(value) {
    this.act.save(this, { type: "relabel", value, seconds_taken: (performance.now() - this.shownAt) / 1000 }, value);
  }
  flag() {
    this.act.save(this, { type: "flag", note: this.note.value }, "flag");
    this.form.hidden = true;
    this.element.focus();
  }
  takeBack() {
    const { own_op_id, own_flag } = this.card;
    if (own_op_id || own_flag) this.act.save(this, { type: "undo", undoes: own_op_id || own_flag }, "undo");
  }
  say(words, state) {
    setText(this.state, words);
    setData(this.element, "state", state);
  }
  key(event) {
    if (event.target !== this.element || event.ctrlKey || event.metaKey || event.altKey) return;
    const choice = [...this.schema.classes, this.schema.abstention].find((one) => one?.keys.includes(event.key));
    if (choice) this.relabel(choice.name);
    else if (event.key === "Backspace") this.takeBack();
    else if (event.key === " ") this.act.play(this);
    else if (!this.act.playerKey(this, event)) return;
    event.preventDefault();
    event.stopPropagation();
  }
  remove() {
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.element.remove();
  }
}
