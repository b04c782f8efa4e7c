"""A trial that needs no network: its score is a plain function of its settings. Importable by other processes."""

import math
import os
import signal
from pathlib import Path

HASHES = {"samples_hash": "s", "arrays_hash": "a"}


def score_of(settings):
    """Best at a learning rate of 0.01, a little better with small batches."""
    return 1 / (1 + abs(math.log10(settings["learning_rate"]) + 2)) - settings["batch_size"] / 1000


def try_plan(root, facts, *, progress=None):
    """Stand in for :func:`workbench.systems.trial.try_plan`."""
    return {"score": score_of(facts["settings"]), "by_epoch": [0.5], "loss": 0.1, "seconds": 0.0, **HASHES}


def killed_at(number):
    """Return a trial like that, which kills its own process, as ``kill -9`` does, when it is the ``number``-th."""
    counted = []

    def try_or_die(root, facts, *, progress=None):
        counted.append(1)
        if len(counted) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return try_plan(root, facts)

    return try_or_die


def pid_in(root, facts, *, progress=None):
    """Like :func:`try_plan`, leaving a file that is called after the process that worked."""
    folder = Path(root) / "workers"
    folder.mkdir(exist_ok=True)
    (folder / str(os.getpid())).touch()
    return try_plan(root, facts)
