"""Runs of near-identical moments on the labelling page: one key labels a run, `x` splits it where it changes."""

import numpy as np
import pytest
from bare_page import BarePage
from by_hand import press, ready, saved, shown, shows
from drawn_features import draw_dataset

from workbench.datasets.catalog import Dataset
from workbench.datasets.run_tasks import run_tasks
from workbench.labels.store import LabelStore
from workbench.project import Project
from workbench.widgets.labelling_desk import label_frames

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = Project.open(tmp_path_factory.mktemp("runs"))
    draw_dataset(project, np.random.default_rng(3))
    return project


@pytest.fixture
def runs(page, project, request):
    """Open the page with runs: ``runs(**options)``."""

    def opened(**options):
        name = f"{request.node.name[5:30]} {len(options)}"
        bare = BarePage(
            page, label_frames(project, "sample", "mouth", annotator=name, unit="run", n_tasks=20, **options)
        )
        bare.name = name
        page.set_default_timeout(15_000)
        bare.open()
        ready(bare)
        return bare

    return opened


def long_run(bare):
    """Skip up to a run of four moments or more, and return how many it has."""
    for _ in range(20):
        if (n := n_marked(bare)) >= 4:
            return n
        before = press(bare, "s")[0]
        other_than(bare, before)
    raise AssertionError("no long run is among the tasks")


def n_marked(bare):
    words = bare.page.locator(".aw-film canvas").get_attribute("aria-label")
    return int(words.split(", ")[1].split()[0]) if "them are asked" in words else 1


def other_than(bare, task):
    bare.page.wait_for_function("t => document.querySelector('.aw-pictures').dataset.task !== t", arg=task)


def cursor(bare):
    """Return the cell of the film strip that the cursor is on, and the first that the answer is about."""
    page = bare.page
    n_cells = int(page.locator(".aw-film canvas").get_attribute("aria-label").split()[0])
    share = [
        page.locator(one).evaluate("e => parseFloat(e.style.left) / 100")
        for one in (".aw-film-cursor", ".aw-film-marked")
    ]
    return round(share[0] * n_cells), round(share[1] * n_cells)


def spans(project, bare):
    with LabelStore.open(project.labels, read_only=True) as store:
        answers = store.answers("mouth")
    return answers[answers["annotator"] == bare.name].sort_values(["clip", "start_s"])


@pytest.mark.parametrize("options", [{}, {"order": "random", "overlap": 2, "repeats": 0.2}])
def test_a_run_is_split_at_the_marked_picture_and_each_part_gets_one_key(runs, project, screenshot, options):
    bare = runs(**options)
    n = long_run(bare)
    whole = shown(bare)
    by_id = {t.task_id: t for t in run_tasks(Dataset.open(project, "sample"), "mouth", n_tasks=500)}
    run = by_id[whole]
    here, first = cursor(bare)
    for _ in range(abs(here - first - 1)):
        bare.page.keyboard.press("ArrowLeft" if here > first + 1 else "ArrowRight")
    assert cursor(bare) == (first + 1, first)
    screenshot(f"run-before-{len(options)}")
    bare.page.keyboard.press("x")
    other_than(bare, whole)
    assert n_marked(bare) == 1
    screenshot(f"run-split-{len(options)}")
    parts = press(bare, "12")
    saved(bare)
    kept = spans(project, bare)
    expected = run.split(1)
    assert [t.task_id for t in expected] == parts
    assert list(zip(kept["start_s"].round(6), kept["end_s"].round(6), kept["value"], strict=True)) == [
        (round(part.start_s, 6), round(part.end_s, 6), value)
        for part, value in zip(expected, ("closed", "open"), strict=True)
    ]
    assert [(d["unit"], d["n_moments"]) for d in kept["details"]] == [("run", 1), ("run", n - 1)]
    # Another day: the parts stay answered, the whole is not asked again.
    bare.widget = label_frames(
        project, "sample", "mouth", annotator=bare.name, unit="run", n_tasks=20, **options
    )
    bare.open()
    ready(bare)
    bare.page.wait_for_timeout(300)
    waiting, _ = bare.widget.session.items()
    assert not {whole, *parts} & {task.task_id for task in waiting}


def test_a_part_can_be_split_again_and_taken_back(runs, project):
    bare = runs()
    n = long_run(bare)
    whole = shown(bare)
    bare.page.keyboard.press("x")  # the cursor begins in the middle
    other_than(bare, whole)
    half = shown(bare)
    assert n_marked(bare) == n // 2
    bare.page.keyboard.press("x")
    other_than(bare, half)
    press(bare, "121")
    saved(bare)
    assert spans(project, bare)["details"].map(lambda d: d["n_moments"]).sum() == n
    last = spans(project, bare)["end_s"].iloc[-1]
    bare.page.keyboard.press("Backspace")
    saved(bare)
    assert shown(bare).endswith(f"-{last:.3f}")
    assert len(spans(project, bare)) == 2


def test_a_split_outside_the_run_is_refused_in_words_and_no_answer_slips_in(runs, project):
    bare = runs()
    long_run(bare)
    whole = shown(bare)
    here, first = cursor(bare)
    for _ in range(here - first):
        bare.page.keyboard.press("ArrowLeft")
    bare.page.keyboard.press("x")
    bare.page.get_by_text("go with ← → to the picture that its second part begins with").wait_for()
    bare.page.keyboard.press("ArrowRight")
    bare.kernel("paused")
    bare.page.keyboard.press("x")
    bare.page.get_by_text("Splitting the run …").wait_for()
    bare.page.keyboard.press("1")  # would have been about the whole
    shows(bare, whole)
    bare.kernel("on")
    other_than(bare, whole)
    assert len(spans(project, bare)) == 0
    press(bare, "1")
    saved(bare)
    assert spans(project, bare)["details"].iloc[0]["n_moments"] == 1
