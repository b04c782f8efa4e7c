"""Maps from the slope of a class's log-odds: plain, smoothed over noise, and integrated along a path in even steps.

Gradient: Simonyan et al. 2014 (arXiv 1312.6034). SmoothGrad: Smilkov et al. 2017 (arXiv 1706.03825). Integrated
gradients: Sundararajan, Taly and Yan 2017 (arXiv 1703.01365).
"""

from __future__ import annotations

import numpy as np

from workbench.features.colour_map import VIRIDIS
from workbench.models.saliency.cut import Cut, Pictures

N_NOISY, NOISE = 16, 0.1
"""SmoothGrad is the mean over so many copies of the picture with noise of this standard deviation (of 0 to 1)."""
N_PIECES = 16
"""The path of integrated gradients begins with so many pieces (:mod:`workbench.models.saliency.path`)."""


def gradient(cut: Cut, pictures: Pictures, classes: np.ndarray, seed: int) -> Pictures:
    """Return the absolute slope at each place, the largest over the colours."""
    del seed  # nothing is drawn
    return {name: np.abs(slope).max(axis=-1) for name, slope in cut.slopes(pictures, classes).items()}


def smooth_gradient(cut: Cut, pictures: Pictures, classes: np.ndarray, seed: int) -> Pictures:
    """Return the absolute mean slope over noisy copies, the largest over the colours; the same seed, the same noise."""
    rng = np.random.default_rng([seed, 83])
    total = {name: np.zeros(picture.shape, np.float32) for name, picture in pictures.items()}
    for _ in range(N_NOISY):
        noisy = {
            name: np.clip(picture + rng.normal(0, NOISE, picture.shape).astype(np.float32), 0, 1)
            for name, picture in pictures.items()
        }
        for name, slope in cut.slopes(noisy, classes).items():
            total[name] += slope / N_NOISY
    return {name: np.abs(slope).max(axis=-1) for name, slope in total.items()}


def baseline_of(pictures: Pictures) -> Pictures:
    """Return "nothing to see or hear" in the pictures' shapes: middle grey for pictures, silence for sound.

    Grey is as far from black as from white: against black no dark place could ever matter, since integrated gradients
    multiply by the distance from the baseline. Silence is -120 dB or less at every frequency.
    """
    return {
        name: np.full_like(picture, 0.5) if name != "columns" else np.zeros_like(picture) + VIRIDIS[0]
        for name, picture in pictures.items()
    }


def coarse_integrated_gradients(cut: Cut, pictures: Pictures, classes: np.ndarray, seed: int) -> Pictures:
    """Return integrated gradients in 16 even steps: enough for the order of places, not for sums that add up."""
    del seed  # nothing is drawn
    start = baseline_of(pictures)
    total = {name: np.zeros_like(picture) for name, picture in pictures.items()}
    for step in range(N_PIECES):
        share = np.full(len(classes), (step + 0.5) / N_PIECES)
        for name, slope in cut.slopes(between(start, pictures, share), classes).items():
            total[name] += slope / N_PIECES
    return {name: ((pictures[name] - start[name]) * slope).sum(axis=-1) for name, slope in total.items()}


def between(start: Pictures, end: Pictures, share: np.ndarray) -> Pictures:
    """Return the pictures that lie a share of the way from start to end, row by row."""
    part = share.astype(np.float32)[:, None, None, None]
    return {name: start[name] + part * (end[name] - start[name]) for name in end}
