"""Moments of the test that are like moments learnt from: found by hash and by distance, judged by the data's own measure.

What is compared are pictures: of faces, or of a second of sound each (:mod:`workbench.datasets.sound_twins`).

**When two pictures are near-identical.** Two measures are taken: in how many of 64 bits their perceptual hashes differ,
and how far apart they lie in an embedding (the plain appearance, or a network's last hidden layer). Both must be small.
How small is read from the data: *neighbours* are pictures of one clip that follow each other on the grid (30 ms apart);
*strangers* are, for each test moment, the most alike moment of another speaker. A pair is near-identical when it is as
alike as 95% of neighbours are, and nearer than half the way to where strangers usually lie (their median, which stays
where it is though some test clips be copies under another speaker's name). Where all clips are one speaker's, or nobody
knows whose, there are no strangers and neighbours alone set the measure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.datasets.looking import Looked
from workbench.datasets.picture_hash import HASH_BITS
from workbench.errors import InvalidInputError

NEIGHBOURS_SHARE = 0.95
HALF_WAY = 0.5
_CHUNK = 256
_ROUNDING = 1e-6
"""float32 loses so much of a squared distance: without it a picture would lie apart from itself."""


@dataclass(frozen=True)
class Measure:
    """Up to where two pictures are near-identical by one of the two measures, and what that was read from.

    Attributes
    ----------
    threshold : float
    neighbours : float
        What 95% of pictures that follow each other in a clip stay below.
    strangers : float or None
        The median distance to the most alike moment of another speaker; None where there are none.
    """

    threshold: float
    neighbours: float
    strangers: float | None


@dataclass(frozen=True)
class Twins:
    """Test moments with a near-identical moment learnt from.

    Attributes
    ----------
    tested : pd.DataFrame
        ``clip, speaker, time_s, has_twin``: every test moment looked at.
    pairs : pd.DataFrame
        ``clip, time_s, learnt, learnt_time_s, distance, bits``: the nearest twin of each that has one, nearest first.
    bits, distance : Measure
    n_learnt, n_of : int
        Moments learnt from that were looked at, and moments of both sides there were to choose from.
    """

    tested: pd.DataFrame
    pairs: pd.DataFrame
    bits: Measure
    distance: Measure
    n_learnt: int
    n_of: int


def find_twins(looked: Looked) -> Twins:
    """Find the test moments that are near-identical to a moment learnt from.

    Each pair of sides is compared (in blocks of rows, by matrix products): nothing is skipped of what was looked at.
    """
    is_tested = looked.moments["tested"].to_numpy(dtype=bool)
    sides = (np.flatnonzero(is_tested), np.flatnonzero(~is_tested))
    if not len(sides[0]) or not len(sides[1]):
        raise InvalidInputError(
            "Near-identical pictures are looked for between training and test. One of the two shows no face: "
            "extract more clips, or ask for another split."
        )
    speakers = pd.factorize(looked.moments["speaker"])[0]
    unknown = looked.moments["speaker"].to_numpy() == ""
    bits, distance = _measures(looked, sides, speakers, unknown)
    best, best_distance, best_bits = _nearest_twin(looked, sides, bits.threshold, distance.threshold)
    tested = looked.moments.iloc[sides[0]][["clip", "speaker", "time_s"]].reset_index(drop=True)
    has_twin = best >= 0
    twin = looked.moments.iloc[sides[1][best[has_twin]]]
    pairs = tested.loc[has_twin, ["clip", "time_s"]].assign(
        learnt=twin["clip"].to_numpy(),
        learnt_time_s=twin["time_s"].to_numpy(),
        distance=best_distance[has_twin],
        bits=best_bits[has_twin].astype(int),
    )
    return Twins(
        tested.assign(has_twin=has_twin),
        pairs.sort_values(["distance", "bits", "clip", "time_s"], ignore_index=True),
        bits,
        distance,
        len(sides[1]),
        looked.n_of,
    )


def _measures(
    looked: Looked, sides: tuple[np.ndarray, np.ndarray], speakers: np.ndarray, unknown: np.ndarray
) -> tuple[Measure, Measure]:
    """Read from the data how alike neighbours are, and how far strangers."""
    nearest_bits, nearest = [], []
    for rows, bits, distances in _blocks(looked, sides):
        stranger = speakers[rows][:, None] != speakers[sides[1]][None]
        stranger &= ~unknown[rows][:, None] & ~unknown[sides[1]][None]
        nearest_bits.append(np.where(stranger, bits, np.inf).min(axis=1))
        nearest.append(np.where(stranger, distances, np.inf).min(axis=1))
    return (
        _measure(looked.neighbour_bits, np.concatenate(nearest_bits)),
        _measure(looked.neighbour_distances, np.concatenate(nearest)),
    )


def _measure(neighbours: np.ndarray, strangers: np.ndarray) -> Measure:
    if not len(neighbours):
        raise InvalidInputError(
            "What near-identical means is read from pictures that follow each other. No clip has two moments with a "
            "face in a row: extract clips that show one for longer."
        )
    alike = float(np.quantile(neighbours, NEIGHBOURS_SHARE))
    met = strangers[np.isfinite(strangers)]
    if not len(met):
        return Measure(alike, alike, None)
    usual = float(np.median(met))
    return Measure(min(alike, HALF_WAY * usual), alike, usual)


def _nearest_twin(
    looked: Looked, sides: tuple[np.ndarray, np.ndarray], most_bits: float, farthest: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the nearest twin of each test moment (its number among those learnt from, -1 without), distance and bits."""
    found, how_far, how_many = [], [], []
    for _, bits, distances in _blocks(looked, sides):
        twin = (bits <= most_bits) & (distances <= farthest)
        nearest = np.where(twin, distances, np.inf).argmin(axis=1)
        row = np.arange(len(nearest))
        found.append(np.where(twin[row, nearest], nearest, -1))
        how_far.append(distances[row, nearest])
        how_many.append(bits[row, nearest])
    return np.concatenate(found), np.concatenate(how_far), np.concatenate(how_many)


def _blocks(
    looked: Looked, sides: tuple[np.ndarray, np.ndarray]
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield rows of test moments with their bits and distances to all moments learnt from."""
    learnt_hashes, learnt = looked.hashes[sides[1]].T, looked.embedding[sides[1]]
    squares = (learnt**2).sum(axis=1)
    for first in range(0, len(sides[0]), _CHUNK):
        rows = sides[0][first : first + _CHUNK]
        bits = (HASH_BITS - looked.hashes[rows] @ learnt_hashes) / 2
        own = looked.embedding[rows]
        scale = (own**2).sum(axis=1)[:, None] + squares
        squared = scale - 2 * own @ learnt.T - _ROUNDING * scale
        yield rows, bits, np.sqrt(np.maximum(squared, 0))
