"""A camera in a real browser: the overlay stands on the very picture it was found in, and every trouble is a sentence."""

import os
import shutil
from pathlib import Path

import nbformat
import pytest
from bare_page import BarePage
from by_hand import check_axe
from fake_camera import number_of, write_fake_camera
from servers import copy_notebooks, running_lab, running_voila

from benchmarks.chromium import CHROMIUM_ARGUMENTS
from workbench.datasets.catalog import Dataset
from workbench.media.video import read_frames
from workbench.project import Project
from workbench.widgets.camera_view import CameraView

pytestmark = pytest.mark.browser
N_PICTURES = 30
# A kernel that answers each picture late, and notes what number the picture bears that it was sent.
STAND_IN = """
const clock = performance.now.bind(performance); window.skew = 0; performance.now = () => clock() + skew;
window.sent = []; window.told = []; window.late_ms = 150; window.kernelTakesBuffers = true;
const numberIn = (paper) => [0, 1, 2, 3, 4, 5].reduce((sum, bit) => sum + (paper.getImageData(40 * bit + 20, 20, 1, 1).data[0] > 127 ? 1 << bit : 0), 0);
window.toKernel = async (text, buffers) => {
  const message = JSON.parse(text);
  sent.push(message);
  if (message.type === "prepare") return fromKernel({ type: "prepared" });
  if (message.type === "start") return fromKernel({ type: "started", run: message.run });
  if (message.type === "stop") return fromKernel({ type: "stopped", run: message.run, sentence: "Stopped: a sentence.", kept: "", problem: "" });
  if (message.type !== "frame" || window.mute) return;
  const bitmap = await createImageBitmap(new Blob([buffers[0]], { type: "image/jpeg" }));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height), paper = canvas.getContext("2d");
  paper.drawImage(bitmap, 0, 0);
  message.number = numberIn(paper);
  const points = Array.from({ length: 136 }, (_, k) => 250 + k % 2 * 100 + k / 4);
  setTimeout(() => fromKernel({ type: "seen", run: message.run, key: message.key, time_s: message.time_s, n_dropped: 0, box: [220, 150, 200, 200], points, open: true, n_faces: 2, others: [[20, 100, 90, 90]],
    moments: [[message.time_s, true, [0.1, 0.2, 0.7], [0.2, 0.3, 0.5]]] }), late_ms);
};
document.addEventListener("aw-painted", ({ detail }) => {
  const paper = document.querySelector(".aw-moving").getContext("2d");
  told.push({ ...detail, number: numberIn(paper) });
});
const real = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (real) navigator.mediaDevices.getUserMedia = async (wanted) => {
  window.asked = wanted;
  if (window.deny) throw new DOMException("no", window.deny);
  return (window.stream = await real(wanted));
};
"""


@pytest.fixture(scope="module")
def camera_browser(browser, tmp_path_factory):
    """A Chromium whose camera and microphone are a drawn clip."""
    fake = write_fake_camera(tmp_path_factory.mktemp("camera"), n=N_PICTURES)
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with browser.browser_type.launch(executable_path=found, args=[*CHROMIUM_ARGUMENTS, *fake]) as chromium:
        yield chromium


@pytest.fixture
def page(camera_browser):
    context = camera_browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def bare(page):
    """The page alone, with a kernel in it that answers late; the widget only says what state it is in."""
    page.add_init_script(STAND_IN)
    page.set_default_timeout(15_000)
    shown = CameraPage(page, CameraView())
    page.failures = []
    page.on("pageerror", lambda error: page.failures.append(str(error)))
    yield shown
    assert page.failures == []


class CameraPage(BarePage):
    """A bare page whose kernel stands in the page."""

    def __init__(self, page, widget):
        self.page, self.widget = page, widget
        page.route("**/*", self._serve)

    def begin(self, until="ready"):
        """Open it and tell it what the kernel would."""
        state = []
        self.widget.send = lambda message, buffers=None: state.append(message)
        self.widget._tell_state({})
        self.open()
        self.page.wait_for_function("window.sent?.length === 1")
        self.page.evaluate("state => window.fromKernel(state)", state[0])
        return self.until(until)

    def until(self, stage):
        self.page.locator(f".aw-camera[data-stage={stage}]").wait_for()
        return self

    def press_start(self):
        self.page.locator("[data-action=start]").click()

    def note(self):
        return self.page.locator(".aw-note").inner_text()

    def sent(self, kind):
        return [m for m in self.page.evaluate("sent") if m["type"] == kind]


def test_what_was_found_is_painted_on_the_very_picture_it_was_found_in(bare, page, screenshot):
    bare.begin()
    check_axe(bare)
    screenshot("camera-ready", page)
    page.locator(".aw-camera").focus()
    page.keyboard.press(" ")
    bare.until("running")
    assert bare.note() == "Nothing is kept."
    page.wait_for_function("told.length >= 12")
    told, sent = page.evaluate("told"), {m["time_s"]: m for m in bare.sent("frame")}
    assert [one["number"] for one in told] == [sent[one["time_s"]]["number"] for one in told]
    assert len({one["number"] for one in told}) > 6
    assert all(one["now_ms"] - one["taken_ms"] >= 150 for one in told)  # the delay told is the real one
    assert "Delay: from the moment the camera took a picture until" in page.locator(".aw-hint").inner_text()
    assert page.locator("[data-figure=dropped]").inner_text() != "–"
    assert [one["time_s"] for one in told] == sorted({one["time_s"] for one in told})
    heard = [s for m in page.evaluate("sent") for s in m.get("sound_starts_s", [])]
    assert len(heard) > 10 and heard == sorted(heard) and 0 <= heard[0] < 0.5
    check_axe(bare)
    screenshot("camera-running", page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".aw-figures").scroll_into_view_if_needed()
    screenshot("camera-running-phone", page)
    page.evaluate("stream.getVideoTracks()[0].dispatchEvent(new Event('ended'))")
    bare.until("stopped")
    assert "The camera was pulled out" in bare.note() and "Stopped: a sentence." in bare.note()
    assert page.evaluate("stream.getTracks().every((track) => track.readyState === 'ended')")
    check_axe(bare)


