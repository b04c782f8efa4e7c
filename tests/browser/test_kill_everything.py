"""Kernel, Jupyter server and browser are killed in random order while somebody labels: nothing acknowledged is lost.

The same loop runs for as long as one likes with ``python -m benchmarks.kill_stack --seconds 3600``.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


from benchmarks.kill_stack.loop import VICTIMS, KillLoop

pytestmark = pytest.mark.browser


@pytest.fixture
def killing(browser, tmp_path):
    """Start a loop: ``killing(fault="")``."""
    loops = []

    def start(fault=""):
        loops.append(
            KillLoop(
                tmp_path,
                browser.browser_type,
                n_tasks=50_000,
                seed=3,
                fault=fault,
            )
        )
        return loops[-1]

    yield start
    for loop in loops:
        loop.close()


def test_L3_what_was_acknowledged_is_there_once_whatever_was_killed(killing, record_property):
    outcome = killing().run(seconds=60, at_least=VICTIMS)
    record_property("outcome", outcome.line())
    print(outcome.line())
    assert set(outcome.kills) == set(VICTIMS)
    assert outcome.acknowledged > 100
    assert (outcome.lost, outcome.doubled, outcome.wrong) == ([], [], [])


@pytest.mark.parametrize(("fault", "found"), [("early", "lost"), ("forgetful", "lost")])
def test_the_checker_finds_a_planted_fault(killing, fault, found):
    outcome = killing(fault).run(seconds=8, victims=("kernel",))
    assert getattr(outcome, found), outcome.line()
