"""A person labels frames in a real browser; what the page calls saved is what the store holds."""

import os
import signal
import statistics
from pathlib import Path

import pytest

from workbench.labels.store import LabelStore

pytestmark = pytest.mark.browser
WATCH = "document.addEventListener('aw-painted', (e) => (window.painted ??= []).push(e.detail))"


def run_all(page, server, name):
    page.goto(server.notebook(name))
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.get_by_text("(ipykernel) | Idle").wait_for()  # cells run before this are not run at all
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def begin(page, name):
    field = page.get_by_label("Your name")
    field.wait_for()
    field.fill(name)
    page.get_by_role("button", name="Start", exact=True).click()
    ready(page)


def ready(page):
    page.locator(".aw-pictures canvas").first.wait_for()


def press(page, key):
    """Press a key on the labeller and wait until the next picture has replaced the last."""
    pictures = page.locator(".aw-pictures:not([data-task=''])")
    before = pictures.get_attribute("data-task")
    page.keyboard.press(key)
    page.wait_for_function(
        "before => document.querySelector('.aw-pictures').dataset.task !== before", arg=before
    )
    return before


def saved(page):
    page.locator(".aw-save[data-state=saved]").wait_for()


def events(project, question, annotator):
    with LabelStore.open(project.labels, read_only=True) as store:
        history = store.history(question)
    return history[history["annotator"] == annotator]


