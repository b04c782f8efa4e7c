"""Fifty processes at one queue, without a pause: nobody gets what another has, and nobody is told of an error."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # benchmarks/ is no package of the workbench
from benchmarks.annotator_work import Load
from benchmarks.annotators import measure


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_L5_L15_fifty_people_in_a_storm_are_all_served_and_no_item_is_given_twice(
    tmp_path, new_place, engine
):
    result = measure(Load(new_place(engine), str(tmp_path), 50, 0.0, 8.0, 20_000))
    print(engine, result)
    assert result.errors == 0
    assert result.double == 0
    assert result.answers > 200
