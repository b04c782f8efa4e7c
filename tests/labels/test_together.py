"""Several processes at once, and processes killed in the middle: nothing acknowledged is lost, nothing is doubled."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from workbench.labels.store import LabelStore

# Writes each op_id to its journal only after record() returned; with "forgetful" it acknowledges before (a planted fault).
ANNOTATE = """
import itertools, os, sys, uuid
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore
folder, journal, who, most, forgetful = sys.argv[1:6]
store = LabelStore.open(folder, busy_timeout_s=60)
acknowledged = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for number in itertools.count():
    if number == int(most):
        break
    op_id = f"{who}-{uuid.uuid4().hex}"
    event = LabelEvent(op_id, who, "mouth", 1, "clip", number * 0.03, number * 0.03, "answer", "open")
    if forgetful == "yes":
        os.write(acknowledged, (op_id + "\\n").encode())
    for _ in range(2):  # an answer sent twice
        store.record(event)
    os.write(acknowledged, (op_id + "\\n").encode())
"""


def annotate(folder, journal, who, *, most=-1, forgetful=False):
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            ANNOTATE,
            str(folder),
            str(journal),
            who,
            str(most),
            "yes" if forgetful else "no",
        ]
    )


def acknowledged(journals):
    return [line for journal in journals for line in journal.read_text().split("\n")[:-1]]


def missing_and_doubled(folder, journals):
    with LabelStore.open(folder, read_only=True) as store:
        stored = list(store.history()["op_id"])
    return set(acknowledged(journals)) - set(stored), len(stored) - len(set(stored)), len(stored)


def test_four_processes_that_start_at_once_lose_nothing(tmp_path):
    journals = [tmp_path / f"journal{n}" for n in range(4)]
    processes = [annotate(tmp_path / "labels", j, f"annotator{n}", most=25) for n, j in enumerate(journals)]
    assert [process.wait(120) for process in processes] == [0] * 4
    assert missing_and_doubled(tmp_path / "labels", journals) == (set(), 0, 100)


def kill_again_and_again(tmp_path, *, seconds, forgetful=False, seed=5):
    dice = random.Random(seed)
    folder, journals, kills = tmp_path / "labels", [tmp_path / f"journal{n}" for n in range(2)], 0
    processes = [annotate(folder, j, f"annotator{n}", forgetful=forgetful) for n, j in enumerate(journals)]
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(acknowledged([j for j in journals if j.exists()])) < 20:
        time.sleep(dice.uniform(0.8, 1.6))
        chosen = dice.randrange(2)
        if journals[chosen].exists():  # it has begun
            os.kill(processes[chosen].pid, signal.SIGKILL)
            processes[chosen].wait()
            kills += 1
            processes[chosen] = annotate(folder, journals[chosen], f"annotator{chosen}", forgetful=forgetful)
    for process in processes:
        process.kill()
        process.wait()
    return (*missing_and_doubled(folder, [j for j in journals if j.exists()]), kills)


@pytest.mark.slow
def test_killed_at_any_moment_what_was_acknowledged_is_there_once(tmp_path):
    missing, doubled, stored, kills = kill_again_and_again(tmp_path, seconds=20)
    print(f"{kills} kills, {stored} stored, {len(missing)} missing, {doubled} doubled")
    assert kills >= 5
    assert (missing, doubled) == (set(), 0)


@pytest.mark.slow
def test_the_checker_catches_a_writer_that_acknowledges_too_early(tmp_path):
    missing, _, _, _ = kill_again_and_again(tmp_path, seconds=20, forgetful=True)
    assert missing
