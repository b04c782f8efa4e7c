// The frame labeller itself, put behind all the other parts: its stages, and who answers which key.

const CALM_MS = 150; // words wait until no key came for so long

class View {
  constructor(sitting, element) {
    Object.assign(this, { sitting, shownStage: "", lastDeed: -CALM_MS });
    this.root = make("div", { class: "aw-labeller", tabindex: "0", role: "group", "aria-label": "Frame labeller", "data-lm-suppress-shortcuts": "true", onkeydown: (event) => this.key(event), onkeyup: (event) => this.keyUp(event), onfocusout: () => this.letGo() });
    this.body = make("div", { class: "aw-body" });
    this.spoken = make("div", { class: "aw-spoken", "aria-live": "polite" });
    this.root.append(this.body, this.spoken);
    element.append(this.root);
    this.schedule = this.schedule.bind(this);
    this.beforeUnload = (event) => this.sitting.outbox.leaving(event);
    this.settled = ({ detail }) => this.root.dispatchEvent(new CustomEvent("aw-settled", { bubbles: true, detail }));
    sitting.addEventListener("change", this.schedule);
    sitting.addEventListener("settled", this.settled);
    window.addEventListener("beforeunload", this.beforeUnload);
    this.draw();
  }
  remove() {
    clearTimeout(this.later);
    this.page?.remove();
    this.sitting.removeEventListener("change", this.schedule);
    this.sitting.removeEventListener("settled", this.settled);
    window.removeEventListener("beforeunload", this.beforeUnload);
    this.root.remove();
  }
  schedule() {
    // A new picture at once; words together, with the next key's or when no key comes: a browser that has drawn nothing
    // for a moment draws at once, one that just did makes the next picture wait for the screen's next turn.
    if (!this.page || this.stage !== this.shownStage) return this.draw();
    this.page.drawPicture();
    this.later ??= setTimeout(() => this.draw(), Math.max(40, CALM_MS - (performance.now() - this.lastDeed)));
  }
  get stage() {
    return this.sitting.stage === "label" && this.sitting.finished ? "end" : this.sitting.stage;
  }

  // Keys
  key(event) {
    if (event.target instanceof HTMLInputElement) return;
    if (event.key === "Escape") return this.sitting.changing ? this.sitting.change(null) : document.activeElement?.blur();
    const deed = this.keys?.deedFor(event);
    if (!deed || !["label", "end"].includes(this.stage)) return;
    if ([" ", "Enter"].includes(event.key) && event.target !== this.root) return; // presses the button it is on
    event.preventDefault();
    if (event.repeat && !["earlier", "later"].includes(deed)) return; // a held key is one answer
    this.deed(deed, event);
  }
  keyUp(event) {
    if (HELD[this.keys?.deedFor(event)]) this.letGo();
  }
  letGo() {
    if (this.held) this.page?.context?.release();
    this.held = false;
  }
  deed(name, event) {
    const { sitting, page } = this;
    const { context } = page ?? {};
    const began = event?.timeStamp || performance.now();
    if (event?.type === "click" && event.detail) this.root.focus({ preventScroll: true }); // by mouse: keys go on working
    if (name.startsWith("answer:")) return this.act(() => sitting.say("answer", name.slice(7)), name.slice(7), began);
    const deeds = {
      skip: () => this.act(() => sitting.say("skip"), "skipped", began),
      undo: () => this.act(() => sitting.undo(), "taken back", began),
      redo: () => this.act(() => sitting.redo(), "given again", began),
      look: () => this.act(() => sitting.lookAgain(), "look again", began),
      change: () => (deeds.home(), this.act(() => sitting.change(event) ?? event, "change this answer", performance.now())), // the button pressed is redrawn with the answer
      flag: () => sitting.current && page?.flag.open(),
      flagged: () => this.act(() => sitting.flag(event), "flagged", performance.now()),
      home: () => this.root.focus({ preventScroll: true }),
      help: () => this.dialog.open(),
      split: () => page?.splittable && sitting.split(page.film.into),
      play: () => context?.toggle(),
      replay: () => context?.replay(),
      earlier: () => page?.film.step(-1) || context?.step(-1),
      later: () => page?.film.step(1) || context?.step(1),
    };
    if (HELD[name]) {
      this.held = true;
      return context?.hold(HELD[name]);
    }
    deeds[name]?.();
  }
  act(what, words, began) {
    const ready = Boolean(this.sitting.queue.current);
    this.lastDeed = performance.now();
    clearTimeout(this.later);
    this.later = null;
    let said = null;
    afterPaint(() => {
      if (!said) return;
      this.root.dispatchEvent(new CustomEvent("aw-painted", { bubbles: true, detail: { ms: performance.now() - began, ready, op_id: said.op_id } }));
      this.words = words;
      this.draw();
    });
    said = what();
    if (!said) return this.schedule();
    if (!this.root.contains(document.activeElement) || !document.activeElement.isConnected) this.root.focus({ preventScroll: true });
    if (this.stage !== this.shownStage) this.draw();
    else {
      this.page?.drawPicture();
      this.page?.status.showSave(this.sitting.outbox); // "saved" must not stand a moment longer than it is true
    }
  }

