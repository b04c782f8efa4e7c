import contextlib
import os
import subprocess
import sys
import threading

import pytest

from workbench.models.backend import _CHATTER
from workbench.models.chatter import without_chatter

CHATTER = b"I0000 port.cc:153] oneDNN custom operations are on. You may see slightly different results.\n"


def test_only_the_chatter_is_held_back(capfd):
    with without_chatter(_CHATTER):
        os.write(2, CHATTER + b"out of memory\n")
        print("said by Python", file=sys.stderr, flush=True)
    print("said later", file=sys.stderr)
    assert "".join(sorted(capfd.readouterr().err.splitlines(keepends=True))) == (
        "out of memory\nsaid by Python\nsaid later\n"
    )


def test_what_was_said_before_a_failure_is_shown(capfd):
    with pytest.raises(ImportError), without_chatter(_CHATTER):
        os.write(2, CHATTER + b"libstdc++ is too old\n")
        raise ImportError
    assert capfd.readouterr().err == "libstdc++ is too old\n"


def test_threads_that_hold_it_back_at_once_leave_it_as_it_was(capfd):
    inside = threading.Barrier(2, timeout=0.2)

    def hold():
        with without_chatter(_CHATTER), contextlib.suppress(threading.BrokenBarrierError):
            inside.wait()  # never both: the second waits outside

    threads = [threading.Thread(target=hold) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("still heard", file=sys.stderr, flush=True)
    assert inside.broken and capfd.readouterr().err == "still heard\n"


@pytest.mark.slow
def test_the_networks_start_without_a_word():
    code = "from workbench.models.backend import tensorflow_module as t; t().constant(1.0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
