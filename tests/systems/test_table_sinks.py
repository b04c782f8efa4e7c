"""Tables of answers: the numbers of the JSON, whole or not there, in memory that does not grow."""

import csv
import tracemalloc
from itertools import repeat

import pandas as pd
import pytest

from tests.systems.answers import answers
from workbench.errors import StorageError
from workbench.labels.exchange.cells import plain
from workbench.sentiment import SENTIMENTS
from workbench.systems import table_sinks
from workbench.systems.sinks import AnalysisFacts
from workbench.systems.table_sinks import COLUMNS, CsvSink, ParquetSink

SINKS = pytest.mark.parametrize("kind", [CsvSink, ParquetSink])


def facts(clip="a.mp4"):
    return AnalysisFacts(clip=clip, alpha=0.1, step_s=0.03, runs={})


def read(path):
    if path.suffix == ".parquet":
        return (
            pd.read_parquet(path).astype(object).where(lambda table: table.notna(), None).to_dict("records")
        )
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    words = {"": None, "true": True, "false": False}
    texts = {name for name, kind in COLUMNS.items() if kind == "text"}
    return [
        {k: v if k in texts and v else words[v] if v in words else float(v) for k, v in row.items()}
        for row in rows
    ]


def fill(sink, moments, clip="a.mp4"):
    sink.open(facts(clip))
    for answer in moments:
        sink.write(answer)
    return sink


@SINKS
def test_the_numbers_are_those_of_the_json(tmp_path, kind):
    moments = list(answers(60, lost=(0, 1, 30)))
    path = tmp_path / f"t.{'csv' if kind is CsvSink else 'parquet'}"
    fill(kind(path), moments).close(None)
    rows = read(path)
    assert [list(row) for row in rows] == [list(COLUMNS)] * 60
    for row, moment in zip(rows, moments, strict=True):
        told = moment.as_json()
        assert row["time_s"] == told["time_s"]
        box = [row[f"face_{side}"] for side in ("x", "y", "width", "height")]
        assert box == (told["face"] or [None] * 4)
        assert (row["mouth_open"], row["branch"]) == (told["mouth_open"], told["branch"])
        assert [row[f"p_{s}"] for s in SENTIMENTS] == list(
            (told["probabilities"] or dict.fromkeys(SENTIMENTS)).values()
        )
        so_far = [row[f"accumulated_{s}"] for s in SENTIMENTS]
        assert so_far == list((told["accumulated"] or dict.fromkeys(SENTIMENTS)).values())
        assert row["frame_time_s"] == round(moment.frame_time_s, 6)


@SINKS
def test_a_table_is_there_when_it_is_whole_and_only_its_owner_reads_it(tmp_path, kind):
    path = tmp_path / "new" / "t.parquet"
    sink = fill(kind(path), answers(5))
    assert not path.exists()
    sink.close(None)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["t.parquet"]


@SINKS
def test_an_abandoned_table_leaves_the_old_one(tmp_path, kind):
    path = tmp_path / "t.csv"
    path.write_text("old")
    fill(kind(path), answers(5)).abandon()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]
    kind(path).abandon()  # never opened: nothing to take away


@SINKS
def test_a_table_that_cannot_be_written_says_so(tmp_path, kind):
    (tmp_path / "taken").write_text("a file, no folder")
    sink = kind(tmp_path / "taken" / "t.csv")
    with pytest.raises(StorageError, match=r"t\.csv must be writable"):
        sink.open(facts())
    sink.abandon()


@SINKS
@pytest.mark.parametrize("clip", ["=1+1.mp4", "名前 🎬.mp4", 'a"b,\nc.mp4', "\udcff.mp4", "<img src=x>.mp4"])
def test_any_name_of_a_clip_can_be_kept(tmp_path, kind, clip):
    path = tmp_path / f"t.{'csv' if kind is CsvSink else 'parquet'}"
    fill(kind(path), answers(2), clip).close(None)
    kept = read(path)[0]["clip"]
    assert not (kind is CsvSink and kept.startswith("=")), "a spreadsheet would run it"
    assert (plain(kept) if kind is CsvSink else kept) == clip.encode("utf-8", "backslashreplace").decode()


@SINKS
def test_memory_does_not_grow_with_the_length(tmp_path, kind, monkeypatch):
    monkeypatch.setattr(table_sinks, "_ROWS_TOGETHER", 200)
    peaks, (moment,) = [], answers(1)
    for n in (500, 500, 3_000):  # the first one loads libraries
        tracemalloc.start()
        fill(kind(tmp_path / "t"), repeat(moment, n)).close(None)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 1.3 * peaks[1]
