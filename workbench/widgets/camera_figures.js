// How well it keeps up: pictures a second, delay from camera to page, and how many pictures were passed over.

const KEPT_MS = 2000;

class CameraFigures {
  constructor() {
    this.cells = Object.fromEntries(["rate", "delay", "dropped", "sound"].map((name) => [name, make("strong", { "data-figure": name }, "–")]));
    const rows = { rate: "Pictures a second", delay: "Delay", dropped: "Passed over", sound: "Sound" };
    this.delayWords = make("p", { class: "aw-hint" });
    this.element = make("div", { class: "aw-camera-figures" }, make("div", { class: "aw-figures" }, ...Object.entries(rows).map(([name, words]) => make("p", {}, make("span", {}, `${words} `), this.cells[name]))), this.delayWords);
    this.begin({ exact: true });
  }
  begin({ exact }) {
    Object.assign(this, { exact, shown: [], told_ms: 0 });
    setText(this.delayWords, `Delay: from the moment ${exact ? "the camera took a picture" : "a picture came to the browser (this browser does not say when the camera took it)"} until this page has painted it together with what was found in it; middle value of the last 2 seconds. The overlay never runs after the picture: both are painted together.`);
  }
  // A picture taken at `taken_ms` was painted at `now_ms`.
  painted(taken_ms, now_ms) {
    this.shown.push({ now_ms, delay_ms: now_ms - taken_ms });
    while (this.shown[0].now_ms < now_ms - KEPT_MS) this.shown.shift();
  }
  // At most twice a second: numbers that jump cannot be read.
  tell({ n_offered, n_passed, heard, now_ms }) {
    if (now_ms - this.told_ms < 500) return;
    this.told_ms = now_ms;
    const { rate, delay_ms } = this.now();
    setText(this.cells.rate, rate === null ? "–" : rate.toFixed(0));
    setText(this.cells.delay, delay_ms === null ? "–" : `${delay_ms.toFixed(0)} ms`);
    setText(this.cells.dropped, `${n_passed} of ${n_offered}`);
    setText(this.cells.sound, heard);
  }
  now() {
    const { shown } = this, n = shown.length;
    if (n < 2) return { rate: null, delay_ms: null };
    const delays = shown.map((one) => one.delay_ms).sort((a, b) => a - b);
    return { rate: ((n - 1) * 1000) / (shown[n - 1].now_ms - shown[0].now_ms), delay_ms: delays[n >> 1] };
  }
}
