"""The same moments by face alone, voice alone and both, on the labelling page: the hidden side is neither seen nor heard."""

import numpy as np
import pytest
from bare_page import BarePage
from timed_video import recorded_dataset

from workbench.datasets.catalog import Dataset
from workbench.datasets.frame_tasks import frame_tasks
from workbench.labels.store import LabelStore
from workbench.project import Project
from workbench.widgets.labelling_desk import label_frames

pytestmark = pytest.mark.browser
SEEN = {"face": 1, "voice": 0, "both": 1}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = Project.open(tmp_path_factory.mktemp("modality") / "project")
    recorded_dataset(project, np.random.default_rng(5))
    return project


def pictures(page):
    """Pictures on the page that show something: canvases and images that are visible and not of the sound."""
    shown = "canvas:not(.aw-wave, .aw-spectrogram, details *, [data-drawn=sound] *), img:not(details *)"  # but for the drawn examples
    return page.locator(shown).filter(visible=True).count()


def wait_until(page, condition):
    for _ in range(100):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come about")


@pytest.mark.parametrize("modality", SEEN)
def test_the_same_moments_are_asked_by_one_modality_alone(page, project, screenshot, modality):
    question = f"sentiment_{modality}"
    bare = BarePage(page, label_frames(project, "sample", question, annotator="Ada", n_tasks=6)).open()
    page.wait_for_function("document.querySelector('.aw-pictures')?.dataset.task")
    page.locator(".aw-labeller").focus()
    if (
        modality == "voice"
    ):  # what is only heard is there unasked, and the next one's sound is fetched meanwhile
        page.locator(".aw-wave:visible").wait_for()
        wait_until(page, lambda: len({m["task_id"] for m in bare.messages if m["type"] == "context"}) == 2)
    page.keyboard.press(" ")
    page.wait_for_function("document.querySelector('.aw-context').dataset.playing === 'true'")
    screenshot(f"modality-{modality}")
    assert (pictures(page) > 0) == bool(SEEN[modality])
    assert page.locator(".aw-wave:visible").count() == (modality != "face")
    page.keyboard.press(" ")
    for key in ("r", "ArrowRight"):  # plays from the start; stops and goes one picture on
        page.keyboard.press(key)
        playing = "true" if key == "r" else "false"
        page.wait_for_function(
            "p => document.querySelector('.aw-context').dataset.playing === p", arg=playing
        )
    if modality == "both":
        page.keyboard.down("v")
        page.wait_for_function("document.querySelector('.aw-context').dataset.held === 'v'")
        assert pictures(page) == 0
        page.keyboard.up("v")
        page.wait_for_function("document.querySelector('.aw-context').dataset.held === ''")
        assert pictures(page) > 0
        for key in "mb":
            page.keyboard.down(key)
            page.wait_for_function("k => document.querySelector('.aw-context').dataset.held === k", arg=key)
            assert pictures(page) > 0
            page.keyboard.up(key)
    for number, key in enumerate("123123"):
        page.keyboard.press(key)
        if number == 2:
            wait_until(
                page, lambda: page.locator(".aw-slot canvas[data-drawn], .aw-slot[data-drawn]").count() == 3
            )
            if modality == "voice":
                page.locator(".aw-slot[data-drawn=sound]").first.wait_for()
                page.locator(".aw-wave:visible").wait_for()
            screenshot(f"modality-{modality}-answered")
    page.get_by_text("All done. Thank you!").wait_for()
    page.locator(".aw-save[data-state=saved]").wait_for()
    with LabelStore.open(project.labels, read_only=True) as store:
        answers = store.answers(question)
    asked = frame_tasks(Dataset.open(project, "sample"), question, n_tasks=6)
    assert sorted(answers["clip"] + answers["start_s"].map("@{:.3f}".format)) == sorted(
        t.task_id for t in asked
    )
    hashes = {"face": {"pixels_sha256"}, "voice": {"sound_sha256"}, "both": {"pixels_sha256", "sound_sha256"}}
    assert all({k for k in kept if k.endswith("sha256")} == hashes[modality] for kept in answers["details"])
    assert any(message["type"] == "context" for message in bare.messages)


def test_who_answers_while_a_sound_is_decoded_hears_the_next_one(page, project):
    page.add_init_script(
        "const decode = window.createImageBitmap.bind(window); window.decoding = 0;"
        "window.createImageBitmap = async (...what) => { window.decoding++;"
        " await new Promise((done) => setTimeout(done, 400)); return decode(...what); };"
    )
    page.set_default_timeout(15_000)
    BarePage(page, label_frames(project, "sample", "sentiment_voice", annotator="Bob", n_tasks=6)).open()
    page.wait_for_function("document.querySelector('.aw-pictures')?.dataset.task && window.decoding > 0")
    page.locator(".aw-labeller").focus()
    page.keyboard.press("1")
    page.locator(".aw-wave:visible").wait_for()
    page.keyboard.press(" ")
    page.wait_for_function("document.querySelector('.aw-context').dataset.playing === 'true'")
    assert "cannot be played" not in page.locator(".aw-labeller").inner_text()
