// The camera's page: what the browser's camera sees and hears goes to the kernel of this machine, what was found comes
// back and is painted on the very picture it was found in. Nothing else goes anywhere.

const SILENT_MS = 5000, READ_MS = 250;

class CameraPage {
  constructor(model, element) {
    Object.assign(this, { model, run: 0, stage: "preparing", told_ms: 0, heard: false, n_dropped: 0, waiting: [] });
    this.overlay = new FaceOverlay();
    this.lanes = new CameraLanes();
    this.figures = new CameraFigures();
    this.source = new CameraSource({ picture: (...all) => this.picture(...all), sound: (...all) => this.sender?.hear(...all), ended: (words) => ((this.lost = words), this.stop(words)), muted: (words) => ((this.heard = false), this.say(words)) });
    this.root = make("div", { class: "aw-labeller aw-camera", tabindex: "0", role: "group", "aria-label": "Camera. Space starts and stops, Escape leaves.", "data-lm-suppress-shortcuts": "true", onkeydown: (event) => this.key(event) });
    this.root.append(make("p", { class: "aw-note" }, "Getting ready …"));
    element.append(this.root);
    this.onHide = () => this.stage === "running" && this.say(document.hidden ? "This page is out of sight: browsers show no pictures there, so nothing is judged." : "");
    document.addEventListener("visibilitychange", this.onHide);
    this.watch = setInterval(() => this.look(), 1000);
    model.on("msg:custom", (message) => this.receive(message));
    this.send({ type: "ready" });
  }
  remove() {
    clearInterval(this.watch);
    document.removeEventListener("visibilitychange", this.onHide);
    if (this.stage === "running") this.stop();
    this.source.close();
    this.sender?.close();
    this.lanes.remove();
    this.root.remove();
  }
  send(message, buffers = []) {
    try {
      this.model.send(message, undefined, buffers);
    } catch (error) {
      console.warn("not sent", error); // the page says that the kernel is silent
    }
  }
  receive(message) {
    if (message.run !== undefined && message.run !== this.run) return; // of an earlier start
    const handlers = {
      state: () => this.build(message),
      progress: () => this.stage === "preparing" && this.say(`Loading the networks: ${message.words} …`),
      prepared: () => this.turn("ready", "Ready. Press Start; the browser then asks whether this page may use camera and microphone."),
      started: () => this.started(),
      seen: () => this.seen(message),
      stopped: () => this.stopped(message),
      refused: () => this.refused(message.message),
      trouble: () => this.say(message.message, true),
    };
    handlers[message.type]?.();
  }
  build(message) {
    if (message.problem) return this.turn("problem"), this.root.replaceChildren(make("p", { class: "aw-note", role: "alert" }, message.problem));
    Object.assign(this, { classes: message.classes, threshold: message.threshold });
    this.lanes.classes = message.classes;
    this.wish = new RecordingWish(message);
    const chooser = (words, first) => make("select", { "aria-label": words, "data-lm-suppress-shortcuts": "true" }, ...first.map(([value, name]) => make("option", { value }, name)));
    this.camera = chooser("Camera", [["", "the browser's choice"]]);
    this.microphone = chooser("Microphone", [["", "the browser's choice"], ["none", "no microphone"]]);
    this.faces = chooser("Who is judged", [["largest", "the largest face"], ["speaking", "whoever speaks"]]);
    this.startButton = button("start", ["▶ Start ", make("kbd", {}, "Space")], () => this.toggle(), { "aria-keyshortcuts": "Space", class: "aw-button aw-start" });
    this.note = make("p", { class: "aw-note", role: "status" });
    this.verdict = make("p", { class: "aw-verdict" }, "So far: nothing was judged.");
    this.status = make("p", { class: "aw-here" });
    this.readout = new CameraReadout(this.classes);
    this.overlay.canvas.setAttribute("aria-label", "The camera's picture with the face that was found");
    this.root.replaceChildren(
      make("div", { class: "aw-camera-head" }, this.startButton, make("label", {}, "Camera ", this.camera), make("label", {}, "Microphone ", this.microphone), make("label", {}, "Judged ", this.faces)),
      this.note,
      make("div", { class: "aw-camera-top" }, make("div", { class: "aw-camera-seen" }, this.overlay.canvas, this.status), make("div", { class: "aw-camera-told" }, this.verdict, this.readout.table, this.figures.element, this.wish.element)),
      this.lanes.canvas);
    this.blank("The picture appears here");
    const refusal = cameraRefusal();
    if (refusal) return this.turn("problem", refusal, true);
    this.turn("preparing", "Loading the networks …");
    this.send({ type: "prepare" });
    this.list();
  }
  // Where the names of devices are not known yet the browser tells them once permission was given.
  async list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    for (const [select, kind, word] of [[this.camera, "videoinput", "camera"], [this.microphone, "audioinput", "microphone"]]) {
      const chosen = select.value, found = devices.filter((one) => one.kind === kind && one.deviceId);
      select.querySelectorAll("[data-device]").forEach((option) => option.remove());
      found.forEach((one, n) => select.append(make("option", { value: one.deviceId, "data-device": "" }, one.label || `${word} ${n + 1}`)));
      select.value = [...select.options].some((option) => option.value === chosen) ? chosen : "";
    }
  }
  // Start and stop -----------------------------------------------------------------------------------------------------
  toggle() {
    if (this.stage === "running") this.stop();
    else if (["ready", "stopped"].includes(this.stage)) this.start();
  }
  async start() {
    this.turn("asking", "The browser asks whether this page may use camera and microphone …");
    const wish = this.wish.wish;
    if (wish && !(wish.agreed && wish.speaker)) return this.turn("ready", "A recording needs the name of who is seen and the tick beside the sentence. Give both, or start without recording.", true);
    try {
      this.heard = await this.source.open({ camera: this.camera.value, microphone: this.microphone.value });
    } catch (error) {
      this.source.close();
      return this.turn("ready", troubleOf(error), true);
    }
    this.list();
    this.lost = "";
    this.run = crypto.getRandomValues(new Uint32Array(1))[0]; // two pages of one widget never take each other's answers
    this.turn("starting", "Starting …");
    this.send({ type: "start", run: this.run, record: wish, heard: this.heard, faces: this.faces.value });
  }
  started() {
    this.sender = new FrameSender((message, buffers) => this.send({ ...message, run: this.run }, buffers));
    this.figures.begin({ exact: true });
    this.lanes.clear();
    Object.assign(this, { n_dropped: 0, n_unpainted: 0, answered_ms: performance.now(), last: null });
    this.turn("running", [this.wish.wish ? "● Recording: Stop keeps the clip." : "Nothing is kept.", ...this.source.notes].join(" "));
    this.source.begin();
    if (this.lost) this.stop(this.lost); // while the kernel was starting
  }
  refused(words) {
    this.source.close();
    this.turn("ready", words, true);
  }
  stop(words = "") {
    if (this.stage !== "running") return;
    this.words = words;
    this.turn("stopping", words || (this.wish.wish ? "Keeping the clip …" : "Stopping …"));
    this.source.close();
    this.sender.flush();
    this.send({ type: "stop", run: this.run });
  }
  stopped({ sentence, kept, problem }) {
    this.source.close();
    this.sender?.close();
    if (this.wish.wish) this.wish.used();
    this.lanes.draw();
    this.turn("stopped", [this.words, sentence, kept, problem].filter(Boolean).join(" "), Boolean(problem));
    this.words = "";
  }
  // Pictures and answers -----------------------------------------------------------------------------------------------
  picture(video, time_ms, exact) {
    if (this.stage !== "running") return;
    if (exact !== this.figures.exact) this.figures.begin({ exact });
    this.sender.picture(video, time_ms);
  }
  seen(message) {
    this.answered_ms = performance.now();
    this.n_dropped = message.n_dropped;
    const moments = message.moments.map(([time_s, open, now, accumulated]) => ({ time_s, open, now, accumulated }));
    if (moments.length) this.lanes.judge(moments);
    this.last = moments.findLast((one) => one.accumulated) ?? this.last;
    const held = message.key === null ? null : this.sender?.answered(message.key);
    if (held?.bitmap) this.paint(held, message);
    this.read(message);
  }
  // One picture per frame of the screen; of more than two that wait the oldest would only make the others late.
  paint(held, message) {
    if (!this.waiting.length) requestAnimationFrame(() => this.draw());
    this.waiting.push({ held, message });
    if (this.waiting.length > 2) (this.waiting.shift().held.bitmap.close(), this.n_unpainted++);
  }
  draw() {
    const { held: { bitmap, time_ms }, message: { box, points, open, others, time_s } } = this.waiting.shift();
    if (this.waiting.length) requestAnimationFrame(() => this.draw());
    this.overlay.draw(bitmap, [0, 0, bitmap.width, bitmap.height], box && { box, points, open });
    drawOthers(this.overlay.canvas, others);
    bitmap.close();
    this.lanes.look(time_s, box ? Math.hypot(points[132] - points[124], points[133] - points[125]) / box[3] : null);
    const painted = new MessageChannel(); // a task queued from an animation frame runs once that frame was painted
    painted.port1.onmessage = () => {
      const now_ms = performance.now();
      this.figures.painted(time_ms, now_ms);
      this.root.dispatchEvent(new CustomEvent("aw-painted", { bubbles: true, detail: { taken_ms: time_ms, now_ms, time_s } }));
    };
    painted.port2.postMessage(0);
  }
  read({ box, open, n_faces }) {
    const now_ms = performance.now();
    if (this.sender) this.figures.tell({ n_offered: this.sender.n_offered, n_passed: this.sender.n_skipped + this.n_dropped + this.n_unpainted, heard: this.sounds(), now_ms });
    if (now_ms - this.told_ms < READ_MS) return;
    this.told_ms = now_ms;
    setData(this.root, "face", String(Boolean(box)));
    const judged = open && this.heard ? "face and voice are judged" : "the face is judged";
    setText(this.status, box ? `Face seen${n_faces > 1 ? ` (one of ${n_faces})` : ""}, mouth ${open ? "open ◯" : "closed ▬"}: ${judged}.` : "No face is seen: nothing is added.");
    if (this.last) this.verdict.replaceChildren(...this.readout.show(this.last));
  }
  sounds() {
    const lost = this.sender.n_sound_lost;
    return !this.heard ? "none" : lost ? `heard, ${counted(lost, "block")} lost` : "heard";
  }
  // Words --------------------------------------------------------------------------------------------------------------
  // Once a second: is anybody answering?
  look() {
    if (this.stage !== "running" || document.hidden) return;
    const silent = performance.now() - this.answered_ms > SILENT_MS;
    if (silent) this.say("The kernel has not answered for 5 seconds: it may be busy or gone. Wait, or press Stop and run the cell again.", true);
    else if (this.wasSilent) this.say("The kernel answers again.");
    this.wasSilent = silent;
  }
  turn(stage, words = null, alert = false) {
    this.stage = stage;
    setData(this.root, "stage", stage);
    if (!this.startButton) return;
    const running = stage === "running";
    setText(this.startButton.firstChild, running ? "■ Stop " : stage === "stopped" ? "▶ Start again " : "▶ Start ");
    this.startButton.disabled = !["ready", "stopped", "running"].includes(stage);
    const settled = !["ready", "stopped", "preparing"].includes(stage);
    for (const one of [this.camera, this.microphone, this.faces]) one.disabled = settled;
    this.wish.lock(settled);
    if (words !== null) this.say(words, alert);
  }
  say(words, alert = false) {
    if (!this.note) return;
    setData(this.note, "alert", String(alert));
    setText(this.note, words);
  }
  blank(words) {
    const { canvas } = this.overlay, paper = (Object.assign(canvas, { width: 640, height: 480 }), canvas.getContext("2d"));
    paper.fillStyle = "#1f1f1f";
    paper.fillRect(0, 0, 640, 480);
    Object.assign(paper, { fillStyle: "#ffffff", font: "22px system-ui, sans-serif", textAlign: "center" });
    paper.fillText(words, 320, 245);
  }
  key(event) {
    const form = ["INPUT", "SELECT"].includes(event.target.tagName);
    if (form || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.key === "Escape") document.activeElement?.blur();
    else if (event.key === " " && event.target.tagName !== "BUTTON") (event.preventDefault(), this.toggle());
  }
}

export default () => ({
  initialize() {},
  render({ model, el }) {
    const page = new CameraPage(model, el);
    return () => page.remove();
  },
});
