import time

import pytest

from workbench.features.stopwatch import Stopwatch


def test_seconds_add_up_under_their_name():
    watch = Stopwatch()
    for _ in range(2):
        with watch.part("wait"):
            time.sleep(0.01)
    assert 0.02 <= watch.seconds["wait"] < 0.5


def test_waiting_for_items_is_counted_and_working_on_them_is_not():
    watch = Stopwatch()
    for _ in watch.each("get", [1, 2, 3]):
        time.sleep(0.02)
    assert watch.seconds["get"] < 0.02


def test_a_part_that_fails_is_counted_too():
    watch = Stopwatch()
    with pytest.raises(RuntimeError), watch.part("fail"):
        raise RuntimeError
    assert "fail" in watch.seconds
