"""Annotators killed at any moment, on the store itself; the checker must find what two wrong stores do."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # benchmarks/ is no package of the workbench
from benchmarks.kill_annotator import cut_torn_end
from benchmarks.kill_loop import Plan, run


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_annotators_killed_at_any_moment_lose_and_double_nothing(tmp_path, new_place, engine):
    kills, found = run(Plan(new_place(engine), tmp_path, seconds=12))
    print(f"{engine}: {kills} kills, {found.line()}")
    assert kills >= 10
    assert found.acknowledged >= 100
    assert found.good, found.line()


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["early", "rewrite"])
def test_the_checker_catches_a_store_that_is_wrong(tmp_path, new_place, fault):
    _, found = run(Plan(new_place("sqlite"), tmp_path, seconds=6, fault=fault))
    assert found.lost, found.line()


@pytest.mark.parametrize(
    ("written", "left"),
    [(b'{"step": 1}\n{"acknow', b'{"step": 1}\n'), (b'{"step": 1}\n', b'{"step": 1}\n'), (b'{"st', b"")],
)
def test_a_line_that_was_torn_by_a_kill_is_taken_away_before_the_next(tmp_path, written, left):
    journal = tmp_path / "journal"
    journal.write_bytes(written)
    cut_torn_end(journal)
    assert journal.read_bytes() == left
