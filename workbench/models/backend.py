"""The one door to Keras 3 on TensorFlow."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from workbench.lazy import load
from workbench.models.chatter import without_chatter

_CHATTER = ("absl::InitializeLog", "oneDNN custom operations")
"""What TensorFlow says about itself on standard error when it starts; no setting silences it."""


@cache
def keras_module() -> Any:
    """Return ``keras``, running on TensorFlow and quiet about its start."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with without_chatter(_CHATTER):
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
