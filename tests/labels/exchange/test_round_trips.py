"""L9: whatever is labelled, by whomever and about whatever clip, comes back identical from every format."""

import itertools
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.errors import InvalidInputError
from workbench.labels.annotation import LabelEvent
from workbench.labels.exchange.clip_files import export_clip_files, import_clip_files
from workbench.labels.exchange.event_log import EVENT_COLUMNS, event_rows, export_events, import_events
from workbench.labels.exchange.labels_table import export_labels, import_labels
from workbench.labels.schema import QUESTIONS, schema_of
from workbench.labels.store import LabelStore

printable = st.characters(min_codepoint=32, codec="utf-8").filter(str.isprintable)
clips = st.text(printable, min_size=1, max_size=255) | st.sampled_from(
    [" x", "x ", ".", "..", "A", "a", "%41", "a/b", "=1", "'=1", "ä", "a\u0308"]
)
annotators = (
    st.text(st.sampled_from("aZé9_ .'@-日"), min_size=1, max_size=20)
    .map(lambda name: " ".join(name.split()))
    .filter(lambda name: name[:1].isalnum())
)
times = st.integers(0, 3_000_000).map(lambda n: n / 1e6)


@st.composite
def answers(draw):
    """One answer to any question, about a moment or a span."""
    schema = schema_of(draw(st.sampled_from(QUESTIONS)))
    start_s, end_s = sorted((draw(times), draw(times)))
    return {
        "annotator": draw(annotators),
        "question": schema.question,
        "schema_version": schema.version,
        "clip": draw(clips),
        "start_s": start_s,
        "end_s": draw(st.sampled_from([start_s, end_s])),
        "kind": "answer",
        "value": draw(st.sampled_from([choice.name for choice in schema.choices])),
    }


def events(said):
    """Make events of answers; those that break a rule of labels cannot be there."""
    for number, fields in zip(itertools.count(), said):
        try:
            yield LabelEvent(op_id=f"operation-{number}", **fields)
        except InvalidInputError:
            continue


def out_and_in(form, store, another, folder):
    """Carry all labels of one store into another."""
    if form == "events":
        export_events(store, folder / "all.events.jsonl")
        import_events(another, folder / "all.events.jsonl")
    elif form in {"csv", "jsonl"}:
        export_labels(store, folder / f"labels.{form}")
        import_labels(another, folder / f"labels.{form}")
    else:
        export_clip_files(store, folder / "clips", form=form)
        if not store.current().empty:
            assert [one.error for one in import_clip_files(another, folder / "clips") if one.error] == []


@pytest.mark.parametrize("form", ["csv", "jsonl", "events", "elan", "textgrid"])
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(said=st.lists(answers(), max_size=12))
def test_l9_every_format_brings_every_label_back(form, said):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with LabelStore.open(folder / "one") as store, LabelStore.open(folder / "two") as another:
            store.record_all(events(said))
            out_and_in(form, store, another, folder)
            assert another.current().equals(store.current())
            if form == "events":
                rows = [
                    [{n: row[n] for n in EVENT_COLUMNS} for row in event_rows(s)] for s in (store, another)
                ]
                assert rows[0] == rows[1]