def kernels(project):
    """The process ids of the kernels that work on this project, the newest last."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words, environment = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
            started = int((folder / "stat").read_text().rpartition(")")[2].split()[19])
        except OSError:
            continue
        if b"ipykernel_launcher" in words and str(project.root).encode() in environment:
            found.append((started, int(folder.name)))
    return [pid for _, pid in sorted(found)]


def check_axe(page):
    Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
    found = Axe().run(page, context=".aw-labeller")
    assert found.violations_count == 0, found.generate_report()


def label_twenty(page):
    """Fourteen answers by keys, one undone and given again, one skip, five by button; return what should be stored."""
    expected = []
    for number in range(14):
        key, value = (("1", "closed"), ("o", "open"))[number % 2]
        expected.append((press(page, key), "answer", value))
    undone = expected[-1][0]
    assert press(page, "Backspace") != undone
    expected.append((undone, "undo", ""))
    expected.append((press(page, "c"), "answer", "closed"))
    expected.append((press(page, "s"), "skip", ""))
    for _ in range(5):
        task = page.locator(".aw-pictures").get_attribute("data-task")
        page.locator("[data-value=open]").click()
        page.wait_for_function("b => document.querySelector('.aw-pictures').dataset.task !== b", arg=task)
        expected.append((task, "answer", "open"))
    return expected


def check(page, project, annotator, expected):
    saved(page)
    stored = events(project, "mouth", annotator)
    tasks = stored["clip"] + "@" + stored["start_s"].map("{:.3f}".format)
    rows = list(zip(tasks, stored["kind"], stored["value"], strict=True))
    # What was said about one picture is stored in its order; another picture need not wait for it.
    assert sorted(rows, key=lambda row: row[0]) == sorted(expected, key=lambda row: row[0])
    assert "20 of 180" in page.locator(".aw-status").inner_text()


def test_twenty_frames_in_voila_are_stored_exactly_and_a_reload_goes_on(
    page, voila, drawn_project, screenshot
):
    page.goto(voila.notebook("10_label_mouth.ipynb"))
    page.get_by_label("Your name").wait_for()
    screenshot("voila-name")
    begin(page, "Ada")
    screenshot("voila-first")
    check(page, drawn_project, "Ada", label_twenty(page))
    screenshot("voila-twenty")
    check_axe(page)
    waiting = page.locator(".aw-pictures").get_attribute("data-task")
    page.reload()
    field = page.get_by_label("Your name")
    field.wait_for()
    assert field.input_value() == "Ada"
    page.get_by_role("button", name="Start", exact=True).click()
    ready(page)
    assert page.locator(".aw-pictures").get_attribute("data-task") == waiting
    assert "20 of 180" in page.locator(".aw-status").inner_text()


def test_twenty_frames_in_jupyterlab_are_stored_exactly_and_touch_no_cell(
    page, lab, drawn_project, screenshot
):
    run_all(page, lab, "10_label_mouth.ipynb")
    page.get_by_label("Your name").wait_for()
    cells = page.locator(".jp-Notebook .jp-Cell .jp-InputArea").all_inner_texts()
    begin(page, "Grace")
    screenshot("lab-first")
    check(page, drawn_project, "Grace", label_twenty(page))
    check_axe(page)
    press(page, "Backspace")
    saved(page)
    for place in (".aw-labeller", ".aw-labeller [data-value=open]", ".aw-labeller summary"):
        page.locator(place).focus()
        for key in (
            "a",
            "b",
            "d",
            "d",
            "x",
            "m",
            "z",
        ):  # JupyterLab's own keys to add, remove and change cells
            page.keyboard.press(key)
    page.wait_for_timeout(500)
    assert page.locator(".jp-Notebook .jp-Cell .jp-InputArea").all_inner_texts() == cells
    screenshot("lab-twenty")
    box = page.locator(".aw-answers").bounding_box()
    assert 0 < box["y"] < 900 - box["height"]  # still in sight


def test_faces_are_asked_about_sentiment_and_escape_leaves_the_keys(page, voila, drawn_project, screenshot):
    page.goto(voila.notebook("11_label_sentiment.ipynb"))
    begin(page, "Ada")
    for key in ("1", "u", "p"):
        press(page, key)
    saved(page)
    screenshot("voila-sentiment")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.wait_for_timeout(300)
    assert list(events(drawn_project, "sentiment", "Ada")["value"]) == ["negative", "neutral", "positive"]


def test_what_the_store_cannot_take_is_called_not_saved_and_kept_until_it_can(
    page, voila, drawn_project, screenshot
):
    page.goto(voila.notebook("10_label_mouth.ipynb"))
    begin(page, "Eve")
    file = drawn_project.labels / "labels.db"
    aside = file.rename(file.with_suffix(".aside"))
    try:
        for key in "1212":
            press(page, key)
        page.locator(".aw-save[data-state=lost]").wait_for()
        page.locator(".aw-save", has_text="NOT saved: 4").wait_for()  # the fourth may come a moment later
        page.locator(".aw-why", has_text="removed or replaced").wait_for()
        screenshot("voila-not-saved")
    finally:
        aside.rename(file)
    saved(page)
    assert sorted(events(drawn_project, "mouth", "Eve")["value"]) == ["closed", "closed", "open", "open"]


def test_all_frames_one_after_another_end_with_a_word_of_thanks(
    page, voila, drawn_project, screenshot, record_property
):
    page.add_init_script(WATCH)
    page.goto(voila.notebook("11_label_sentiment.ipynb"))
    begin(page, "Max")
    for number in range(179):
        press(page, "123s"[number % 4])
    page.keyboard.press("2")
    page.get_by_text("All done. Thank you!").wait_for()
    saved(page)
    screenshot("voila-end")
    stored = events(drawn_project, "sentiment", "Max")
    assert stored["kind"].value_counts().to_dict() == {"answer": 136, "skip": 44}
    assert len(set(zip(stored["clip"], stored["start_s"], strict=True))) == 180
    page.get_by_role("button", name="Show the skipped ones again").click()
    ready(page)
    press(page, "3")
    saved(page)
    assert "180 of 180 · 43 skipped" in page.locator(".aw-status").inner_text()
    press(page, "Backspace")
    press(page, "1")
    saved(page)
    assert "180 of 180 · 43 skipped" in page.locator(".aw-status").inner_text()
    assert events(drawn_project, "sentiment", "Max")["kind"].tail(3).tolist() == ["answer", "undo", "answer"]
    times = sorted(one["ms"] for one in page.evaluate("window.painted"))
    assert all(
        one["ready"] for one in page.evaluate("window.painted")[:170]
    )  # nobody ever waited for a picture
    summary = (
        f"p50 {statistics.median(times):.1f} ms, p95 {times[int(0.95 * len(times))]:.1f} ms of {len(times)}"
    )
    record_property("key press to next picture painted", summary)
    print("key press to next picture painted:", summary)


def test_a_kernel_that_dies_in_jupyterlab_loses_nothing(page, lab, drawn_project, screenshot):
    run_all(page, lab, "10_label_mouth.ipynb")
    begin(page, "Zoe")
    for key in "12":
        press(page, key)
    saved(page)
    for kernel in kernels(drawn_project):
        os.kill(kernel, signal.SIGKILL)
    for key in "121":
        press(page, key)
    page.locator(".aw-save", has_text="NOT saved: 3").wait_for()
    page.locator(".aw-why", has_text="run this notebook's cells again").wait_for()
    screenshot("lab-kernel-died")
    if page.locator(".jp-Dialog").count():
        page.locator(".jp-Dialog .jp-mod-accept").first.click()
    page.get_by_text("(ipykernel) | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".aw-notice", has_text="3 answers by Zoe are not saved yet").wait_for()
    begin(page, "Zoe")
    saved(page)
    stored = events(drawn_project, "mouth", "Zoe")
    assert stored["value"].tolist() == ["closed", "open", "closed", "open", "closed"]
    assert stored["op_id"].is_unique
    assert not stored[["clip", "start_s"]].duplicated().any()


def test_a_stopped_kernel_is_not_felt_in_voila(page, voila, drawn_project):
    page.goto(voila.notebook("10_label_mouth.ipynb"))
    begin(page, "Lea")
    page.wait_for_timeout(1500)  # forty pictures are there
    kernel = kernels(drawn_project)[-1]
    os.kill(kernel, signal.SIGSTOP)
    try:
        tasks = [press(page, "12"[number % 2]) for number in range(30)]
        page.locator(".aw-save[data-state=lost]").wait_for()
    finally:
        os.kill(kernel, signal.SIGCONT)
    saved(page)
    stored = events(drawn_project, "mouth", "Lea")
    assert (stored["clip"] + "@" + stored["start_s"].map("{:.3f}".format)).tolist() == tasks
