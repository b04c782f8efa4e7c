// LabelPage: what one sees while labelling. The picture is drawn at the key press; everything else after it was painted.

const IDLE_MS = 300; // so long on one picture, and its surroundings are fetched

const inWords = (seconds) => (seconds < 90 ? `about ${Math.max(1, Math.round(seconds))} s left` : `about ${Math.round(seconds / 60)} min left`);

class StatusRow {
  constructor() {
    this.fill = make("div", { class: "aw-fill" });
    this.bar = make("div", { class: "aw-bar", role: "progressbar", "aria-label": "Frames done", "aria-valuemin": "0" }, this.fill);
    this.progress = make("span");
    this.save = make("span", { class: "aw-save" });
    this.notice = make("p", { class: "aw-notice", role: "status" });
    this.why = make("p", { class: "aw-why", role: "alert" });
    this.elements = [this.bar, make("div", { class: "aw-status" }, this.progress, this.save), this.notice, this.why];
  }
  showSave(outbox) {
    const save = outbox.state();
    setText(this.save, save.words);
    setData(this.save, "state", save.state);
    return save;
  }
  show({ count, pace, outbox, alert, notice, shared }) {
    const done = count.answer + count.skip;
    // Of a queue that people share one person gets a part only, and nobody knows which.
    const words = [shared ? `${done} by you · ${count.total} in the shared queue` : `${done} of ${count.total}`];
    if (count.skip) words.push(`${count.skip} skipped`);
    if (pace?.seconds_each) words.push(`${pace.seconds_each.toFixed(1)} s each`);
    if (pace?.seconds_each && done < count.total && !shared) words.push(inWords(pace.seconds_each * (count.total - done)));
    setText(this.progress, words.join(" · "));
    this.fill.style.transform = `scaleX(${done / Math.max(count.total, 1)})`;
    this.bar.setAttribute("aria-valuemax", Math.max(count.total, 1));
    this.bar.setAttribute("aria-valuenow", done);
    const save = this.showSave(outbox);
    const calm = save.state === "lost" ? "" : save.why;
    setText(this.notice, notice || calm);
    setText(this.why, [save.state === "lost" ? save.why : "", alert].filter(Boolean).join(" "));
  }
}