def test_every_trouble_is_a_sentence_and_start_can_be_pressed_again(bare, page, screenshot):
    bare.begin()
    for error, words in {
        "NotAllowedError": "permission was denied",
        "NotReadableError": "another program may be using it",
        "OverconstrainedError": "no longer there",
        "NotFoundError": "No camera was found",
    }.items():
        page.evaluate("name => { window.deny = name; }", error)
        bare.press_start()
        page.locator(".aw-note", has_text=words).wait_for()
        bare.until("ready")
        screenshot(f"camera-{error}", page)
    # Without a microphone the face alone is judged; with a silent kernel the page says so.
    page.evaluate(
        "window.deny = ''; window.mute = true; navigator.mediaDevices.enumerateDevices = async () => [];"
    )
    bare.press_start()
    bare.until("running")
    assert "no microphone: the face alone is judged" in bare.note()
    assert page.evaluate("asked.audio") is None and bare.sent("start")[0]["heard"] is False
    page.evaluate("window.skew = 6000")
    page.locator(".aw-note[data-alert=true]", has_text="has not answered for 5 seconds").wait_for()
    page.wait_for_function("sent.filter((m) => m.type === 'frame').length >= 3")
    page.wait_for_timeout(200)
    assert len(bare.sent("frame")) == 3  # no more are under way than can be answered
    screenshot("camera-silent-kernel", page)
    bare.press_start()
    bare.until("stopped")


def test_a_recording_is_asked_for_agreed_to_and_named_before_the_camera_starts(bare, page, screenshot):
    bare.begin()
    page.get_by_text("Record a clip with its results").click()
    assert page.get_by_text("Whoever is seen or heard agrees").is_visible()
    check_axe(bare)
    bare.press_start()
    page.locator(".aw-note[data-alert=true]", has_text="needs the name").wait_for()
    assert page.evaluate("window.asked") is None and bare.sent("start") == []
    page.get_by_label("Who is seen").fill("Drawn Ada")
    page.get_by_text("Whoever is seen or heard agrees").click()
    bare.press_start()
    bare.until("running")
    assert bare.note() == "● Recording: Stop keeps the clip."
    assert bare.sent("start")[0]["record"] == {"dataset": "camera", "speaker": "Drawn Ada", "agreed": True}
    assert page.get_by_label("Record a clip").is_disabled()
    screenshot("camera-recording", page)
    bare.press_start()
    bare.until("stopped")
    assert not page.get_by_label("Record a clip").is_checked()  # the next one is asked for anew


def test_a_page_without_a_secure_address_says_what_to_do(bare, page, screenshot):
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    bare.begin(until="problem")
    assert "http://localhost) or with https" in bare.note()
    assert page.locator("[data-action=start]").is_disabled()
    screenshot("camera-insecure", page)


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    """The notebooks; the camera's asks networks that need no training."""
    folder = copy_notebooks(tmp_path_factory.mktemp("notebooks") / "notebooks")
    notebook = nbformat.read(folder / "30_camera.ipynb", as_version=4)
    notebook.cells[-1].source = (
        "from camera_world import fusion\nfrom workbench.widgets import camera_view\n"
        "camera_view.load_fusion = lambda *_, **__: fusion()\n" + notebook.cells[-1].source
    )
    nbformat.write(notebook, folder / "30_camera.ipynb")
    return folder


@pytest.fixture(params=["voila", "lab"])
def served(request, project, notebooks, tmp_path, monkeypatch):
    """A page of the camera in a real server, before it is started."""
    tests = str(Path(__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")]))
    running = {"voila": running_voila, "lab": running_lab}[request.param]
    with running(project.root, notebooks, home=tmp_path / "home") as server:
        yield request.param, server


def test_a_drawn_actor_is_seen_heard_and_kept_only_when_asked(served, page, project, screenshot):
    kind, server = served
    page.add_init_script(
        "window.told = []; document.addEventListener('aw-painted', ({ detail }) => told.push(detail))"
    )
    page.goto(server.notebook("30_camera.ipynb"))
    if kind == "lab":
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        page.get_by_text("(ipykernel) | Idle").wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".aw-camera[data-stage=ready]").wait_for()
    keep = kind == "voila"
    if keep:
        page.get_by_text("Record a clip with its results").click()
        page.get_by_label("Who is seen").fill("Drawn Ada")
        page.get_by_text("Whoever is seen or heard agrees").click()
    page.locator("[data-action=start]").click()
    page.locator(".aw-camera[data-stage=running][data-face=true]").wait_for()
    page.wait_for_function("told.length >= 25")
    page.wait_for_function("document.querySelector('.aw-verdict strong')")
    screenshot(f"camera-{kind}", page)
    page.locator("[data-action=start]").click()
    page.locator(".aw-camera[data-stage=stopped]").wait_for()
    words = page.locator(".aw-note").inner_text()
    screenshot(f"camera-{kind}-stopped", page)
    assert "Stopped:" in words and "a face in" in words
    if not keep:
        assert list(project.datasets.iterdir()) == []
        return
    assert "Kept as camera-" in words
    (clip,) = Dataset.open(Project.open(project.root), "camera").clips()
    frames = list(read_frames(clip.path))
    assert clip.speaker == "Drawn Ada" and clip.kind == "audiovisual" and len(frames) >= 25
    assert len({number_of(frame.image) for frame in frames}) > 10
