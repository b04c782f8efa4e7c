// Second part of the frame labeller: the page. Keys are answered here, in the browser: the next picture is painted
// at once, and the answer travels behind. Sitting is defined in frame_queue.js, which is put before this.

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  // JupyterLab asks the focused element itself, not those around it, whether its own keys are to be left alone.
  if (["button", "input", "summary"].includes(tag)) element.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children); // text is always added as text, never as markup
  return element;
};
const inWords = (seconds) => (seconds < 90 ? `about ${Math.max(1, Math.round(seconds))} s left` : `about ${Math.round(seconds / 60)} min left`);

class View {
  constructor(sitting, element) {
    Object.assign(this, { sitting, element, shownStage: "" });
    this.root = make("div", { class: "aw-labeller", tabindex: "0", role: "group", "data-lm-suppress-shortcuts": "true", onkeydown: (event) => this.key(event) });
    this.body = make("div", { class: "aw-body" });
    this.spoken = make("div", { class: "aw-spoken", "aria-live": "polite" });
    this.root.append(this.body, this.spoken);
    element.append(this.root);
    this.draw = this.draw.bind(this);
    this.beforeUnload = (event) => this.sitting.outbox.entries.size && event.preventDefault();
    sitting.addEventListener("change", this.draw);
    window.addEventListener("beforeunload", this.beforeUnload);
    this.draw();
  }
  remove() {
    this.sitting.removeEventListener("change", this.draw);
    window.removeEventListener("beforeunload", this.beforeUnload);
    this.root.remove();
  }
  key(event) {
    if (event.target instanceof HTMLInputElement || event.altKey) return;
    const undo = event.key === "Backspace" || ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z");
    if (event.key === "Escape") return document.activeElement?.blur();
    if (!undo && (event.ctrlKey || event.metaKey)) return;
    if (this.sitting.stage !== "label") return;
    const answer = this.sitting.schema.classes.find((one) => one.keys.includes(event.key.toLowerCase()));
    if (!undo && !answer && event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    if (event.repeat) return; // a held key is one answer
    if (undo) this.act(() => this.sitting.undo(), "taken back", event.timeStamp);
    else if (answer) this.act(() => this.sitting.say("answer", answer.name), answer.name, event.timeStamp);
    else this.act(() => this.sitting.say("skip"), "skipped", event.timeStamp);
  }
  act(what, words, began = performance.now()) {
    if (!what()) return;
    const { total, answer, skip } = this.sitting.count;
    this.spoken.textContent = `${words}. ${answer + skip} of ${total}.`;
    if (!this.root.contains(document.activeElement)) this.root.focus({ preventScroll: true });
    const ready = Boolean(this.sitting.current);
    requestAnimationFrame(() => {
      const channel = new MessageChannel(); // its task runs after the frame was painted
      channel.port1.onmessage = () => this.root.dispatchEvent(new CustomEvent("aw-painted", { bubbles: true, detail: { ms: performance.now() - began, ready } }));
      channel.port2.postMessage(0);
    });
  }
  draw() {
    const { sitting } = this;
    const stage = sitting.stage === "label" && sitting.finished ? "end" : sitting.stage;
    if (stage !== this.shownStage) {
      const hadFocus = this.root.contains(document.activeElement);
      this.shownStage = stage;
      this.body.replaceChildren(...this[`${stage}Stage`]());
      if (hadFocus) this.root.focus({ preventScroll: true });
      if (hadFocus) requestAnimationFrame(() => this.root.scrollIntoView({ block: "nearest" }));
    }
    if (stage === "name") this.parts.refusal.textContent = sitting.refusal ?? "";
    if (stage === "label" || stage === "end") this.drawStatus();
    if (stage === "label") this.drawPicture();
  }
  waitStage() {
    return [make("p", { class: "aw-note" }, "Getting the pictures ready …")];
  }
  problemStage() {
    return [make("p", { class: "aw-note", role: "alert" }, this.sitting.problem)];
  }
  nameStage() {
    const input = make("input", { type: "text", name: "annotator", maxlength: "64", autocomplete: "nickname", required: "", value: localStorage.getItem("workbench.annotator") ?? "" });
    const submit = (event) => {
      event.preventDefault();
      localStorage.setItem("workbench.annotator", input.value);
      this.root.focus({ preventScroll: true });
      this.sitting.send({ type: "begin", annotator: input.value });
    };
    this.parts = { refusal: make("p", { class: "aw-refusal", role: "alert" }) };
    return [
      make("h2", {}, this.sitting.schema.prompt),
      make("p", { class: "aw-guideline" }, this.sitting.schema.guideline),
      make("form", { class: "aw-form", onsubmit: submit }, make("label", {}, "Your name ", input), make("button", { type: "submit", class: "aw-button aw-start" }, "Start")),
      this.parts.refusal,
    ];
  }
  statusRow() {
    const fill = make("div", { class: "aw-fill" });
    const bar = make("div", { class: "aw-bar", role: "progressbar", "aria-label": "frames done", "aria-valuemin": "0" }, fill);
    Object.assign((this.parts ??= {}), { fill, bar, progress: make("span", {}), save: make("span", { class: "aw-save" }), why: make("p", { class: "aw-why", role: "alert" }) });
    return [bar, make("div", { class: "aw-status" }, this.parts.progress, this.parts.save), this.parts.why];
  }
  labelStage() {
    const { schema } = this.sitting;
    this.parts = { pictures: make("div", { class: "aw-pictures" }) };
    this.root.setAttribute("aria-label", `${schema.prompt} Keys work while this has the focus; Escape leaves.`);
    const answers = schema.classes.map((one) =>
      make("button", { type: "button", class: "aw-button aw-answer", style: `--aw-colour: ${one.colour}`, "data-value": one.name, "aria-keyshortcuts": one.keys.join(" "), onclick: (event) => this.act(() => this.sitting.say("answer", one.name), one.name, event.timeStamp) },
        make("span", { class: "aw-symbol", "aria-hidden": "true" }, one.symbol), make("span", {}, one.name), ...one.keys.map((key) => make("kbd", {}, key))));
    const undo = make("button", { type: "button", class: "aw-button", "data-action": "undo", "aria-keyshortcuts": "Backspace Control+Z", onclick: (event) => this.act(() => this.sitting.undo(), "taken back", event.timeStamp) }, "Undo ", make("kbd", {}, "⌫"));
    const skip = make("button", { type: "button", class: "aw-button", "data-action": "skip", "aria-keyshortcuts": "s", onclick: (event) => this.act(() => this.sitting.say("skip"), "skipped", event.timeStamp) }, "Skip ", make("kbd", {}, "s"));
    return [
      ...this.statusRow(),
      make("h2", {}, schema.prompt),
      this.parts.pictures,
      make("div", { class: "aw-answers", role: "group", "aria-label": schema.prompt }, ...answers),
      make("div", { class: "aw-others" }, undo, skip, make("span", { class: "aw-keys-on" }, "Keys are on · Esc leaves"), make("span", { class: "aw-keys-off" }, "Keys are off · click here to use them")),
      make("details", { class: "aw-guideline" }, make("summary", {}, "How to decide"), schema.guideline),
    ];
  }
  endStage() {
    const { answer, skip } = this.sitting.count;
    this.parts = {};
    const buttons = [make("button", { type: "button", class: "aw-button", "data-action": "undo", onclick: () => this.act(() => this.sitting.undo(), "taken back") }, "Undo the last ", make("kbd", {}, "⌫"))];
    if (skip) buttons.push(make("button", { type: "button", class: "aw-button", "data-action": "again", onclick: () => this.sitting.showSkipped() }, "Show the skipped ones again"));
    return [...this.statusRow(), make("h2", {}, "All done. Thank you!"), make("p", { class: "aw-note" }, `${answer} answered, ${skip} skipped by ${this.sitting.annotator}.`), make("div", { class: "aw-others" }, ...buttons)];
  }
  drawStatus() {
    const { count, pace, outbox, alert } = this.sitting;
    const done = count.answer + count.skip;
    const words = [`${done} of ${count.total}`];
    if (count.skip) words.push(`${count.skip} skipped`);
    if (pace?.seconds_each) words.push(`${pace.seconds_each.toFixed(1)} s each`);
    if (pace?.seconds_each && done < count.total) words.push(inWords(pace.seconds_each * (count.total - done)));
    this.parts.progress.textContent = words.join(" · ");
    this.parts.fill.style.width = `${(100 * done) / Math.max(count.total, 1)}%`;
    this.parts.bar.setAttribute("aria-valuemax", count.total);
    this.parts.bar.setAttribute("aria-valuenow", done);
    const save = outbox.state();
    this.parts.save.textContent = save.words;
    this.parts.save.dataset.state = save.state;
    const why = alert || save.why;
    if (this.parts.why.textContent !== why) this.parts.why.textContent = why;
  }
  drawPicture() {
    const { current } = this.sitting;
    const { pictures } = this.parts;
    if (pictures.dataset.task === (current?.task_id ?? "")) return;
    pictures.dataset.task = current?.task_id ?? "";
    const names = current?.pictures ?? [];
    while (pictures.children.length > names.length) pictures.lastChild.remove();
    while (pictures.children.length < names.length) pictures.append(make("figure", {}, make("canvas", { width: "384", height: "384", role: "img" }), make("figcaption")));
    names.forEach((name, number) => {
      const [canvas, caption] = pictures.children[number].children;
      const context = canvas.getContext("2d");
      context.imageSmoothingQuality = "high";
      context.drawImage(current.bitmaps[number], 0, 0, canvas.width, canvas.height);
      canvas.setAttribute("aria-label", `The ${name} to judge, a picture`);
      caption.textContent = name;
    });
    if (current) current.shown = performance.now();
  }
}

// anywidget calls this once per widget, so that two labellers on one page share nothing.
export default () => {
  let sitting;
  return {
    initialize({ model }) {
      sitting = new Sitting(model);
      return () => clearInterval(sitting.outbox.timer);
    },
    render({ el }) {
      const view = new View(sitting, el);
      return () => view.remove();
    },
  };
};
