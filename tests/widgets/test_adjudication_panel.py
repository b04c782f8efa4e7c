"""The panel's messages, without a browser."""

import numpy as np
import pytest
from drawn_features import draw_dataset

from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore
from workbench.widgets.adjudication_panel import adjudicate


@pytest.fixture
def disputed(project):
    """A drawn dataset about whose first clip two people differ."""
    dataset = draw_dataset(project, np.random.default_rng(3), clips_each=1)
    clip = dataset.table()["clip"].iloc[0]
    with LabelStore.open(project.labels) as store:
        for who, value in (("Ada", "open"), ("Bob", "closed")):
            for k in (3, 9):
                store.record(
                    LabelEvent(
                        op_id=f"{who}-operation-{k}", annotator=who, question="mouth", schema_version=2, clip=clip,
                        start_s=0.03 * k, end_s=0.03 * k, kind="answer", value=value, details={"seconds_taken": 1.0},
                    )
                )  # fmt: skip
    return project


class Page:
    """Stands for the browser: sends messages and keeps what came."""

    def __init__(self, panel):
        self.panel, self.heard = panel, []
        panel.send = lambda content, buffers=(): self.heard.append((content, list(buffers)))

    def say(self, kind, **content):
        self.panel._receive(None, {"type": kind, **content})
        return self.heard[-1]


def test_an_item_is_shown_with_the_network_s_picture_and_settled(disputed):
    page = Page(adjudicate(disputed, "sample", "mouth", judge="Judge"))
    state, _ = page.say("ready")
    assert [one["settled"] for one in state["items"]] == [False, False]
    assert state["reasons"][0] == "ambiguous"
    item_id = state["items"][0]["item_id"]
    told, buffers = page.say("show", item_id=item_id)
    assert told["pictures"][0]["name"] == "mouth"
    assert buffers[0].startswith(b"\x89PNG")
    assert "Ada" not in str(told)
    saved, _ = page.say("settle", item_id=item_id, value="open", reason="slip", op_id="verdict-000001")
    assert saved == {"type": "saved", "item_id": item_id, "settled": True}
    saved, _ = page.say("undo", item_id=item_id, op_id="undo-000000001")
    assert saved["settled"] is False


def test_names_are_shown_when_asked_for(disputed):
    page = Page(adjudicate(disputed, "sample", "mouth", judge="Judge"))
    item_id = page.say("ready")[0]["items"][0]["item_id"]
    assert page.say("names", shown=True)[0]["blind"] is False
    assert "Ada" in str(page.say("show", item_id=item_id)[0])


def test_a_name_is_asked_for_first(disputed):
    page = Page(adjudicate(disputed, "sample", "mouth"))
    assert "items" not in page.say("ready")[0]
    assert page.say("show", item_id="x")[0]["type"] == "trouble"
    assert page.say("begin", judge="<b>")[0]["type"] == "trouble"
    assert page.say("begin", judge="Judge")[0]["judge"] == "Judge"


def test_what_cannot_be_saved_is_told(disputed):
    page = Page(adjudicate(disputed, "sample", "mouth", judge="Judge"))
    item_id = page.say("ready")[0]["items"][0]["item_id"]
    told, _ = page.say("settle", item_id=item_id, value="open", reason="because", op_id="verdict-000001")
    assert told["type"] == "not_saved"
    assert "guideline gap" in told["message"]


def test_a_missing_dataset_is_told_in_the_panel(project):
    assert "none called 'nowhere'" in Page(adjudicate(project, "nowhere", "mouth")).say("ready")[0]["problem"]
