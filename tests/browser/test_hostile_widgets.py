"""The same sixty texts in clips' names, speakers, questions, notes and messages: no widget makes anything of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from bare_page import BarePage
from error_world import draw_cast, draw_runs
from hostile import CREATED, NAMEABLE, PAYLOADS, Watch
from scripted_networks import networks, opened, surely

from workbench.datasets.catalog import Dataset
from workbench.labels.annotation import LabelEvent
from workbench.labels.schema import schema_of
from workbench.labels.store import LabelStore
from workbench.project import Project
from workbench.sentiment import SENTIMENTS
from workbench.systems.judged_clips import ClipChoice
from workbench.widgets import adjudication_panel, labelling_desk, play_labeller
from workbench.widgets.adjudication_panel import AdjudicationPanel, adjudicate
from workbench.widgets.confusion_explorer import ConfusionExplorer, explore_errors
from workbench.widgets.frame_labeller import FrameLabeller
from workbench.widgets.labelling_desk import label_frames
from workbench.widgets.loop_panel import LoopRun, Step, loop_panel
from workbench.widgets.map_explorer import MapExplorer
from workbench.widgets.map_view import MapView
from workbench.widgets.play_labeller import PlayLabeller, label_playing
from workbench.widgets.timeline_explorer import TimelineExplorer
from workbench.widgets.timeline_session import TimelineSession
from workbench.widgets.training_panel import Training, training_panel

pytestmark = pytest.mark.browser
ALL = " ~ ".join(PAYLOADS)
ABOUT = ("sex", "intensity", "statement", "emotion", "warnings")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A project with features and runs whose clips, speakers and everything said about them are payloads."""
    project, rng = Project.open(tmp_path_factory.mktemp("hostile") / "project"), np.random.default_rng(5)
    dataset = draw_cast(project, rng, clips_each=6)
    table = dataset.table()
    names = {clip: f"{NAMEABLE[i % len(NAMEABLE)]}~{i}" for i, clip in enumerate(table["clip"])}
    for old, new in names.items():
        (dataset.features / old).rename(dataset.features / new)
    table["clip"] = table["clip"].map(names)
    for number, column in enumerate(ABOUT):
        table[column] = [PAYLOADS[(7 * number + i % 2) % 60] for i in range(len(table))]
    dataset.write_table(table)
    runs = draw_runs(project, dataset, rng, right=0.5)
    with LabelStore.open(project.labels) as store:
        for i, clip in enumerate(table["clip"][:6]):
            for who, value in (("O'Brien @home", "open"), ("B. javascript", "closed")):
                moment = {"clip": clip, "start_s": 0.09, "end_s": 0.09, "kind": "answer", "value": value}
                asked = {
                    "question": "mouth",
                    "schema_version": 2,
                    "details": {"note": PAYLOADS[i], "seconds_taken": 1.0},
                }
                store.record(LabelEvent(op_id=f"operation-{who[:1]}-{i}", annotator=who, **moment, **asked))
    return project, {name: run.id for name, run in runs.items()}


def hostile_schema(question, version=None):
    schema = schema_of(question, version)
    return replace(schema, prompt=ALL, guideline=ALL)


def hostile_map():
    n = 240
    rng = np.random.default_rng(1)
    kinds = [PAYLOADS[k % 60] for k in range(n)]
    rows = {
        "clip": kinds,
        "speaker": [PAYLOADS[k % 12] for k in range(n)],
        "moment": 0,
        "time_s": 0.0,
        "heard": True,
    }
    rows |= {
        "part": "test",
        "truth": [SENTIMENTS[k % 3] for k in range(n)],
        "confidence": 0.9,
        "predicted": "neutral",
    }
    points = rng.normal(0, 1, (n, 2))
    return MapView(points, pd.DataFrame(rows), classes=SENTIMENTS, title=ALL, note=ALL)


def timeline(project):
    dataset = Dataset.open(project, "sample")
    choices = [
        ClipChoice(c.clip, c.speaker, PAYLOADS[i], PAYLOADS[i + 1], c.duration_s)
        for i, c in enumerate(dataset.clips())
    ]
    rules = {"mouth": opened(0.1), "visual": surely(1), "audio": surely(0), "audiovisual": surely(2)}
    session = TimelineSession(
        dataset,
        choices,
        lambda: networks(**rules),
        LabelStore.open(project.labels),
        annotator="O'Brien @home",
    )
    return TimelineExplorer(session)


def faces_of(project, runs):
    """Return every widget with what is to be there before it is looked at."""
    yield (
        label_frames(project, "sample", "mouth", annotator="O'Brien @home", n_tasks=10),
        ".aw-pictures:not([data-task=''])",
    )
    yield adjudicate(project, "sample", "mouth", judge="Judge", blind=False), ".aw-court [data-item]"
    yield explore_errors(project, runs), ".aw-card"
    yield timeline(project), ".aw-timeline-explorer"
    yield MapExplorer(hostile_map(), None), ".aw-map-plot[data-painter]"
    yield label_playing(project, "sample", "mouth", annotator="O'Brien @home"), "#here > *"
    for kind in (FrameLabeller, PlayLabeller, AdjudicationPanel, ConfusionExplorer, TimelineExplorer):
        yield kind(problem=ALL), "#here [role=alert], #here :text('cycler')"


def test_no_widget_takes_a_text_for_more(page, world, monkeypatch):
    for module in (labelling_desk, play_labeller, adjudication_panel):
        monkeypatch.setattr(module, "schema_of", hostile_schema)
    project, runs = world
    ours = ("http://localhost:9/", "blob:", "data:image/", "data:audio/")
    watch = Watch(page, lambda address: address.startswith(ours) and "xss" not in address)
    page.set_default_timeout(15_000)
    shown = {}
    for number, (widget, there) in enumerate(faces_of(project, runs)):
        if number == 0:
            bare = BarePage(page, widget)
        bare.widget = widget
        bare.open()
        page.locator(there).first.wait_for()
        page.keyboard.press("?")
        page.wait_for_timeout(150)
        assert page.evaluate(CREATED) == [], type(widget).__name__
        shown[number] = page.evaluate("document.getElementById('here').innerText")
    for value in panels(project):
        page.evaluate("text => { document.getElementById('here').innerHTML = text; }", value)
        assert page.evaluate(CREATED) == [] and "window.__xss" in page.locator("#here").inner_text()
    page.wait_for_timeout(150)
    assert watch.found() == []
    assert all("window.__xss" in text for text in shown.values()), [
        k for k in shown if "__xss" not in shown[k]
    ]
    together = "".join(" ".join(shown.values()).split())
    assert [text for text in PAYLOADS if "".join(text.split()) not in together] == []


def panels(project):
    """Return the HTML that the notebook's panels of controls show of a loop and a training gone wrong."""
    run, training = LoopRun(("true",), project), Training(project, "sample")
    run.state, run.problem, run.step = "failed", ALL, Step(ALL, 1, 2, ALL, None)
    training.state, training.problem, training.alarms = "failed", ALL, {ALL: [ALL]}
    boxes = [loop_panel(project, run=run), training_panel(training)]
    while boxes:
        box = boxes.pop()
        boxes += getattr(box, "children", ())
        if type(box).__name__ == "HTML" and box.value:
            yield box.value
