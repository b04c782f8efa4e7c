"""Moments of the test that look like moments learnt from: found by hash and by distance, judged by the data's own measure.

**When two pictures are near-identical.** Two measures are taken: in how many of 64 bits their perceptual hashes differ,
and how far apart they lie in an embedding (the plain appearance, or a network's last hidden layer). Both must be small.
How small is read from the data: *neighbours* are pictures of one clip that follow each other on the grid (30 ms apart);
*strangers* are, for each test moment, the most alike moment of another speaker. A pair is near-identical when it is as
alike as 95% of neighbours are, and nearer than half the way to where strangers usually lie (their median, which stays
where it is though some test clips be copies under another speaker's name). Where all clips are one speaker's, or nobody
knows whose, there are no strangers and neighbours alone set the measure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.leaks import LEARNT, TESTED
from workbench.datasets.picture_hash import HASH_BITS, appearance, perceptual_hash
from workbench.errors import InvalidInputError
from workbench.progress import Progress, silent

MOST_TESTED, MOST_LEARNT = 2_000, 20_000
"""So many moments are looked at, at most: 40 million pairs, a few seconds on two cores."""
NEIGHBOURS_SHARE = 0.95
HALF_WAY = 0.5
_NEIGHBOURS_EACH = 4
_CHUNK = 256
_TOGETHER = 4_096  # pictures held at a time: 110 MB
_ROUNDING = 1e-6
"""float32 loses so much of a squared distance: without it a picture would lie apart from itself."""

Embed = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Looked:
    """Moments that were looked at.

    Attributes
    ----------
    moments : pd.DataFrame
        ``clip, speaker, time_s, tested`` (bool), one row per moment.
    hashes : np.ndarray, shape (n, 64), float32
        Of :func:`workbench.datasets.picture_hash.perceptual_hash`.
    embedding : np.ndarray, shape (n, d), float32
    neighbour_bits, neighbour_distances : np.ndarray, shape (m,)
        How far apart pictures that follow each other in a clip are, by hash (bits) and by embedding.
    n_of : int
        How many moments with a face there were to choose from.
    """

    moments: pd.DataFrame
    hashes: np.ndarray
    embedding: np.ndarray
    neighbour_bits: np.ndarray
    neighbour_distances: np.ndarray
    n_of: int


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


def look_at(
    dataset: Dataset,
    moments: pd.DataFrame,
    *,
    embed: Embed = appearance,
    most_tested: int = MOST_TESTED,
    most_learnt: int = MOST_LEARNT,
    seed: int = 0,
    progress: Progress = silent,
) -> Looked:
    """Read the faces of an even choice of moments, and keep what makes them comparable.

    Every clip is looked at, at every so-manieth moment of its grid from the same first one (drawn with the seed): the
    copy of a clip is looked at where the clip is.

    Parameters
    ----------
    moments : pd.DataFrame
        Rows of :func:`workbench.datasets.moments.moments_table` with ``part``; those without a face take no part.
    embed : callable
        From faces, shape (m, 96, 96, 3), to their rows, shape (m, d).
    most_tested, most_learnt : int
        About so many at most of each side; one for each clip at least.
    """
    seen = moments[moments["face_row"] >= 0]
    tested, learnt = (seen[seen["part"].isin(parts)] for parts in (TESTED, LEARNT))
    step = _step(learnt, most_learnt)
    first = int(np.random.default_rng([seed, 79]).integers(step))
    wider = step * -(
        -_step(tested, most_tested) // step
    )  # a multiple: where a test clip is looked at, its copy is, too
    sides = {True: _every(tested, wider, first), False: _every(learnt, step, first)}
    chosen = pd.concat([rows.assign(tested=side) for side, rows in sides.items()])
    follows = _followed_by_another_picture(seen)
    store = FeatureStore(dataset.features)
    if chosen.empty:
        raise InvalidInputError(
            f"Pictures can only be compared where faces were found. The clips of {dataset.name} show none: "
            f"run `workbench extract {dataset.name}`, and see what its report says."
        )
    table, pictures, kinds, hashed, embedded = [], [], [], [], []
    groups = list(chosen.groupby("clip", sort=False))
    for number, (clip, rows) in enumerate(groups):
        faces = store.arrays(str(clip), ("faces",))["faces"]
        here = rows["face_row"].to_numpy()
        pairs = here[follows.loc[rows.index].to_numpy()][:: max(1, len(here) // _NEIGHBOURS_EACH)]
        table.append(rows[["clip", "speaker", "time_s", "tested"]])
        pictures.append(faces[np.concatenate([here, pairs, pairs + 1])])
        kinds.append(np.repeat([0, 1, 2], [len(here), len(pairs), len(pairs)]))
        if sum(map(len, pictures)) >= _TOGETHER or number + 1 == len(groups):
            block = np.concatenate(pictures)
            hashed.append(perceptual_hash(block))
            embedded.append(np.asarray(embed(block), np.float32))
            pictures = []
        progress(number + 1, len(groups), f"looking at {clip}")
    kind, hashes, embedding = np.concatenate(kinds), np.concatenate(hashed), np.concatenate(embedded)
    return Looked(
        pd.concat(table, ignore_index=True),
        hashes[kind == 0],
        embedding[kind == 0],
        (HASH_BITS - (hashes[kind == 1] * hashes[kind == 2]).sum(axis=1)) / 2,
        np.linalg.norm(embedding[kind == 1] - embedding[kind == 2], axis=1),
        len(seen),
    )


def _step(moments: pd.DataFrame, most: int) -> int:
    return max(1, -(-len(moments) // most))


def _every(moments: pd.DataFrame, step: int, first: int) -> pd.DataFrame:
    """Return every so-manieth moment of the grid, the same ones in all clips, and one of each clip at least."""
    kept = moments[moments["moment"] % step == first]
    missed = moments[~moments["clip"].isin(set(kept["clip"]))].drop_duplicates("clip")
    return pd.concat([kept, missed]).sort_index()


def _followed_by_another_picture(seen: pd.DataFrame) -> pd.Series:
    """Say for each moment whether the next one of the grid has a face and shows another picture."""
    after = seen.shift(-1)
    same_clip = (after["clip"] == seen["clip"]) & (after["moment"] == seen["moment"] + 1)
    return same_clip & (after["frame_time_s"] != seen["frame_time_s"])


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
