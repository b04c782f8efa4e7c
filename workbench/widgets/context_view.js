// The clip around a moment: moving picture, sound, waveform and spectrogram with one cursor. Put behind clip_player.js
// and before a labeller's own script (one ES module, no imports). ask() fetches { meta, buffers } of
// MomentContext.as_message for the item shown.

const MARK_COLOUR = "#d55e00";
const SPEEDS = [1, 0.5, 0.25];
const HEARD_S = 0.03; // what the networks hear of a moment

const node = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  // JupyterLab asks the focused element itself whether its own keys are to be left alone.
  if (["button", "input", "select"].includes(tag)) element.setAttribute("data-lm-suppress-shortcuts", "true");
  element.append(...children);
  return element;
};

class ContextView {
  constructor({ ask }) {
    Object.assign(this, { ask, mode: "both", held: "", item: null, loading: null });
    this.player = new ClipPlayer({ changed: (time) => this.draw(time) });
    this.element = node("div", { class: "aw-context" });
    this.build();
  }
  build() {
    const canvas = (name, width, height, label) => node("canvas", { class: name, width, height, role: "img", "aria-label": label });
    const seen = this.mode !== "voice", heard = this.mode !== "face";
    const hold = (key, words) => node("button", { type: "button", class: "aw-hold", "data-hold": key, onpointerdown: () => this.hold(key), onpointerup: () => this.release(), onpointerleave: () => this.release(), onkeydown: (e) => e.key === "Enter" && !e.repeat && this.hold(key), onkeyup: (e) => e.key === "Enter" && this.release() }, words, " ", node("kbd", {}, key));
    this.picture = seen ? canvas("aw-moving", 360, 360, "The moving picture") : null;
    this.cover = node("div", { class: "aw-cover", hidden: "" }, "voice only");
    this.wave = heard ? canvas("aw-wave", 640, 64, "Waveform with the moment marked") : null;
    this.spectrogram = heard ? canvas("aw-spectrogram", 640, 100, "Spectrogram, 0 to 8 kHz, with the moment marked") : null;
    for (const one of [this.wave, this.spectrogram]) one?.addEventListener("click", (e) => this.player.meta && this.seek(this.timeAt(e.offsetX / one.clientWidth)));
    this.button = node("button", { type: "button", class: "aw-play", "aria-keyshortcuts": "Space", onclick: () => this.toggle() });
    this.words = node("span", { class: "aw-context-words", role: "status" });
    const speed = node("select", { "aria-label": "Speed", onchange: (e) => this.player.setSpeed(Number(e.target.value)) }, ...SPEEDS.map((one) => node("option", { value: one }, `${one}×`)));
    speed.value = String(this.player.speed);
    const both = seen && heard ? [hold("v", "Voice only"), hold("m", "Muted face"), hold("b", "Both")] : [];
    const controls = node("div", { class: "aw-controls", role: "group", "aria-label": "Play the clip around the moment" }, this.button, node("button", { type: "button", class: "aw-replay", "aria-keyshortcuts": "r", onclick: () => this.replay() }, "Replay ", node("kbd", {}, "r")), speed, ...both, this.words);
    const stage = seen ? [node("div", { class: "aw-stage", hidden: "" }, this.picture, this.cover)] : [];
    this.sounds = node("div", { class: "aw-sounds", hidden: "" }, ...[this.wave, this.spectrogram].filter(Boolean));
    this.element.replaceChildren(...stage, this.sounds, controls);
    this.element.dataset.modality = this.mode;
    this.state();
  }
  modality(name) {
    if (name === this.mode) return;
    this.mode = name;
    this.player.unload();
    this.build();
  }
  show(item) {
    this.player.unload();
    Object.assign(this, { item, loading: null, held: "", stills: null });
    this.sounds.hidden = true;
    if (this.picture) this.picture.parentElement.hidden = true;
    delete this.element.dataset.timeS;
    delete this.element.dataset.frameS;
    this.state();
    // Where there is no picture that could be judged at once, the sound is the item.
    if (item && (this.mode === "voice" || this.mode === "both")) this.ready();
  }
  async ready() {
    const { item } = this;
    this.loading ??= (async () => {
      this.say("getting the clip …");
      const context = await this.ask();
      if (this.item !== item) return;
      await this.player.load(context, this.mode);
      if (this.item !== item) return; // answered while its sound was decoded
      this.opened();
    })().catch((error) => {
      if (this.item === item) (this.loading = null), this.say(`The clip cannot be played: ${error.message}`);
    });
    await this.loading;
    return this.item === item && Boolean(this.player.meta);
  }
  opened() {
    const { player } = this;
    if (this.picture && player.bitmaps.length) {
      const { width, height } = player.bitmaps[0];
      Object.assign(this.picture, { width, height });
      this.picture.parentElement.hidden = false;
    }
    this.sounds.hidden = !player.sound;
    this.stills = new Map(player.sound ? [this.wave, this.spectrogram].map((canvas) => [canvas, this.still(canvas)]) : []);
    this.say(player.sound || this.mode === "face" ? "" : "this clip has no sound");
    this.state();
    player.changed(player.at);
  }
  // Each of these comes from a key press or click, so sound may be woken first of all, before anything is waited for.
  async begin(from, mode = "") {
    const awake = this.mode === "face" ? null : this.player.wake();
    this.held = mode;
    if (!(await this.ready())) return;
    await awake;
    if (mode && this.held !== mode) return; // let go meanwhile
    this.apply();
    this.player.play(from);
    this.state();
  }
  toggle() {
    const { meta, run, at } = this.player;
    if (!run) return void this.begin(meta && at !== meta.start_s ? at : 0); // 0: where the stretch begins
    this.player.stop();
    this.state();
  }
  replay() {
    this.begin(0);
  }
  hold(mode) {
    if (this.mode !== "both" && this.mode !== "mouth") return;
    if (this.held === mode) return;
    this.startedByHold = !this.player.run;
    if (this.player.run) (this.held = mode), this.apply();
    else this.begin(0, mode);
  }
  release() {
    if (!this.held) return;
    this.held = "";
    if (this.startedByHold) this.player.stop();
    this.apply();
    this.state();
  }
  apply() {
    this.cover.hidden = this.held !== "v";
    this.player.mute(this.held === "m" || this.mode === "face");
    this.element.dataset.held = this.held;
  }
  async step(direction) {
    if (!(await this.ready())) return;
    const { player } = this;
    player.stop();
    const next = player.times.length ? player.times[Math.min(Math.max(player.frameAt(player.at) + direction, 0), player.times.length - 1)] : player.at + 0.03 * direction;
    this.seek(next);
  }
  seek(time) {
    this.player.seek(time);
    this.state();
  }
  timeAt(share) {
    const { from_s, to_s } = this.player.meta;
    return from_s + share * (to_s - from_s);
  }
  say(words) {
    this.words.textContent = words;
  }
  state() {
    const playing = Boolean(this.player.run);
    this.element.dataset.playing = String(playing);
    this.button.replaceChildren(playing ? "❚❚ Stop " : "▶ Play ", node("kbd", {}, "Space"));
  }
  draw(time) {
    const { player } = this;
    if (!player.meta) return;
    if (String(Boolean(player.run)) !== this.element.dataset.playing) this.state();
    this.element.dataset.timeS = time.toFixed(4);
    if (this.picture && player.bitmaps.length) {
      const frame = player.frameAt(time);
      this.picture.getContext("2d").drawImage(player.bitmaps[frame], 0, 0);
      this.element.dataset.frameS = player.times[frame].toFixed(4);
    }
    if (player.sound && this.stills) for (const canvas of [this.wave, this.spectrogram]) this.drawSound(canvas, time);
  }
  // What stands still under the cursor, painted once.
  still(canvas) {
    const { meta, sound } = this.player;
    const { width, height } = canvas;
    const paper = node("canvas", { width, height }).getContext("2d");
    const x = (at) => ((at - meta.from_s) / (meta.to_s - meta.from_s)) * width;
    const [left, right] = [x(sound.start_s), x(sound.start_s + sound.duration_s)];
    paper.fillStyle = getComputedStyle(canvas).backgroundColor;
    paper.fillRect(0, 0, width, height);
    if (canvas === this.spectrogram) paper.drawImage(sound.spectrogram, left, 0, right - left, height);
    else {
      paper.fillStyle = getComputedStyle(canvas).color;
      const loudest = Math.max(0.02, ...sound.peaks.map(([low, high]) => Math.max(-low, high)));
      const step = (right - left) / sound.peaks.length;
      sound.peaks.forEach(([low, high], k) => {
        const top = (0.5 - (0.48 * high) / loudest) * height;
        paper.fillRect(left + k * step, top, Math.max(step, 1), Math.max((0.48 * (high - low) * height) / loudest, 1));
      });
    }
    const marked = [x(meta.start_s), x(meta.end_s + HEARD_S)];
    paper.fillStyle = `${MARK_COLOUR}44`;
    paper.fillRect(marked[0], 0, Math.max(marked[1] - marked[0], 2), height);
    paper.fillStyle = MARK_COLOUR;
    for (const edge of marked) paper.fillRect(edge - 1, 0, 2, height);
    return paper.canvas;
  }
  drawSound(canvas, time) {
    const paper = canvas.getContext("2d");
    const { from_s, to_s } = this.player.meta;
    const x = ((time - from_s) / (to_s - from_s)) * canvas.width;
    paper.drawImage(this.stills.get(canvas), 0, 0);
    // White with a dark edge: seen on dark and bright colours alike.
    paper.fillStyle = "#000000";
    paper.fillRect(x - 2, 0, 4, canvas.height);
    paper.fillStyle = "#ffffff";
    paper.fillRect(x - 1, 0, 2, canvas.height);
  }
  remove() {
    this.item = null;
    this.player.remove();
    this.element.remove();
  }
}
