"""The kernel's side of the map: what is sent, and what it answers to messages, wrong ones included."""

import numpy as np
import pandas as pd
import pytest

from workbench.sentiment import SENTIMENTS
from workbench.widgets.map_explorer import MapExplorer
from workbench.widgets.map_view import MapView
from workbench.widgets.selection import Selection


class Previews:
    def pictures(self, clip, moment):
        return {} if moment == 2 else {"face": f"{clip} {moment}".encode()}

    def sound(self, clip, time_s):
        return None if clip == "silent" else f"{clip} {time_s}".encode()


@pytest.fixture
def explorer():
    rows = pd.DataFrame(
        {
            "clip": ["a", "a", "a", "silent"],
            "speaker": "01",
            "moment": range(4),
            "time_s": np.arange(4) * 0.03,
            "heard": [True, True, True, False],
            "part": "test",
            "truth": ["positive", "negative", "", "neutral"],
            "predicted": "positive",
            "confidence": 0.8,
        }
    )
    points = [[0, 0], [1, 0], [0, 1], [1, 1]]
    explorer = MapExplorer(
        MapView(np.array(points), rows, classes=SENTIMENTS, selection=Selection()), Previews()
    )
    explorer.sent = []
    explorer.send = lambda content, buffers=None: explorer.sent.append((content, buffers or []))
    return explorer


def said(explorer, **content):
    explorer.sent.clear()
    explorer._receive(explorer, content)
    return explorer.sent


def test_the_state_holds_points_mask_and_codes_as_plain_bytes(explorer):
    ((state, buffers),) = said(explorer, type="ready")
    assert [one["name"] for one in state["colourings"]] == [
        "class",
        "right or wrong",
        "speaker",
        "confidence",
        "part",
    ]
    points = np.frombuffer(buffers[0], "<f4").reshape(-1, 2)
    assert points.tolist() == [[-1, -1], [1, -1], [-1, 1], [1, 1]]
    assert np.frombuffer(buffers[1], np.uint8).tolist() == [0] * 4 and not state["filtered"]
    assert np.frombuffer(buffers[2], "<u2").tolist() == [2, 0, 3, 1]
    assert state["colourings"][0]["categories"][0] == {
        "name": "negative",
        "colour": "#D55E00",
        "shape": "triangle-down",
        "n": 1,
    }


def test_a_lasso_a_legend_and_clear_are_answered_with_the_mask(explorer):
    corners = [[-2, -2], [2, -2], [2, 0], [-2, 0]]
    ((told, (mask,)),) = said(explorer, type="lasso", how="lasso", polygon=corners)
    assert told == {
        "type": "chosen",
        "filtered": True,
        "words": "2 of 4 moments: lasso on the map",
        "n_chosen": 2,
    }
    assert list(mask) == [1, 1, 0, 0]
    ((told, (mask,)),) = said(explorer, type="category", colouring="right or wrong", category="wrong")
    assert told["words"] == "2 of 4 moments: right or wrong wrong" and list(mask) == [0, 1, 0, 1]
    ((told, _),) = said(explorer, type="clear")
    assert not told["filtered"]


def test_a_look_brings_words_and_pictures_and_whether_there_is_sound(explorer):
    ((told, pictures),) = said(explorer, type="look", row=1)
    assert (told["pictures"], pictures, told["sound"]) == (["face"], [b"a 1"], True)
    assert told["words"][0] == ("said", "wrong: positive, 80% sure")
    ((told, pictures),) = said(explorer, type="look", row=2)
    assert (told["pictures"], pictures) == ([], [])
    assert said(explorer, type="hear", row=1) == [({"type": "sound", "row": 1}, [b"a 0.03"])]
    assert said(explorer, type="hear", row=3) == [({"type": "sound", "row": 3}, [])]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"type": "dance"}, "must be one of ready, lasso"),
        ({"type": "look", "row": 4}, "0 to 3. Received 4"),
        ({"type": "hear", "row": -1}, "0 to 3. Received -1"),
        ({"type": "look"}, "row"),
        ({"type": "lasso", "how": "lasso", "polygon": "round"}, "could not convert"),
        ({"type": "category", "colouring": "class", "category": "sad"}, "there is none"),
    ],
)
def test_a_message_that_makes_no_sense_is_answered_and_changes_nothing(explorer, message, words):
    ((told, _),) = said(explorer, **message)
    assert told["type"] == "trouble" and words in told["message"]
    assert explorer.selection.moments == ()


def test_without_previews_a_point_has_its_words(explorer):
    bare = MapExplorer(explorer.view)
    sent = []
    bare.send = lambda content, buffers=None: sent.append((content, buffers or []))
    bare._receive(bare, {"type": "look", "row": 0})
    bare._receive(bare, {"type": "hear", "row": 0})
    assert sent[0][0]["sound"] is False and sent[0][0]["pictures"] == [] and sent[1][1] == []


def test_a_map_that_was_closed_no_longer_hears_of_other_views(explorer):
    explorer.close()
    explorer.sent.clear()
    explorer.selection.choose(["a@0.000"], source="timeline")
    assert explorer.sent == []
