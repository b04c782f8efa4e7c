// What is known of the point one looks at: its face, words, and its sound. Asked for one at a time, the last wish wins;
// what came once is kept.

const KEPT_CARDS = 200;

class MapCard {
  constructor(send) {
    Object.assign(this, { send, row: -1, asked: -1, hearing: -1, wish: -1, kept: new Map(), urls: [], hear: false });
    this.pictures = make("div", { class: "aw-card-pictures" });
    this.facts = make("dl", { class: "aw-card-facts" });
    this.play = button("hear", ["Play ", make("kbd", {}, "Space")], () => this.listen(), { "aria-keyshortcuts": "Space", disabled: "" });
    this.always = make("input", { type: "checkbox", onchange: () => ((this.hear = this.always.checked), this.wake()) });
    this.hint = make("p", { class: "aw-card-hint" }, "Point at a moment to see its face. Or press n, with the map focused, to go from one to the next.");
    const sound = make("div", { class: "aw-card-sound" }, this.play, make("label", {}, this.always, " play what I point at"));
    this.trouble = make("p", { class: "aw-trouble", role: "alert", hidden: "" });
    this.element = make("section", { class: "aw-card", "aria-label": "The moment pointed at" }, this.hint, this.pictures, make("div", { role: "status" }, this.facts), sound, this.trouble);
  }
  show(row) {
    if (row === this.row) return;
    this.row = row;
    if (row < 0) return; // the last one stays in sight
    const known = this.kept.get(row);
    if (known) this.draw(known);
    else this.ask();
    if (this.hear) this.listen();
  }
  ask() {
    if (this.asked >= 0 || this.row < 0 || this.kept.has(this.row)) return;
    this.asked = this.row;
    this.send({ type: "look", row: this.row });
  }
  told(message, buffers) {
    this.asked = -1;
    this.kept.set(message.row, { ...message, buffers });
    if (this.kept.size > KEPT_CARDS) this.kept.delete(this.kept.keys().next().value);
    if (message.row === this.row || this.row < 0) this.draw(this.kept.get(message.row));
    this.ask(); // pointed at another one meanwhile
  }
  draw({ row, words, pictures, buffers, sound }) {
    this.shown = row;
    this.element.dataset.row = row;
    this.hint.hidden = true;
    this.trouble.hidden = true;
    this.urls.splice(0).forEach(URL.revokeObjectURL);
    this.pictures.replaceChildren(...pictures.map((name, k) => {
      const url = URL.createObjectURL(new Blob([buffers[k]], { type: "image/png" }));
      this.urls.push(url);
      return make("img", { src: url, alt: `the ${name} of this moment`, class: `aw-card-${name}` });
    }));
    this.facts.replaceChildren(...words.flatMap(([name, said]) => [make("dt", {}, name), make("dd", {}, said)]));
    this.play.disabled = !sound;
  }
  wake() {
    this.audio ??= new AudioContext();
    if (this.audio.state !== "running") this.audio.resume();
  }
  // One sound at a time is asked for, too: whoever sweeps over a hundred points hears the last one.
  listen() {
    const row = this.row >= 0 ? this.row : (this.shown ?? -1);
    if (row < 0) return;
    this.wake();
    if (this.hearing >= 0) return void (this.wish = row);
    this.hearing = row;
    this.send({ type: "hear", row });
  }
  async heard(message, buffers) {
    const wished = this.wish;
    this.hearing = this.wish = -1;
    if (wished >= 0 && wished !== message.row) return this.listen();
    if (!buffers.length) return this.say("This clip has no sound that can be read.");
    const { buffer, byteOffset, byteLength } = buffers[0];
    const samples = await this.audio.decodeAudioData(buffer.slice(byteOffset, byteOffset + byteLength));
    this.source?.stop();
    this.source = this.audio.createBufferSource();
    this.source.buffer = samples;
    this.source.connect(this.audio.destination);
    this.source.start();
    this.element.dataset.heard = message.row;
  }
  say(words) {
    this.trouble.hidden = !words;
    setText(this.trouble, words);
  }
  failed(words) {
    this.asked = this.hearing = -1;
    this.say(words);
  }
  remove() {
    this.urls.forEach(URL.revokeObjectURL);
    this.audio?.close();
  }
}
