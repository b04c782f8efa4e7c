import json

import pytest

from workbench.errors import InvalidInputError
from workbench.labels.exchange.event_log import event_rows, export_events, import_events
from workbench.labels.exchange.manifest import manifest_path


def said(store):
    """Everything in a store but when it was written down."""
    return [{k: v for k, v in row.items() if k != "recorded_utc"} for row in event_rows(store)]


def test_l9_a_full_export_into_an_empty_store_makes_the_same_store(labelled, another_store, tmp_path):
    file = tmp_path / "all.events.jsonl"
    n_events = export_events(labelled, file)
    imported = import_events(another_store, file)
    assert (imported.events, imported.recorded, imported.already_there) == (n_events, n_events, 0)
    assert said(another_store) == said(labelled)
    assert another_store.current().equals(labelled.current())
    assert len(another_store.conflicts()) == len(labelled.conflicts()) == 1
    export_events(another_store, tmp_path / "again.events.jsonl")
    first, second = (
        json.loads(manifest_path(tmp_path / name).read_text())
        for name in ("all.events.jsonl", "again.events.jsonl")
    )
    assert first["content_sha256"] == second["content_sha256"]


def test_l9_the_manifest_counts_what_the_database_holds(labelled, tmp_path):
    file = tmp_path / "all.events.jsonl"
    export_events(labelled, file)
    manifest = json.loads(manifest_path(file).read_text())
    history = labelled.history()
    assert manifest["rows"] == len(history) == len(file.read_text().splitlines())
    for column in ("question", "annotator", "kind"):
        assert manifest["counts"][column] == history[column].value_counts().to_dict()
    assert manifest["schema_versions"]["mouth"]["2"] == 1


def test_importing_events_again_changes_nothing(labelled, tmp_path):
    file = tmp_path / "all.events.jsonl"
    n_events = export_events(labelled, file)
    again = import_events(labelled, file)
    assert (again.recorded, again.already_there) == (0, n_events)
    assert len(labelled.history()) == n_events


def test_a_file_that_was_cut_short_or_changed_is_refused_and_nothing_is_recorded(
    labelled, another_store, tmp_path
):
    file = tmp_path / "all.events.jsonl"
    export_events(labelled, file)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-2]))
    with pytest.raises(InvalidInputError, match="changed or cut short"):
        import_events(another_store, file)
    manifest_path(file).unlink()
    file.write_text("".join(lines[:-1]) + lines[-1][:40])
    with pytest.raises(InvalidInputError, match=f"line {len(lines)}"):
        import_events(another_store, file)
    assert another_store.history().empty


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "delete"},
        {"start_s": "0"},
        {"details": None},
        {"op_id": "x"},
        {"clip": ""},
        {"value": "Open"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_line_that_is_no_event_is_told_by_its_number(labelled, another_store, tmp_path, change):
    file = tmp_path / "all.events.jsonl"
    export_events(labelled, file)
    manifest_path(file).unlink()
    lines = file.read_text().splitlines()
    lines[2] = json.dumps(json.loads(lines[2]) | change)
    file.write_text("\n".join(lines))
    with pytest.raises(InvalidInputError, match="line 3"):
        import_events(another_store, file)
    assert another_store.history().empty


def test_events_have_an_ending_of_their_own(labelled, tmp_path):
    with pytest.raises(InvalidInputError, match=r"\.events\.jsonl"):
        export_events(labelled, tmp_path / "all.jsonl")