  // Stages
  draw() {
    clearTimeout(this.later);
    this.later = null;
    const { sitting, stage } = this;
    if (stage !== this.shownStage) this.enter(stage);
    if (stage === "name") setText(this.refusal, sitting.refusal ?? "");
    if (stage === "end") this.status.show(sitting);
    if (stage === "end") this.strip.show(sitting.slots, null);
    if (stage === "end") this.conflict.show(sitting.conflicts);
    if (stage !== "label") return;
    this.page.drawPicture();
    this.page.drawRest();
    const { total, answer, skip } = sitting.count;
    if (this.words) setText(this.spoken, `${this.words}. ${answer + skip} of ${total}.`);
  }
  enter(stage) {
    const hadFocus = this.root.contains(document.activeElement);
    this.shownStage = stage;
    this.page?.remove();
    this.page = null;
    this.body.replaceChildren(...this[`${stage}Stage`]());
    if (this.dialog && ["label", "end"].includes(stage)) this.body.append(this.dialog.element);
    if (!hadFocus) return;
    this.root.focus({ preventScroll: true });
    requestAnimationFrame(() => this.root.scrollIntoView({ block: "nearest" }));
  }
  waitStage() {
    return [make("p", { class: "aw-note", role: "status" }, "Getting the pictures ready …")];
  }
  problemStage() {
    return [make("p", { class: "aw-note", role: "alert" }, this.sitting.problem)];
  }
  nameStage() {
    const { schema, project, outbox } = this.sitting;
    const input = make("input", { type: "text", name: "annotator", maxlength: "64", autocomplete: "nickname", required: "", value: remembered("workbench.annotator") });
    const submit = (event) => {
      event.preventDefault();
      remember("workbench.annotator", input.value);
      this.root.focus({ preventScroll: true });
      this.sitting.send({ type: "begin", annotator: input.value });
    };
    this.refusal = make("p", { class: "aw-refusal", role: "alert" });
    const waiting = make("p", { class: "aw-notice", role: "status" });
    outbox.kept.waitingIn(`${project}/${schema.question}/`).then((all) =>
      setText(waiting, all.map(([name, n]) => `${counted(n, "answer")} by ${name} ${n === 1 ? "is" : "are"} not saved yet: start as ${name} to send ${n === 1 ? "it" : "them"}.`).join(" ")));
    return [
      make("h2", {}, schema.prompt),
      make("p", { class: "aw-guideline" }, schema.guideline),
      make("form", { class: "aw-form", onsubmit: submit }, make("label", {}, "Your name ", input), make("button", { type: "submit", class: "aw-button aw-start" }, "Start")),
      this.refusal,
      waiting,
    ];
  }
  labelStage() {
    const { sitting } = this;
    this.meetKeys();
    this.page = new LabelPage({ sitting, keys: this.keys, deed: (name, event) => this.deed(name, event) });
    this.root.setAttribute("aria-label", `${sitting.schema.prompt} Keys work while this has the focus; Escape leaves.`);
    return this.page.elements;
  }
  meetKeys() {
    if (this.keys) return;
    this.keys = new Keys(this.sitting.schema);
    this.dialog = new KeysDialog(this.keys);
  }
  endStage() {
    this.meetKeys();
    const { sitting } = this;
    const { answer, skip } = sitting.count;
    const { elsewhere } = sitting.queue;
    this.status = new StatusRow();
    this.strip = new AnswerStrip({ schema: sitting.schema, change: (said) => this.deed("change", said) });
    this.conflict = new ConflictNote({ resolve: (conflict, mine) => sitting.resolve(conflict, mine) });
    const buttons = [button("undo", ["Undo the last ", ...this.keys.signs("undo")], (event) => this.deed("undo", event))];
    if (skip) buttons.push(button("again", "Show the skipped ones again", () => sitting.showSkipped()));
    const waits = elsewhere ? [make("p", { class: "aw-note aw-elsewhere" }, `${counted(elsewhere, "item")} of the shared queue ${elsewhere === 1 ? "is" : "are"} in other people's hands. What they leave comes to you.`)] : [];
    if (elsewhere) buttons.push(button("more", "Look whether something waits now", () => sitting.moreAgain()));
    return [...this.status.elements, this.conflict.element, make("h2", {}, elsewhere ? "Nothing waits for you now. Thank you!" : "All done. Thank you!"), ...waits, make("p", { class: "aw-note" }, `${answer} answered, ${skip} skipped by ${sitting.annotator}.`), make("div", { class: "aw-others" }, ...buttons), this.strip.element];
  }
}

const remembered = (place) => {
  try {
    return localStorage.getItem(place) ?? "";
  } catch {
    return ""; // a browser that keeps nothing: the name is typed again
  }
};
const remember = (place, text) => {
  try {
    localStorage.setItem(place, text);
  } catch {
    // as above
  }
};

// anywidget calls this once per widget, so that two labellers on one page share nothing.
export default () => {
  let sitting;
  return {
    initialize({ model }) {
      sitting = new Sitting(model);
      return () => sitting.outbox.close();
    },
    render({ el }) {
      const view = new View(sitting, el);
      return () => {
        view.remove();
        sitting.outbox.letGo?.(); // a page that is no longer shown leaves what is unsent to others
      };
    },
  };
};
