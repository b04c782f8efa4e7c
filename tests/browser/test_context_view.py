"""The clip around a moment, in a page of its own: picture and sound in step, and nothing of what is hidden."""

import base64
import shutil
from pathlib import Path

import numpy as np
import pytest
from timed_video import catalog, recorded_dataset

import workbench.widgets
from workbench.datasets.catalog import Dataset
from workbench.datasets.moment_context import moment_context
from workbench.project import Project

pytestmark = pytest.mark.browser
HERE = Path(workbench.widgets.__file__).parent
SOURCE = "\n".join(
    (HERE / name).read_text(encoding="utf-8") for name in ("clip_player.js", "context_view.js")
)
FRAME_S = 1 / 30
# Every frame drawn, with the clock at that time; every sound started, by its gain.
WATCH = """
window.seen = [];
window.open_view = (message, modality) => {
  window.view?.remove();
  document.body.replaceChildren();
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  window.asked = 0;
  const ask = async () => (window.asked++, { meta: message.meta, buffers: message.buffers.map((one) => new DataView(bytes(one).buffer)) });
  window.view = new ContextView({ ask });
  view.modality(modality);
  document.body.append(view.element);
  window.seen = [];
  new MutationObserver(() => view.player.run && seen.push([view.player.now, Number(view.element.dataset.frameS), view.player.audio ? view.player.heard : 0])).observe(view.element, { attributes: true, attributeFilter: ["data-time-s"] });
  view.show({ task_id: "one" });
};
document.addEventListener("keydown", (event) => {
  if (event.repeat) return;
  if (event.key === " ") (event.preventDefault(), view.toggle());
  if (event.key === "r") view.replay();
  if ("vmb".includes(event.key)) view.hold(event.key);
  if (event.key.startsWith("Arrow")) view.step(event.key === "ArrowLeft" ? -1 : 1);
});
document.addEventListener("keyup", (event) => "vmb".includes(event.key) && view.release());
"""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    project = Project.open(tmp_path_factory.mktemp("context") / "project")
    return recorded_dataset(project, np.random.default_rng(5), speakers=("01",), n_frames=90)


@pytest.fixture
def open_view(page, dataset):
    """Open the view at 1.5 s of the clip; returns the message that was sent."""
    css = (HERE / "context_view.css").read_text(encoding="utf-8")
    page.set_content(f"<style>{css}</style><title>context</title>")
    page.add_script_tag(content=f"{SOURCE}\n{WATCH}")

    def open_it(modality="both", *, sent=None, radius_s=1.0, dataset=dataset):
        clip = dataset.clips()[0].clip
        context = moment_context(dataset, clip, 1.5, 1.5, modality=sent or modality, radius_s=radius_s)
        meta, buffers = context.as_message()
        message = {"meta": meta, "buffers": [base64.b64encode(b).decode() for b in buffers]}
        page.evaluate("([message, modality]) => open_view(message, modality)", [message, modality])
        return meta

    return open_it


def played(page):
    """Wait until the player has stopped; return (clock, time of the drawn frame, time of what is heard) of every drawing."""
    page.wait_for_function("view.element.dataset.playing === 'true'")
    page.wait_for_function("view.element.dataset.playing === 'false'")
    rows = np.array(page.evaluate("seen"), dtype=float)
    return rows[:, 0], rows[:, 1], rows[:, 2]


@pytest.mark.parametrize("speed", [1, 0.5, 0.25])
def test_picture_and_sound_are_in_step_to_the_frame_at_every_speed(page, open_view, screenshot, speed):
    meta = open_view(radius_s=0.6)
    page.get_by_label("Speed").select_option(str(speed))
    page.keyboard.press(" ")
    page.wait_for_function("view.player.now > 1.4")
    assert page.evaluate("view.player.run.source?.buffer.duration") == pytest.approx(1.2 / speed, abs=0.1)
    screenshot(f"context-{speed}")
    clock, frame, heard = played(page)
    times = np.array(meta["frame_times_s"])
    expected = times[np.searchsorted(times, clock + 1e-6, side="right") - 1]
    assert np.abs(frame - expected).max() < FRAME_S + 1e-3
    assert (
        np.median(np.abs(frame - expected)) < 1e-3
    )  # a busy machine may draw a moment after it looked at the clock
    moving = (clock > meta["from_s"] + 0.1) & (clock < meta["to_s"] - 0.1)
    heard = np.maximum.accumulate(heard)
    pace = np.polyfit(heard[moving], clock[moving], 1)[0]
    assert pace == pytest.approx(speed, rel=0.05)


def test_without_sound_the_pictures_play_by_the_clock_of_the_page(page, open_view):
    meta = open_view("face", radius_s=0.4)
    page.keyboard.press(" ")
    clock, frame, _ = played(page)
    times = np.array(meta["frame_times_s"])
    assert (
        np.abs(frame - times[np.searchsorted(times, clock + 1e-6, side="right") - 1]).max() < FRAME_S + 1e-3
    )
    assert page.evaluate("view.player.audio ?? null") is None
    assert page.locator("canvas").count() == 1  # the picture: no waveform that would tell of the voice


def test_nothing_plays_or_is_fetched_before_a_key_is_pressed(page, open_view):
    open_view("mouth")
    page.wait_for_timeout(200)
    assert page.evaluate("[asked, view.player.audio ?? null]") == [0, None]
    open_view("both")
    page.locator(".aw-sounds").wait_for()
    assert page.evaluate("[asked, view.player.run, view.player.audio ?? null]") == [1, None, None]


