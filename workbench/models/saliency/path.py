"""Integrated gradients (Sundararajan, Taly and Yan 2017, arXiv 1703.01365) whose sums are right.

The way from the baseline to the picture is cut into pieces. On each, the slope in the middle times its length should
give the change of the log-odds from end to end, which is known. Where it does not, the piece is halved. Even steps
would not do: inside the fused network two softmaxes switch over within a thousandth of the way, and with 128 even steps
its sums missed by more than the whole gain.
"""

from __future__ import annotations

import numpy as np

from workbench.models.saliency.cut import Cut, Pictures
from workbench.models.saliency.gradients import N_PIECES, baseline_of, between

TOLERANCE = 0.02
"""A sum may miss the difference of log-odds by this share of it, and by as much in absolute terms."""
SHORTEST = 2.0**-14
"""Pieces are not cut any shorter; what is then still missed is told as the gap."""
_PIECES_TOGETHER = 128
_PIECES_SHARE_IT = 8
"""A piece may miss by this part of what a sum may: what pieces miss goes both ways and mostly cancels."""


def integrated_gradients(
    cut: Cut, pictures: Pictures, classes: np.ndarray
) -> tuple[Pictures, np.ndarray, np.ndarray]:
    """Share out, over all places of all inputs, the log-odds gained from the baseline to the pictures.

    Returns
    -------
    maps : dict of str to np.ndarray, shape (n, height, width)
        In log-odds, signed, the colours summed. All of them together add up to ``gained``.
    gained : np.ndarray, shape (n,)
        Log-odds of the pictures minus those of the baseline.
    gap : np.ndarray, shape (n,)
        By how much the maps' sum misses it.
    """
    start, n = baseline_of(pictures), len(classes)
    edges = np.linspace(0, 1, N_PIECES + 1)
    at_edges = np.stack(
        [cut.log_odds(between(start, pictures, np.full(n, share)), classes) for share in edges], axis=1
    ).astype(float)
    gained = at_edges[:, -1] - at_edges[:, 0]
    allowed = TOLERANCE * (1 + np.abs(gained)) / _PIECES_SHARE_IT
    total = {name: np.zeros(picture.shape, np.float32) for name, picture in pictures.items()}
    pieces = np.stack(  # row, from, to, log-odds there and there
        [
            np.repeat(np.arange(n), N_PIECES),
            np.tile(edges[:-1], n),
            np.tile(edges[1:], n),
            at_edges[:, :-1].ravel(),
            at_edges[:, 1:].ravel(),
        ],
        axis=1,
    )
    while len(pieces):
        now, pieces = pieces[:_PIECES_TOGETHER], pieces[_PIECES_TOGETHER:]
        halves = _walk(cut, start, pictures, classes, now, allowed, total)
        pieces = np.concatenate([pieces, halves])
    maps = {name: ((pictures[name] - start[name]) * slope).sum(axis=-1) for name, slope in total.items()}
    gap = np.sum([found.sum(axis=(1, 2), dtype=float) for found in maps.values()], axis=0) - gained
    return maps, gained, gap


def _walk(
    cut: Cut,
    start: Pictures,
    end: Pictures,
    classes: np.ndarray,
    pieces: np.ndarray,
    allowed: np.ndarray,
    total: Pictures,
) -> np.ndarray:
    """Add the slopes of the pieces that are right to ``total``, and return the halves of the others."""
    rows, (low, high, at_low, at_high) = pieces[:, 0].astype(int), pieces[:, 1:].T
    middle, length = (low + high) / 2, high - low
    first = {name: picture[rows] for name, picture in start.items()}
    last = {name: picture[rows] for name, picture in end.items()}
    at_middle, slopes = cut.log_odds_and_slopes(between(first, last, middle), classes[rows])
    told = np.zeros(len(rows))
    for name, slope in slopes.items():
        told += length * (slope * (last[name] - first[name])).sum(axis=(1, 2, 3), dtype=float)
    right = (np.abs(told - (at_high - at_low)) <= allowed[rows]) | (length <= SHORTEST)
    for name, slope in slopes.items():
        np.add.at(total[name], rows[right], (length[:, None, None, None] * slope)[right].astype(np.float32))
    left = np.stack([rows, low, middle, at_low, at_middle], axis=1)[~right]
    return np.concatenate([left, np.stack([rows, middle, high, at_middle, at_high], axis=1)[~right]])
