import subprocess
import sys
import threading
import time

import pytest

from workbench.labels import turns
from workbench.labels.turns import TurnTimeoutError, in_turn


def test_one_at_a_time_also_among_threads(tmp_path):
    inside, most, lock = [], [], tmp_path / "lock"

    def work():
        for _ in range(20):
            with in_turn(lock, timeout_s=30):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 80


@pytest.mark.parametrize("with_flock", [True, False])
def test_whoever_waits_too_long_is_told_and_the_next_gets_the_turn(tmp_path, monkeypatch, with_flock):
    if not with_flock:
        monkeypatch.setattr(turns, "fcntl", None)
    lock = tmp_path / "lock"
    with (
        in_turn(lock, timeout_s=1),
        pytest.raises(TurnTimeoutError),
        in_turn(tmp_path / "." / "lock", timeout_s=0.05),
    ):
        pass
    with in_turn(lock, timeout_s=1):
        assert (lock.stat().st_mode & 0o777) == 0o600


def test_who_gave_up_waiting_does_not_take_the_turn_later(tmp_path):
    lock = tmp_path / "lock"
    for _ in range(20):
        with in_turn(lock, timeout_s=1), pytest.raises(TurnTimeoutError), in_turn(lock, timeout_s=0.001):
            pass
    with in_turn(lock, timeout_s=5):
        pass


HOLD = """
import sys, time
from pathlib import Path
from workbench.labels.turns import in_turn
with in_turn(Path(sys.argv[1]), timeout_s=5):
    print("mine", flush=True)
    time.sleep(60)
"""


def test_a_killed_holder_frees_the_turn_at_once(tmp_path):
    lock = tmp_path / "lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(lock)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "mine\n"
    got = threading.Event()

    def wait():
        with in_turn(lock, timeout_s=30):
            got.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    time.sleep(0.05)
    assert not got.is_set()
    holder.kill()
    holder.wait()
    waiter.join()
    assert got.is_set()


def test_a_forked_child_does_not_keep_the_turn(tmp_path):
    code = (
        "import os, sys, time\nfrom pathlib import Path\nfrom workbench.labels.turns import in_turn\n"
        "lock = Path(sys.argv[1])\n"
        "with in_turn(lock, timeout_s=5):\n    child = os.fork()\n    if not child:\n        time.sleep(60)\n        os._exit(0)\n"
        "with in_turn(lock, timeout_s=5):\n    print('again')\n"
        "os.kill(child, 9)\nos.waitpid(child, 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "lock")], capture_output=True, text=True, check=True
    )
    assert done.stdout == "again\n"
