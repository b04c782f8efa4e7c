// The way of a picture to the kernel and back: encoded beside the page, few of them under way at once, and each kept
// here until its answer comes, so that what was found is painted on exactly the picture it was found in.

const MOST_UNDER_WAY = 3, LARGEST_SIDE = 1280, JPEG_QUALITY = 0.9, MOST_SOUND_BLOCKS = 300, SOUND_ALONE = 4;
// In the worker: the picture drawn, encoded, and handed back as it was encoded from.
const ENCODER = `
  let canvas, paper, last = Promise.resolve();
  const encode = async ({ key, picture, width, height, quality }) => {
    if (canvas?.width !== width || canvas.height !== height) { canvas = new OffscreenCanvas(width, height); paper = canvas.getContext("2d", { alpha: false, willReadFrequently: true }); }
    paper.drawImage(picture, 0, 0, width, height);
    picture.close(); // cameras have few buffers
    const bytes = await (await canvas.convertToBlob({ type: "image/jpeg", quality })).arrayBuffer(), bitmap = canvas.transferToImageBitmap();
    postMessage({ key, bitmap, bytes }, [bitmap, bytes]);
  };
  onmessage = ({ data }) => { last = last.then(() => encode(data)).catch(() => postMessage({ key: data.key })); };`;

class FrameSender {
  constructor(send) {
    const address = URL.createObjectURL(new Blob([ENCODER], { type: "text/javascript" }));
    Object.assign(this, { send, address, key: 0, zero_ms: null, last_ms: -Infinity, under: new Map(), sound: [], n_offered: 0, n_skipped: 0, n_sound_lost: 0 });
    this.worker = new Worker(address);
    this.worker.onmessage = ({ data }) => this.encoded(data);
  }
  // A picture of the camera's. Time zero of everything is the first one's.
  async picture(video, time_ms) {
    if (!video.videoWidth || time_ms - this.last_ms < 1) return; // the same one, shown again
    this.zero_ms ??= time_ms;
    this.last_ms = time_ms;
    this.n_offered++;
    if (this.under.size >= MOST_UNDER_WAY) return void this.n_skipped++;
    const key = ++this.key, shrunk = Math.min(LARGEST_SIDE / Math.max(video.videoWidth, video.videoHeight), 1);
    const [width, height] = [video.videoWidth, video.videoHeight].map((side) => Math.round(side * shrunk));
    this.under.set(key, { time_ms, bitmap: null });
    try {
      const picture = await pictureOf(video);
      this.worker.postMessage({ key, picture, width, height, quality: JPEG_QUALITY }, [picture]);
    } catch {
      this.under.delete(key); // the camera went away under our hands: it tells so itself
      this.n_skipped++;
    }
  }
  encoded({ key, bitmap, bytes }) {
    const held = this.under.get(key);
    if (!held || !bytes) return bitmap?.close(), void this.under.delete(key);
    held.bitmap = bitmap;
    const time_s = this.seconds(held.time_ms), { starts_s, blocks } = this.heard();
    this.send({ type: "frame", key, time_s, sound_starts_s: starts_s }, [bytes, ...blocks]);
  }
  // Sound goes along with the next picture, or alone when none comes.
  hear(start_ms, samples) {
    if (this.zero_ms === null) return;
    const early = Math.ceil(((this.zero_ms - start_ms) / 1000) * SOUND_RATE);
    if (early >= samples.length) return; // before the first picture
    if (early > 0) [start_ms, samples] = [this.zero_ms, samples.slice(early)];
    this.sound.push([start_ms, samples]);
    if (this.sound.length > MOST_SOUND_BLOCKS) (this.sound.shift(), this.n_sound_lost++);
    if (this.sound.length >= SOUND_ALONE && this.under.size < MOST_UNDER_WAY) this.flush();
  }
  flush() {
    if (!this.sound.length) return;
    const { starts_s, blocks } = this.heard();
    this.send({ type: "sound", sound_starts_s: starts_s }, blocks);
  }
  heard() {
    const all = this.sound.splice(0);
    return { starts_s: all.map(([start_ms]) => (start_ms - this.zero_ms) / 1000), blocks: all.map(([, samples]) => samples.buffer) };
  }
  // The picture of an answer, whose owner closes it; earlier ones will not be answered any more.
  answered(key) {
    for (const [older, { bitmap }] of this.under) if (older < key) (bitmap?.close(), this.under.delete(older));
    const held = this.under.get(key);
    this.under.delete(key);
    return held;
  }
  seconds(time_ms) {
    return Math.round(time_ms - this.zero_ms) / 1000; // whole milliseconds, as a recording keeps them
  }
  close() {
    this.worker.terminate();
    URL.revokeObjectURL(this.address);
    for (const { bitmap } of this.under.values()) bitmap?.close();
    this.under.clear();
  }
}

// What a video shows now, whatever it shows next; browsers without VideoFrame copy it at once.
async function pictureOf(video) {
  try {
    return new VideoFrame(video);
  } catch {
    return createImageBitmap(video);
  }
}
