// ClipPlayer plays what the kernel sent around a moment: pictures and sound on one clock, exact to the picture.
// Part of one ES module (no imports); context_view.js, the page, is put behind it. Of a modality that is hidden nothing
// is decoded: no picture for "voice", no sound for "face".

function wavSamples(buffer) {
  const view = buffer instanceof ArrayBuffer ? new DataView(buffer) : new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const samples = new Float32Array((view.byteLength - 44) / 2); // the kernel writes plain 16-bit WAV: 44 bytes, then samples
  for (let k = 0; k < samples.length; k++) samples[k] = view.getInt16(44 + 2 * k, true) / 32767;
  return { samples, rate: view.getUint32(24, true) };
}

// Slower at the same pitch: grains of 30 ms are laid out wider, each moved a little to where it continues the last one.
function slower(samples, speed, rate) {
  if (speed === 1 || samples.length < rate / 10) return samples;
  const hop = Math.round(0.015 * rate), size = 2 * hop, reach = Math.round(0.006 * rate), last = samples.length - size - 1;
  const out = new Float32Array(Math.ceil(samples.length / speed) + size);
  const place = (at) => Math.min(Math.max(Math.round(at), 0), last);
  const likeness = (a, b) => {
    let product = 0, energy = 1e-9;
    for (let k = 0; k < hop; k += 4) (product += samples[a + k] * samples[b + k]), (energy += samples[b + k] ** 2);
    return product / Math.sqrt(energy);
  };
  let before = -hop;
  for (let start = 0; start + size < out.length; start += hop) {
    const wanted = place((start + hop) * speed - hop), natural = place(before + hop);
    let best = wanted, most = -Infinity;
    for (let moved = -reach; start && moved <= reach; moved += 4) {
      const like = likeness(natural, place(wanted + moved));
      if (like > most) (most = like), (best = place(wanted + moved));
    }
    for (let k = 0; k < size; k++) out[start + k] += samples[best + k] * (0.5 - 0.5 * Math.cos((2 * Math.PI * k) / size));
    before = best;
  }
  return out;
}

class ClipPlayer {
  constructor({ changed }) {
    Object.assign(this, { changed, speed: 1, muted: false, run: null, at: 0, bitmaps: [], times: [], sound: null, meta: null, slowed: new Map() });
  }
  async load({ meta, buffers }, modality) {
    const n = meta.frame_times_s.length;
    this.unload();
    const token = (this.token = {});
    const times = modality === "voice" ? [] : meta.frame_times_s;
    const jpeg = (buffer) => createImageBitmap(new Blob([buffer], { type: "image/jpeg" }));
    const bitmaps = await Promise.all(times.map((_, k) => jpeg(buffers[k])));
    const hears = meta.sound && modality !== "face";
    const spectrogram = hears ? await createImageBitmap(new Blob([buffers[n + 1]], { type: "image/png" })) : null;
    if (this.token !== token) return;
    Object.assign(this, { meta, times, bitmaps, at: meta.start_s, slowed: new Map(), sound: hears ? { ...meta.sound, ...wavSamples(buffers[n]), spectrogram } : null });
    this.changed(this.at);
  }
  unload() {
    this.stop();
    for (const bitmap of this.bitmaps) bitmap.close();
    Object.assign(this, { token: null, meta: null, bitmaps: [], times: [], sound: null });
  }
  // Only from a key press or click: browsers give sound to those alone.
  wake() {
    this.audio ??= new AudioContext();
    this.volume ??= (() => { const gain = this.audio.createGain(); gain.connect(this.audio.destination); return gain; })();
    return this.audio.state === "running" ? Promise.resolve() : Promise.race([this.audio.resume(), new Promise((done) => setTimeout(done, 400))]);
  }
  mute(muted) {
    this.muted = muted;
    this.volume?.gain.setValueAtTime(muted ? 0 : 1, this.audio.currentTime);
  }
  // The time of the sound that leaves the loudspeaker now: currentTime is ahead of it, and moves in jumps of 10 ms.
  get heard() {
    const { contextTime, performanceTime } = this.audio.getOutputTimestamp();
    const latest = this.audio.currentTime;
    if (!performanceTime) return latest - (this.audio.outputLatency || 0);
    return Math.min(contextTime + (performance.now() - performanceTime) / 1000, latest);
  }
  get now() {
    if (!this.run) return this.at;
    const { from, began, source } = this.run;
    const passed = source ? this.heard - began : (performance.now() - began) / 1000;
    // The browser only estimates that moment: without this a picture could come a second time.
    this.run.reached = Math.max(this.run.reached ?? from, from + passed * this.speed);
    return Math.min(this.run.reached, this.meta.to_s);
  }
  frameAt(time) {
    let frame = 0;
    while (frame + 1 < this.times.length && this.times[frame + 1] <= time + 1e-6) frame++;
    return frame;
  }
  play(from = this.at) {
    this.stop();
    if (!this.meta) return;
    from = Math.max(from, this.meta.from_s);
    if (from >= this.meta.to_s - 0.02) from = this.meta.from_s;
    const sounding = this.sound && this.audio?.state === "running";
    this.run = sounding ? this.start(from) : { from, began: performance.now() };
    const tick = () => {
      if (!this.run) return;
      this.changed(this.now);
      if (this.now >= this.meta.to_s) this.stop();
      else requestAnimationFrame(tick);
    };
    tick();
  }
  start(from) {
    const { samples, rate, start_s } = this.sound;
    if (!this.slowed.has(this.speed)) this.slowed.set(this.speed, slower(samples, this.speed, rate));
    const whole = this.slowed.get(this.speed);
    const source = this.audio.createBufferSource();
    source.buffer = this.audio.createBuffer(1, whole.length, rate);
    source.buffer.copyToChannel(whole, 0);
    source.connect(this.volume);
    this.mute(this.muted);
    const began = this.audio.currentTime + 0.02, into = (from - start_s) / this.speed;
    source.start(began + Math.max(-into, 0), Math.max(into, 0));
    return { from, began, source };
  }
  stop() {
    if (!this.run) return;
    this.at = this.now;
    this.run.source?.stop();
    this.run = null;
    this.changed(this.at);
  }
  seek(time) {
    const going = Boolean(this.run);
    this.stop();
    if (!this.meta) return;
    this.at = Math.min(Math.max(time, this.meta.from_s), this.meta.to_s);
    this.changed(this.at);
    if (going) this.play(this.at);
  }
  setSpeed(speed) {
    const going = Boolean(this.run);
    this.stop();
    this.speed = speed;
    if (going) this.play(this.at);
  }
  remove() {
    this.unload();
    this.audio?.close();
  }
}
