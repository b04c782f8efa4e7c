"""Whoever settles sees and hears the clip around the item, of what the question is about."""

import numpy as np
import pytest
from bare_page import BarePage
from timed_video import recorded_dataset

from workbench.datasets.catalog import Dataset
from workbench.datasets.frame_tasks import frame_tasks
from workbench.labels.annotation import LabelEvent
from workbench.labels.schema import schema_of
from workbench.labels.store import LabelStore
from workbench.project import Project
from workbench.widgets.adjudication_panel import adjudicate

pytestmark = pytest.mark.browser
VALUES = {"mouth": ("open", "closed"), "sentiment_voice": ("positive", "negative")}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = Project.open(tmp_path_factory.mktemp("settled") / "project")
    recorded_dataset(project, np.random.default_rng(5))
    with LabelStore.open(project.labels) as store:
        for question, values in VALUES.items():
            task = frame_tasks(Dataset.open(project, "sample"), question, n_tasks=1)[0]
            for who, value in zip(("Ada", "Bob"), values, strict=True):
                moment = {"clip": task.clip, "start_s": task.start_s, "end_s": task.end_s}
                answer = {
                    "question": question,
                    "schema_version": schema_of(question).version,
                    "kind": "answer",
                    "value": value,
                }
                store.record(LabelEvent(op_id=f"{who}-{question}", annotator=who, **moment, **answer))
    return project


@pytest.mark.parametrize("question", VALUES)
def test_the_clip_around_a_disputed_item_plays(page, project, screenshot, question):
    page.set_default_timeout(15_000)
    BarePage(page, adjudicate(project, "sample", question, judge="Judge")).open()
    page.locator(".aw-court [data-item]").wait_for()
    page.locator(".aw-court").focus()
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.aw-context').dataset.playing === 'true'")
    screenshot(f"adjudicate-{question}")
    assert page.locator(".aw-wave:visible").count() == 1
    assert page.locator(".aw-moving:visible").count() == (question == "mouth")
    assert page.locator(".aw-court img:visible").count() == (3 if question == "mouth" else 0)
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.aw-context').dataset.playing === 'false'")
