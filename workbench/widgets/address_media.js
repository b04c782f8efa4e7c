// Picture and sound of the clip that a page explains: fetched through the kernel, on a press of a button, never before.

const seconds = (time) => `${time.toFixed(2)} s`;

function attachMedia(place, model, say) {
  const slot = place.querySelector("[data-media]");
  if (!slot) return null;
  const clip = slot.dataset.media, words = slot.dataset.words;
  let player = null, asked = 0, playing = false;
  const canvas = make("canvas", { class: "seen", role: "img", "aria-label": "The recording" });
  const clock = make("input", { type: "range", min: "0", max: "1", step: "0.01", value: "0", "aria-label": "Time in the clip" });
  const now = make("output", { class: "small" });
  const play = button("play", "▶ Play", () => (playing ? player.stop() : player.wake().then(() => player.play(player.at))));
  const changed = (time) => {
    playing = Boolean(player.run);
    setText(play, playing ? "■ Stop" : "▶ Play");
    if (player.bitmaps.length) drawWhole(canvas, player.bitmaps[player.frameAt(time)]);
    clock.value = time;
    setText(now, seconds(time));
    for (const line of place.querySelectorAll("[data-cursor]")) {
      const x = Math.min(Math.max(time / Number(line.dataset.cursor), 0), 1);
      line.setAttribute("x1", 1000 * x);
      line.setAttribute("x2", 1000 * x);
      line.style.visibility = "visible";
    }
  };
  const show = button("look", words, () => {
    show.disabled = true;
    setText(show, "Loading …");
    asked = `media-${newId()}`;
    model.send({ type: "look", clip, id: asked });
  });
  clock.addEventListener("input", () => player?.seek(Number(clock.value)));
  slot.replaceChildren(show);
  return {
    async take(message, buffers) {
      if (message.id !== asked) return;
      player = new ClipPlayer({ changed: (time) => changed(time) });
      await player.load({ meta: message.meta, buffers }, "both");
      clock.min = message.meta.from_s;
      clock.max = message.meta.to_s;
      slot.replaceChildren(...(player.bitmaps.length ? [canvas] : []), make("p", { class: "wb-player" }, play, clock, now));
      play.focus();
      say(message.meta.words ?? "");
    },
    trouble(message) {
      if (message.type !== "trouble" || message.id !== asked) return;
      show.disabled = false;
      setText(show, words);
      say(message.message);
    },
    remove: () => player?.remove(),
  };
}
