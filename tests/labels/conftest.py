"""A store and an answer to put into it."""

import itertools

import pytest

from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore


@pytest.fixture
def store(tmp_path):
    """An open, empty label store."""
    with LabelStore.open(tmp_path / "labels") as store:
        yield store


@pytest.fixture
def event():
    """Make label events; every one has its own op_id unless one is given."""
    number = itertools.count()

    def make(kind="answer", value=None, **changes):
        given = {
            "op_id": f"operation-{next(number):04d}",
            "annotator": "Ada",
            "question": "mouth",
            "schema_version": 1,
            "clip": "clip.1a2b3c4d",
            "start_s": 0.3,
            "end_s": 0.3,
            "kind": kind,
            "value": ("open" if kind == "answer" else "") if value is None else value,
        }
        return LabelEvent(**(given | changes))

    return make
