"""What can be asked about moments, whatever computes the answer: Keras, or a run's export without TensorFlow."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class Asked(Protocol):
    """A network ready to be asked: :class:`workbench.models.inference.Predictor` or :class:`workbench.models.exported.RuntimeNetwork`."""

    network: str
    classes: tuple[str, ...]

    def probabilities(self, **arrays: np.ndarray) -> np.ndarray:
        """Return the probability of each class, shape (n, n_classes), from arrays as they lie in the feature store."""
        ...
