"""Maps from the slope of a class's log-odds: plain, smoothed over noise, and integrated along a path.

Gradient: Simonyan et al. 2014 (arXiv 1312.6034). SmoothGrad: Smilkov et al. 2017 (arXiv 1706.03825). Integrated
gradients: Sundararajan, Taly and Yan 2017 (arXiv 1703.01365).
"""

from __future__ import annotations

import numpy as np

from workbench.features.colour_map import VIRIDIS
from workbench.models.saliency.cut import Cut, Pictures

N_NOISY, NOISE = 16, 0.1
"""SmoothGrad is the mean over so many copies of the picture with noise of this standard deviation (of 0 to 1)."""
FEWEST_STEPS, MOST_STEPS = 32, 256
"""Integrated gradients take so many steps, doubled while a sum is off by more than the tolerance."""
TOLERANCE = 0.02
"""A sum may miss the difference of log-odds by this share of it, and by as much in absolute terms."""


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


def integrated_gradients(
    cut: Cut, pictures: Pictures, classes: np.ndarray, *, fewest_steps: int = FEWEST_STEPS
) -> tuple[Pictures, np.ndarray, np.ndarray]:
    """Share out, over all places of all inputs, the log-odds gained from the baseline to the pictures.

    Returns
    -------
    maps : dict of str to np.ndarray, shape (n, height, width)
        In log-odds, signed, the colours summed. All of them together add up to ``gained``.
    gained : np.ndarray, shape (n,)
        Log-odds of the pictures minus those of the baseline.
    gap : np.ndarray, shape (n,)
        By how much the maps' sum misses it (the price of finitely many steps).
    """
    start = baseline_of(pictures)
    gained = cut.log_odds(pictures, classes) - cut.log_odds(start, classes)
    maps = {name: np.zeros(picture.shape[:3], np.float32) for name, picture in pictures.items()}
    gap, rows, n_steps = np.zeros(len(classes)), np.arange(len(classes)), fewest_steps
    while rows.size:  # only the rows whose sums are not yet right go on with finer steps
        part = _along_the_path(cut, _rows(start, rows), _rows(pictures, rows), classes[rows], n_steps)
        for name, found in part.items():
            maps[name][rows] = found
        gap[rows] = sum(found.sum(axis=(1, 2), dtype=float) for found in part.values()) - gained[rows]
        n_steps *= 2
        off = np.abs(gap[rows]) > TOLERANCE * (1 + np.abs(gained[rows]))
        rows = rows[off & (n_steps <= max(MOST_STEPS, fewest_steps))]
    return maps, gained, gap


def coarse_integrated_gradients(cut: Cut, pictures: Pictures, classes: np.ndarray, seed: int) -> Pictures:
    """Return integrated gradients in 16 steps: enough for the order of places, not for sums that add up."""
    del seed  # nothing is drawn
    return _along_the_path(cut, baseline_of(pictures), pictures, classes, 16)


def _along_the_path(cut: Cut, start: Pictures, end: Pictures, classes: np.ndarray, n_steps: int) -> Pictures:
    """Integrate by the midpoint rule: the slope in the middle of every step, times the whole way."""
    total = {name: np.zeros_like(picture, dtype=np.float32) for name, picture in end.items()}
    for step in range(n_steps):
        share = np.float32((step + 0.5) / n_steps)
        between = {name: start[name] + share * (end[name] - start[name]) for name in end}
        for name, slope in cut.slopes(between, classes).items():
            total[name] += slope / n_steps
    return {name: ((end[name] - start[name]) * slope).sum(axis=-1) for name, slope in total.items()}


def _rows(pictures: Pictures, rows: np.ndarray) -> Pictures:
    return {name: picture[rows] for name, picture in pictures.items()}
