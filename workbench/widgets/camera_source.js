// What camera and microphone give: pictures with the time at which they were taken, and sound on the same clock
// (milliseconds of performance.now()). What goes wrong is a sentence with a way out, never a name of the browser's.

const SOUND_RATE = 48000, BLOCK = 1440, SETTLED_BLOCKS = 10, STRAY_MS = 40;
const LISTENER = `registerProcessor("aw-listener", class extends AudioWorkletProcessor {
  constructor() { super(); this.block = new Float32Array(${BLOCK}); this.filled = 0; }
  process([[channel]]) {
    const n = channel?.length ?? 0;
    for (let from = 0; from < n; ) {
      const some = Math.min(n - from, ${BLOCK} - this.filled);
      this.block.set(channel.subarray(from, from + some), this.filled);
      this.filled += some; from += some;
      if (this.filled < ${BLOCK}) continue;
      this.port.postMessage({ end: currentFrame + from, samples: this.block }, [this.block.buffer]);
      this.block = new Float32Array(${BLOCK}); this.filled = 0;
    }
    return true;
  }
});`;

const TROUBLES = {
  NotAllowedError: "The browser may not use the camera: permission was denied. Allow camera and microphone for this page (the sign beside the address), then press Start again.",
  SecurityError: "The browser's settings forbid the camera on this page. Allow it there, then press Start again.",
  NotFoundError: "No camera was found. Connect one, then press Start again.",
  NotReadableError: "The camera is there but gives no picture: another program may be using it. Close that program, then press Start again.",
  OverconstrainedError: "The camera or microphone that was chosen is no longer there. Choose another one, then press Start again.",
  AbortError: "The camera stopped before it gave a picture. Press Start again; if that does not help, connect it anew.",
};
const troubleOf = (error) => TROUBLES[error.name] ?? `The camera cannot be used (${error.message}). Press Start again.`;

// Why there can be no camera on this page at all; empty when there can.
function cameraRefusal() {
  if (!isSecureContext) return `Browsers give a camera only to pages of this very machine (http://localhost) or with https. This page came from ${location.origin}: open it through https, or through a tunnel: ssh -L 8888:localhost:8888 MACHINE.`;
  if (!navigator.mediaDevices?.getUserMedia) return "This browser gives no camera to pages. Open this page in Chromium, Chrome, Edge, Firefox or Safari.";
  if (!("requestVideoFrameCallback" in HTMLVideoElement.prototype) || typeof OffscreenCanvas === "undefined") return "This browser cannot tell which picture it shows. Open this page in Chromium, Chrome or Edge, in Safari 16.4 or later or in Firefox 132 or later.";
  return "";
}

class CameraSource {
  // on: { picture(video, time_ms, exact), sound(start_ms, samples), ended(words), muted(words) }
  constructor(on) {
    Object.assign(this, { on, stream: null, context: null, video: null, notes: [] });
  }
  async open({ camera, microphone }) {
    this.notes = [];
    this.stream = await this.ask(camera, microphone);
    const [picture] = this.stream.getVideoTracks(), [sound] = this.stream.getAudioTracks();
    picture.addEventListener("ended", () => this.on.ended("The camera was pulled out or taken away: what was seen so far stands. Connect it, then press Start again."));
    sound?.addEventListener("ended", () => this.on.muted("The microphone was pulled out: from here on the face alone is judged."));
    this.video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, srcObject: new MediaStream([picture]) });
    await this.video.play();
    let heard = false;
    if (sound) heard = await this.listen(sound).catch((error) => (this.notes.push(`The microphone cannot be heard (${error.message}): the face alone is judged.`), false));
    return heard;
  }
  // Picture and sound together, so that one question is asked; without a microphone the picture alone.
  async ask(camera, microphone) {
    const video = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 }, ...(camera && { deviceId: { exact: camera } }) };
    const audio = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false, ...(microphone && { deviceId: { exact: microphone } }) };
    const devices = await navigator.mediaDevices.enumerateDevices();
    if (microphone === "none") return navigator.mediaDevices.getUserMedia({ video });
    if (!devices.some((one) => one.kind === "audioinput")) {
      this.notes.push("There is no microphone: the face alone is judged.");
      return navigator.mediaDevices.getUserMedia({ video });
    }
    try {
      return await navigator.mediaDevices.getUserMedia({ video, audio });
    } catch (error) {
      if (["NotAllowedError", "SecurityError"].includes(error.name)) throw error;
      const stream = await navigator.mediaDevices.getUserMedia({ video }); // the camera's own trouble comes again
      this.notes.push("The microphone cannot be used: the face alone is judged.");
      return stream;
    }
  }
  // Pictures are told from here on; `exact`: the browser knows when the camera took it, not only when it came.
  begin() {
    const next = (now, { captureTime }) => {
      if (!this.video) return;
      this.video.requestVideoFrameCallback(next);
      this.on.picture(this.video, captureTime ?? now, captureTime !== undefined);
    };
    this.video.requestVideoFrameCallback(next);
  }
  async listen(track) {
    this.context = new AudioContext({ sampleRate: SOUND_RATE }); // resamples what the device gives
    await this.context.resume();
    const address = URL.createObjectURL(new Blob([LISTENER], { type: "text/javascript" }));
    await this.context.audioWorklet.addModule(address).finally(() => URL.revokeObjectURL(address));
    const source = this.context.createMediaStreamSource(new MediaStream([track]));
    const listener = new AudioWorkletNode(this.context, "aw-listener", { channelCount: 1, channelCountMode: "explicit" });
    const clock = new SoundClock((track.getSettings().latency ?? 0) * 1000);
    listener.port.onmessage = ({ data }) => clock.take(data, performance.now()).forEach(([start_ms, samples]) => this.on.sound(start_ms, samples));
    source.connect(listener).connect(this.context.destination); // it gives out silence
    return true;
  }
  close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.context?.close();
    if (this.video) this.video.srcObject = null;
    Object.assign(this, { stream: null, context: null, video: null });
  }
}

// When a block was heard: blocks arrive late by a varying time, never early, so the least late ones tell the clock.
// The first ones wait until that is known; later ones follow sample by sample unless the clock has strayed.
class SoundClock {
  constructor(latency_ms) {
    Object.assign(this, { latency_ms, recent: [], waiting: [], zero_ms: null });
  }
  take({ end, samples }, now_ms) {
    const perSample = 1000 / SOUND_RATE;
    this.recent.push(now_ms - end * perSample);
    if (this.recent.length > 100) this.recent.shift();
    const zero_ms = Math.min(...this.recent) - this.latency_ms;
    this.waiting.push([end - samples.length, samples]);
    if (this.recent.length < SETTLED_BLOCKS) return [];
    if (this.zero_ms === null || Math.abs(zero_ms - this.zero_ms) > STRAY_MS) this.zero_ms = zero_ms;
    return this.waiting.splice(0).map(([first, block]) => [this.zero_ms + first * perSample, block]);
  }
}
