"""The one door to Keras 3 on TensorFlow."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from workbench.lazy import load

_CHATTER = ("absl::InitializeLog", "oneDNN custom operations")
"""What TensorFlow says about itself on standard error when it starts; no setting silences it."""


@cache
def keras_module() -> Any:
    """Return ``keras``, running on TensorFlow and quiet about its start."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _without_chatter():
        # Each network is compiled for itself; that many of them are is no news for whoever trains several.
        load("tensorflow").get_logger().setLevel("ERROR")
    return load("keras")


def tensorflow_module() -> Any:
    """Return ``tensorflow``."""
    keras_module()
    return load("tensorflow")


def seed_everything(seed: int) -> None:
    """Fix every random number of a training: Python's, NumPy's and TensorFlow's."""
    keras_module().utils.set_random_seed(seed)


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Hold standard error back, also what libraries write past Python, then let through all but the chatter."""
    try:
        before = os.dup(2)
    except OSError:  # a program without standard error
        yield
        return
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(before, 2)
            os.close(before)
            held.seek(0)
            lines = held.read().decode(errors="replace").splitlines(keepends=True)
            sys.stderr.write("".join(line for line in lines if not any(said in line for said in _CHATTER)))
