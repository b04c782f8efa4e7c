// The last ten answers as small pictures: what was said, what the machine would have said, and a way to change it.

const SLOT_PIXELS = 56;

class AnswerStrip {
  constructor({ schema, change }) {
    this.change = change;
    this.choices = new Map([...schema.classes, ...(schema.abstention ? [schema.abstention] : [])].map((one) => [one.name, one]));
    this.drawn = new Map(); // what was said → its button
    this.element = make("div", { class: "aw-last", role: "group", "aria-label": "Your last answers, the newest last" });
  }
  show(slots, changing) {
    const buttons = slots.map((said) => this.drawn.get(said) ?? this.slot(said));
    this.drawn = new Map(slots.map((said, number) => [said, buttons[number]]));
    slots.forEach((said, number) => this.mark(said, buttons[number], said === changing));
    if (buttons.length !== this.element.children.length || buttons.some((one, number) => one !== this.element.children[number])) this.element.replaceChildren(...buttons);
  }
  slot(said) {
    const canvas = make("canvas", { width: SLOT_PIXELS, height: SLOT_PIXELS, "aria-hidden": "true" });
    return make("button", { type: "button", class: "aw-slot", onclick: () => this.change(said) }, canvas, make("span", { class: "aw-slot-word", "aria-hidden": "true" }));
  }
  heard({ pictures, heard }, element) {
    // What has no picture shows its sound, or, until that was fetched, that it is one.
    const sound = heard?.sound, drawn = sound ? "sound" : "sign";
    if (pictures.length || element.dataset.drawn === drawn) return;
    element.dataset.drawn = drawn;
    const paper = element.firstChild.getContext("2d"), middle = SLOT_PIXELS / 2;
    paper.fillStyle = "#ffffff";
    paper.fillRect(0, 0, SLOT_PIXELS, SLOT_PIXELS);
    paper.fillStyle = "#0072b2";
    Object.assign(paper, { font: `${middle}px sans-serif`, textAlign: "center", textBaseline: "middle" });
    if (!sound) return paper.fillText("♪", middle, middle);
    const loudest = Math.max(0.02, ...sound.peaks.map(([low, high]) => Math.max(-low, high)));
    const x = (time_s) => ((time_s - heard.from_s) / (heard.to_s - heard.from_s)) * SLOT_PIXELS;
    sound.peaks.forEach(([low, high], k) => {
      const at = x(sound.start_s + (k / sound.peaks.length) * sound.duration_s);
      paper.fillRect(at, middle - (high / loudest) * 22, 1, Math.max(1, ((high - low) / loudest) * 22));
    });
    paper.fillStyle = "#d55e00";
    paper.fillRect(x(heard.start_s) - 1, 0, 3, SLOT_PIXELS);
  }
  mark(said, element, changing) {
    const bitmap = said.item?.bitmaps?.[0];
    if (bitmap && !element.dataset.drawn) {
      const context = element.firstChild.getContext("2d");
      context.imageSmoothingQuality = "high";
      context.drawImage(bitmap, 0, 0, SLOT_PIXELS, SLOT_PIXELS);
      element.dataset.drawn = "yes";
    }
    if (!bitmap && said.item) this.heard(said.item, element);
    const choice = this.choices.get(said.value);
    const guess = said.item?.seen ? said.item.suggestion?.value : undefined;
    const differs = guess && said.kind === "answer" && guess !== said.value;
    const words = choice?.name ?? "skipped";
    const label = `${words}${differs ? `, the machine says ${guess}` : guess ? ", as the machine" : ""}: change this answer`;
    if (element.getAttribute("aria-label") === label && element.dataset.changing === String(changing)) return;
    element.setAttribute("aria-label", label);
    element.title = label;
    element.style.setProperty("--aw-colour", choice?.colour ?? "var(--aw-line)");
    setData(element, "changing", String(changing));
    setData(element, "differs", String(Boolean(differs)));
    setText(element.lastChild, `${choice?.symbol ?? "↷"}${differs ? ` ≠ ${this.choices.get(guess)?.symbol ?? guess}` : ""}`);
  }
}