def test_a_voice_is_asked_about_without_any_picture_even_if_one_were_sent(page, open_view, screenshot):
    open_view("voice", sent="both")
    page.locator(".aw-spectrogram").wait_for()
    assert page.locator(".aw-moving, .aw-stage").count() == 0
    assert page.evaluate("view.player.bitmaps.length") == 0
    page.keyboard.press(" ")
    page.wait_for_function("view.player.now > 0.7")
    screenshot("context-voice")
    page.keyboard.press("v")
    assert page.evaluate("view.held") == ""


def test_a_face_is_asked_about_without_sound_even_if_some_were_sent(page, open_view):
    open_view("face", sent="both")
    page.keyboard.press(" ")
    page.wait_for_function("view.player.now > 0.7")
    assert page.evaluate("[view.player.sound, view.player.audio ?? null]") == [None, None]
    assert page.locator(".aw-wave, .aw-spectrogram").count() == 0


def test_keys_held_give_voice_alone_a_muted_face_or_both(page, open_view, screenshot):
    open_view()
    gain = "view.player.volume.gain.value"
    page.keyboard.down("v")
    page.wait_for_function("view.player.now > 0.6")
    assert page.locator(".aw-cover").is_visible()
    assert page.evaluate(gain) == 1
    screenshot("context-voice-held")
    page.keyboard.up("v")
    page.wait_for_function("view.element.dataset.playing === 'false'")
    assert not page.locator(".aw-cover").is_visible()
    page.keyboard.down("m")
    page.wait_for_function("view.element.dataset.playing === 'true' && view.player.now > 0.6")
    page.wait_for_function(f"{gain} === 0")
    assert page.locator(".aw-moving").is_visible() and not page.locator(".aw-cover").is_visible()
    page.keyboard.up("m")
    page.keyboard.press("r")
    page.wait_for_function("view.player.now > 1.0")
    assert page.evaluate(gain) == 1
    page.keyboard.down("m")  # while it plays: it goes on playing when the key is let go
    page.wait_for_function(f"{gain} === 0")
    page.keyboard.up("m")
    page.wait_for_function(f"{gain} === 1")
    assert page.evaluate("view.element.dataset.playing") == "true"


def test_arrows_go_picture_by_picture_and_the_cursor_with_them(page, open_view):
    meta = open_view()
    page.locator(".aw-moving").wait_for()
    times = np.array(meta["frame_times_s"])
    assert float(page.locator(".aw-context").get_attribute("data-frame-s")) == pytest.approx(1.5, abs=1e-3)
    for key, expected in (("ArrowRight", 1.5 + FRAME_S), ("ArrowLeft", 1.5), ("ArrowLeft", 1.5 - FRAME_S)):
        page.keyboard.press(key)
        page.wait_for_function("t => Math.abs(view.element.dataset.frameS - t) < 1e-3", arg=expected)
    assert np.abs(times - float(page.locator(".aw-context").get_attribute("data-time-s"))).min() < 1e-3


def test_what_cannot_be_read_is_said_and_asked_for_again(page, open_view):
    open_view("mouth")
    page.evaluate("() => { view.ask = async () => { throw new Error('the recording is gone') } }")
    page.keyboard.press(" ")
    page.get_by_text("The clip cannot be played: the recording is gone").wait_for()
    assert page.evaluate("view.loading") is None


def test_sound_is_slowed_without_changing_its_pitch(page, open_view):
    open_view()
    page.locator(".aw-wave").wait_for()
    crossings = """(speed) => {
      const rate = 48000, tone = Float32Array.from({ length: rate }, (_, k) => Math.sin(2 * Math.PI * 220 * k / rate));
      const out = slower(tone, speed, rate).slice(rate / 10, Math.floor(rate / speed * 0.9));
      let ups = 0, most = 0;
      for (let k = 1; k < out.length; k++) { ups += out[k - 1] < 0 && out[k] >= 0; most = Math.max(most, Math.abs(out[k])); }
      return [ups / (out.length / rate), most];
    }"""
    for speed in (0.5, 0.25):
        pitch, loudest = page.evaluate(crossings, speed)
        assert pitch == pytest.approx(220, rel=0.03)
        assert 0.8 < loudest < 1.1


@pytest.mark.real
def test_a_real_recording_plays_in_step_too(page, open_view, real_data, project):
    path = sorted((real_data / "ravdess").rglob("01-*.mp4"))[0]
    dataset = Dataset(project.dataset_folder("real"))
    dataset.media.mkdir(parents=True)
    shutil.copy(path, dataset.media)
    catalog(dataset, [{"clip": "real.1", "file": path.name, "kind": "audiovisual", "duration_s": "3.0"}])
    meta = open_view(dataset=dataset)
    page.keyboard.press(" ")
    clock, frame, heard = played(page)
    times = np.array(meta["frame_times_s"])
    expected = times[np.searchsorted(times, clock + 1e-6, side="right") - 1]
    assert np.abs(frame - expected).max() <= np.diff(times).max() + 1e-3
    assert np.polyfit(np.maximum.accumulate(heard), clock, 1)[0] == pytest.approx(1, rel=0.05)