class LabelPage {
  constructor({ sitting, keys, deed }) {
    Object.assign(this, { sitting, keys, deed, shown: undefined });
    const { schema } = sitting;
    this.status = new StatusRow();
    this.pictures = make("div", { class: "aw-pictures" });
    this.film = new FilmStrip({ pointed: async (time) => (await this.context?.ready()) && this.context.seek(time) });
    this.guess = make("p", { class: "aw-guess", role: "status" });
    this.changing = make("p", { class: "aw-changing", role: "status" });
    this.answers = make("div", { class: "aw-answers", role: "group", "aria-label": schema.prompt });
    this.others = make("div", { class: "aw-others" });
    this.aboutKeys = make("div", { class: "aw-others aw-about-keys" });
    this.strip = new AnswerStrip({ schema, change: (said) => deed("change", said) });
    this.flag = new FlagForm({ save: (note) => deed("flagged", note), left: () => deed("home") });
    this.conflict = new ConflictNote({ resolve: (conflict, mine) => sitting.resolve(conflict, mine) });
    this.context = sitting.surroundings ? new ContextView({ ask: () => sitting.ask() }) : null;
    this.context?.modality(schema.modality);
    this.drawKeys = this.drawKeys.bind(this);
    keys.addEventListener("change", this.drawKeys);
    this.drawKeys();
    const centre = make("div", { class: "aw-centre" }, make("h2", {}, schema.prompt), this.pictures, this.film.element, this.guess, ...(this.context ? [this.context.element] : []), this.changing, this.answers, this.others, this.flag.element, this.aboutKeys);
    this.elements = [...this.status.elements, this.conflict.element, make("div", { class: "aw-main" }, centre, this.side()), this.strip.element];
  }
  remove() {
    clearTimeout(this.idle);
    this.keys.removeEventListener("change", this.drawKeys);
    this.context?.remove();
  }
  drawKeys() {
    const { schema } = this.sitting;
    const press = (name) => (event) => this.deed(name, event);
    const answer = (one) =>
      make("button", { type: "button", class: "aw-button aw-answer", style: `--aw-colour: ${one.colour}`, "data-value": one.name, "aria-keyshortcuts": this.keys.shortcuts(`answer:${one.name}`), onclick: press(`answer:${one.name}`) },
        make("span", { class: "aw-symbol", "aria-hidden": "true" }, one.symbol), make("span", {}, one.name), ...this.keys.signs(`answer:${one.name}`));
    const other = (name, words) => button(name, [`${words} `, ...this.keys.signs(name).slice(0, 1)], press(name), { "aria-keyshortcuts": this.keys.shortcuts(name) });
    this.answers.replaceChildren(...schema.classes.map(answer));
    const abstain = schema.abstention ? [answer(schema.abstention)] : [];
    abstain[0]?.classList.add("aw-abstain");
    this.look = other("look", "Look again");
    this.split = other("split", "Split here");
    this.others.replaceChildren(...abstain, other("undo", "Undo"), other("redo", "Redo"), other("skip", "Skip"), other("flag", "Flag"), this.look, this.split);
    this.aboutKeys.replaceChildren(other("help", "Keys"), make("span", { class: "aw-keys-on" }, "Keys are on · Esc leaves"), make("span", { class: "aw-keys-off" }, "Keys are off · click here to use them"));
  }
  side() {
    const { schema, examples } = this.sitting;
    const pictures = examples.map(({ value, words, png }) =>
      make("figure", {}, make("img", { src: URL.createObjectURL(new Blob([png], { type: "image/png" })), alt: `Example: ${words}`, width: "76", height: "76" }), make("figcaption", {}, make("span", { "aria-hidden": "true" }, `${schema.classes.find((one) => one.name === value)?.symbol ?? ""} `), value)));
    return make("details", { class: "aw-side", open: "" }, make("summary", {}, "How to decide"), make("p", {}, schema.guideline), ...(pictures.length ? [make("div", { class: "aw-examples" }, ...pictures), make("p", { class: "aw-small" }, "Drawn examples, no recordings.")] : []));
  }
  drawPicture() {
    const item = this.sitting.current;
    const taskId = item?.task_id ?? "";
    if (this.shown === taskId) return;
    this.shown = taskId;
    this.pictures.dataset.task = taskId;
    const names = item?.pictures ?? [];
    while (this.pictures.children.length > names.length) this.pictures.lastChild.remove();
    while (this.pictures.children.length < names.length) this.pictures.append(make("figure", {}, make("canvas", { role: "img" }), make("figcaption")));
    names.forEach((name, number) => {
      const [canvas, caption] = this.pictures.children[number].children;
      drawWhole(canvas, item.bitmaps[number]);
      if (caption.textContent === name) return;
      canvas.setAttribute("aria-label", `The ${name} to judge, a picture`);
      caption.textContent = name;
    });
    this.film.show(item);
    if (item) item.shown = performance.now();
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.rested(item), IDLE_MS);
  }
  rested(item) {
    if (!item || !this.context || item !== this.sitting.current) return;
    this.sitting.ask().catch(() => {}); // told when it is asked for, not before
    this.sitting.askNext();
  }
  get splittable() {
    // Of what is asked now: the button is drawn a moment later than the picture, and a key pressed meanwhile counts.
    const strip = this.sitting.current?.strip;
    return Boolean(strip) && strip.marked[0] !== strip.marked[1];
  }
  drawRest() {
    const { sitting } = this;
    this.status.show(sitting);
    this.strip.show(sitting.slots, sitting.changing);
    this.conflict.show(sitting.conflicts);
    this.drawGuess();
    const item = sitting.current;
    this.split.hidden = !this.splittable;
    const { changing } = sitting;
    setText(this.changing, changing ? `You said ${changing.value || "skip"} here. Answer anew to change it, or press Esc to leave it.` : "");
    if (this.context && this.inContext !== item) this.context.show((this.inContext = item));
  }
  drawGuess() {
    // The machine's guess: before one's own answer only when asked for so; after it in the strip, and here when it differs.
    const { sitting } = this;
    const last = sitting.done.at(-1);
    const item = sitting.reveal === "before" || sitting.changing ? sitting.current : null;
    const differs = last?.item?.seen && last.kind === "answer" && last.item.suggestion.value !== last.value;
    this.look.hidden = sitting.reveal !== "after" || !sitting.guessing;
    if (item?.suggestion && (item.seen || sitting.reveal === "before")) {
      item.seen = true;
      setText(this.guess, `The machine says ${item.suggestion.value} (${Math.round(100 * item.suggestion.share)}%).`);
    } else setText(this.guess, differs ? `Before this one you said ${last.value}, the machine ${last.item.suggestion.value}.` : "");
  }
}
