"""A person labels clips while they play, in a real browser: a key held is a span, edges are dragged, nothing is lost."""

import json
from itertools import pairwise

import numpy as np
import pytest
from bare_page import BarePage
from servers import copy_notebooks, running_lab, running_voila
from timed_video import recorded_dataset

from workbench.labels.store import LabelStore
from workbench.project import Project
from workbench.widgets.play_labeller import label_playing

pytestmark = pytest.mark.browser
FRAME_S, STEP_S = 1 / 30, 0.03
# The time on the screen at every key press, taken before the page sees it.
WATCH = """
window.pressed = [];
for (const kind of ["keydown", "keyup"])
  document.addEventListener(kind, (event) => event.repeat || pressed.push([kind, event.key, Number(document.querySelector(".aw-play")?.dataset.timeS)]), true);
"""


@pytest.fixture(scope="module")
def play_project(tmp_path_factory):
    project = Project.open(tmp_path_factory.mktemp("play") / "project")
    recorded_dataset(project, np.random.default_rng(5), n_frames=90)
    return project


@pytest.fixture(scope="module")
def voila(play_project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("voila")
    with running_voila(
        play_project.root, copy_notebooks(folder / "notebooks"), home=folder / "home"
    ) as server:
        yield server


@pytest.fixture(scope="module")
def lab(play_project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    with running_lab(play_project.root, copy_notebooks(folder / "notebooks"), home=folder / "home") as server:
        yield server


@pytest.fixture
def bare(page, play_project, request):
    """The widget in a bare page, for an annotator of this test alone."""
    page.add_init_script(WATCH)
    name = request.node.name[:40].replace("[", " ").replace("]", "").replace("_", " ").strip()
    opened = BarePage(page, label_playing(play_project, "sample", "mouth", annotator=name)).open()
    opened.name = name
    ready(page)
    page.get_by_label("Speed").select_option("0.25")
    page.locator(".aw-play").focus()
    return opened


def ready(page):
    page.wait_for_function("document.querySelector('.aw-play')?.dataset.spans !== undefined")


def spans(page):
    return [tuple(span) for span in json.loads(page.locator(".aw-play").get_attribute("data-spans"))]


def saved(page):
    page.locator(".aw-save[data-state=saved]").wait_for()


def stored(project, name):
    with LabelStore.open(project.labels, read_only=True) as store:
        table = store.current("mouth", name)
    return sorted(table[["start_s", "end_s", "value"]].itertuples(index=False, name=None))


def until(page, time_s):
    page.wait_for_function("t => Number(document.querySelector('.aw-play').dataset.timeS) >= t", arg=time_s)


def hold_while_it_plays(page):
    """Label from the beginning to about 1.1 s, open from about 0.3 to 0.7 s; return the times the screen showed."""
    page.keyboard.press("Enter")
    until(page, 0.3)
    page.keyboard.down("o")
    until(page, 0.7)
    page.keyboard.up("o")
    until(page, 1.1)
    page.keyboard.press(" ")
    page.wait_for_function("document.querySelector('.aw-play').dataset.state === 'still'")
    times = page.evaluate("pressed")
    return [time for kind, key, time in times if key == "o" or (kind == "keydown" and key == " ")]


def check_hold(page, project, name, times):
    """What is stored is what was done, within one frame; together the spans leave nothing out."""
    saved(page)
    found = spans(page)
    assert found == stored(project, name)
    assert [value for *_, value in found] == ["closed", "open", "closed"]
    down, up, end = times
    assert found[0][0] == 0
    assert found[1][0] == pytest.approx(down, abs=FRAME_S + STEP_S / 2)
    assert found[1][1] + STEP_S == pytest.approx(up, abs=FRAME_S + STEP_S / 2)
    assert found[2][1] + STEP_S == pytest.approx(end, abs=FRAME_S + STEP_S / 2)
    assert all(after[0] - before[1] == pytest.approx(STEP_S) for before, after in pairwise(found))
    return found


def drag(page, edge_s, to_s, duration_s=3.0):
    box = page.locator(".aw-timeline").bounding_box()
    y = box["y"] + box["height"] - 20
    page.mouse.move(box["x"] + edge_s / duration_s * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + to_s / duration_s * box["width"], y, steps=4)
    page.mouse.up()


def test_a_held_key_is_a_span_and_a_dragged_edge_stays_where_it_was_put(bare, page, play_project, screenshot):
    found = check_hold(page, play_project, bare.name, hold_while_it_plays(page))
    screenshot("play-held")
    Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
    report = Axe().run(page, context=".aw-labeller")
    assert report.violations_count == 0, report.generate_report()
    drag(page, found[1][1] + STEP_S, 0.9)
    saved(page)
    moved = spans(page)
    assert moved == stored(play_project, bare.name)
    assert moved[1][1] + STEP_S == pytest.approx(0.9, abs=STEP_S)
    assert moved[2][0] == pytest.approx(moved[1][1] + STEP_S) and len(moved) == 3
    screenshot("play-dragged")
    bare.open()
    ready(page)
    page.keyboard.press("PageUp")
    page.locator(".aw-play").focus()
    if not spans(page):  # the page goes on with the next clip without labels
        page.keyboard.press("PageUp")
        page.wait_for_function("document.querySelector('.aw-play').dataset.spans !== '[]'")
    assert spans(page) == moved


def test_edges_are_moved_joined_removed_and_taken_back_by_keyboard_alone(bare, page, play_project):
    found = check_hold(page, play_project, bare.name, hold_while_it_plays(page))
    page.keyboard.press("]")  # the start of the first
    page.keyboard.press("]")  # where the first and the second meet
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    moved = spans(page)
    assert moved[0][1] == pytest.approx(found[0][1] + 2 * STEP_S)
    assert moved[1] == pytest.approx((found[1][0] + 2 * STEP_S, found[1][1]), abs=1e-6) or moved[1][
        0
    ] == pytest.approx(found[1][0] + 2 * STEP_S)
    page.keyboard.press("j")
    joined = spans(page)
    assert joined == [(0, found[2][1], "closed")]
    page.keyboard.press("Backspace")
    assert spans(page) == moved
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    assert spans(page) == found
    page.keyboard.press("]")
    page.keyboard.press("Delete")
    assert spans(page) == found[1:]
    page.keyboard.press("]")
    page.keyboard.press("c")  # the span of the chosen edge is closed now, and one with its neighbour
    assert spans(page) == [(found[1][0], found[2][1], "closed")]
    saved(page)
    assert stored(play_project, bare.name) == spans(page)


def test_saved_is_never_said_of_a_span_that_is_not_yet_stored(bare, page):
    hold_while_it_plays(page)
    saved(page)
    bare.kernel("dead")
    # Read in the very task of the key press: nothing was painted, sent or answered in between.
    said = page.evaluate(
        """() => {
          const key = (name) => document.querySelector(".aw-play").dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
          key("]");
          key("Delete");
          const { spans } = document.querySelector(".aw-play").dataset;
          return [JSON.parse(spans).length, document.querySelector(".aw-save").dataset.state];
        }"""
    )
    assert said == [2, "saving"]


def test_only_watching_changes_nothing_and_a_reaction_time_is_taken_off(bare, page, play_project):
    page.keyboard.press(" ")
    until(page, 0.3)
    page.keyboard.down("o")
    until(page, 0.4)
    page.keyboard.up("o")
    page.keyboard.press(" ")
    assert spans(page) == [] and stored(play_project, bare.name) == []
    page.locator(".aw-timeline").click(position={"x": 0, "y": 20})
    page.get_by_label("Reaction time").fill("400")
    page.locator(".aw-play").focus()
    page.evaluate("() => { pressed.length = 0 }")
    down, up, _ = hold_while_it_plays(page)
    saved(page)
    found = spans(page)
    assert found[1][0] == pytest.approx(down - 0.4 * 0.25, abs=FRAME_S + STEP_S / 2)
    assert found[1][1] + STEP_S == pytest.approx(up - 0.4 * 0.25, abs=FRAME_S + STEP_S / 2)
    with LabelStore.open(play_project.labels, read_only=True) as store:
        answers = store.answers("mouth")
    details = answers[answers["annotator"] == bare.name]["details"].iloc[0]
    assert (details["reaction_s"], details["speed"], details["unit"]) == (0.4, 0.25, "play")


def test_what_is_said_while_the_kernel_is_dead_is_kept_and_saved_after_it_is_back(bare, page, play_project):
    bare.kernel("dead")
    hold_while_it_plays(page)
    here = spans(page)
    page.locator(".aw-save[data-state=lost]").wait_for()
    assert stored(play_project, bare.name) == []
    bare.widget = label_playing(play_project, "sample", "mouth", annotator=bare.name)
    page.on("dialog", lambda dialog: dialog.accept())
    bare.open()
    ready(page)
    saved(page)
    page.wait_for_function("document.querySelector('.aw-counts').textContent.startsWith('3 spans')")
    page.wait_for_function("document.querySelectorAll('.aw-spans li').length === 3")
    assert spans(page) == here
    assert stored(play_project, bare.name) == here


def test_in_voila_a_clip_is_labelled_while_it_plays_and_a_reload_shows_the_same(
    page, voila, play_project, screenshot
):
    page.add_init_script(WATCH)
    page.goto(voila.notebook("13_label_while_playing.ipynb"))
    page.get_by_label("Your name").fill("Vera")
    page.get_by_role("button", name="Start", exact=True).click()
    ready(page)
    page.get_by_label("Speed").select_option("0.25")
    page.locator(".aw-play").focus()
    found = check_hold(page, play_project, "Vera", hold_while_it_plays(page))
    drag(page, found[1][1] + STEP_S, 0.9)
    saved(page)
    moved = spans(page)
    screenshot("play-voila")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_label("Your name").wait_for()
    page.get_by_role("button", name="Start", exact=True).click()
    ready(page)
    page.locator(".aw-play").focus()
    page.keyboard.press("PageUp")
    page.wait_for_function("document.querySelector('.aw-play').dataset.spans !== '[]'")
    assert spans(page) == moved == stored(play_project, "Vera")


def test_in_jupyterlab_holding_a_key_labels_and_touches_no_cell(page, lab, play_project, screenshot):
    page.add_init_script(WATCH)
    page.goto(lab.notebook("13_label_while_playing.ipynb"))
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.get_by_text("(ipykernel) | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.get_by_label("Your name").wait_for()
    cells = page.locator(".jp-Notebook .jp-Cell .jp-InputArea").all_inner_texts()
    page.get_by_label("Your name").fill("Lea")
    page.get_by_role("button", name="Start", exact=True).click()
    ready(page)
    page.get_by_label("Speed").select_option("0.25")
    page.locator(".aw-play").focus()
    check_hold(page, play_project, "Lea", hold_while_it_plays(page))
    screenshot("play-lab")
    assert page.locator(".jp-Notebook .jp-Cell .jp-InputArea").all_inner_texts() == cells
