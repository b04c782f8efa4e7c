"""A picture's edges, which know nothing of any network: the control that every check of saliency must turn down."""

from __future__ import annotations

import numpy as np

from workbench.models.saliency.cut import Cut, Pictures


def edges(cut: Cut, pictures: Pictures, classes: np.ndarray, seed: int) -> Pictures:
    """Return how sharply the brightness changes at each place (Adebayo et al. 2018, arXiv 1810.03292, use it so)."""
    del cut, classes, seed
    maps = {}
    for name, picture in pictures.items():
        grey = picture.mean(axis=-1)
        axes = [axis for axis in (1, 2) if grey.shape[axis] > 1]  # a sound's column has no width
        maps[name] = np.sqrt(sum(np.gradient(grey, axis=axis) ** 2 for axis in axes)).astype(np.float32)
    return maps
