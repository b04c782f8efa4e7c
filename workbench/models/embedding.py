"""The 16 units before a network's answer: what it has made of each moment when it decides."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.models.architectures import LAST_HIDDEN_LAYER
from workbench.models.layers import activations


def hidden_units(full: Any, arrays: dict[str, np.ndarray]) -> np.ndarray:
    """Return the 16 units before the softmax, shape (n, 16), of a visual or audio network.

    Parameters
    ----------
    full : keras.Model
    arrays : dict of str to np.ndarray
        ``faces`` or ``columns``, as they lie in the feature store.

    Raises
    ------
    InvalidInputError
        The network has no such layer.
    """
    if full.name not in ("visual", "audio"):
        raise InvalidInputError(
            f"The map shows the visual or the audio network. Received the {full.name} network."
        )
    if not len(next(iter(arrays.values()))):
        return np.zeros((0, 16), np.float32)
    return activations(full, arrays, LAST_HIDDEN_LAYER)
