"""Look at an even choice of pictures of both sides of a split, and keep what makes them comparable."""

from __future__ import annotations

from collections.abc import Callable
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
_NEIGHBOURS_EACH = 4
_TOGETHER = 4_096  # pictures held at a time: 110 MB

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
        How many moments with a picture there were to choose from.
    """

    moments: pd.DataFrame
    hashes: np.ndarray
    embedding: np.ndarray
    neighbour_bits: np.ndarray
    neighbour_distances: np.ndarray
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
    if seen.empty:
        raise InvalidInputError(
            f"Pictures can only be compared where faces were found. The clips of {dataset.name} show none: "
            f"run `workbench extract {dataset.name}`, and see what its report says."
        )
    store = FeatureStore(dataset.features)
    return look(
        seen.assign(row=seen["face_row"], followed=_followed_by_another_picture(seen)),
        lambda clip: np.asarray(store.arrays(clip, ("faces",))["faces"]),
        embed=embed,
        most_tested=most_tested,
        most_learnt=most_learnt,
        seed=seed,
        progress=progress,
    )


def look(
    seen: pd.DataFrame,
    pictures_of: Callable[[str], np.ndarray],
    *,
    embed: Embed,
    most_tested: int,
    most_learnt: int,
    seed: int,
    progress: Progress,
) -> Looked:
    """Read an even choice of pictures, as :func:`look_at` does, whatever they show.

    Parameters
    ----------
    seen : pd.DataFrame
        One row per moment that has a picture, at least one: ``clip, speaker, part, moment, time_s``, ``row`` (of the
        clip's pictures) and ``followed`` (bool: the next row is of the next moment, and another picture).
    pictures_of : callable
        From a clip to its pictures, shape (m, size, size, 3).
    """
    chosen = _evenly(seen, most_tested=most_tested, most_learnt=most_learnt, seed=seed)
    table, pictures, kinds, hashed, embedded = [], [], [], [], []
    groups = list(chosen.groupby("clip", sort=False))
    for number, (clip, rows) in enumerate(groups):
        of_clip, here = pictures_of(str(clip)), rows["row"].to_numpy()
        pairs = here[rows["followed"].to_numpy(dtype=bool)][:: max(1, len(here) // _NEIGHBOURS_EACH)]
        table.append(rows[["clip", "speaker", "time_s", "tested"]])
        pictures.append(of_clip[np.concatenate([here, pairs, pairs + 1])])
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


def _evenly(seen: pd.DataFrame, *, most_tested: int, most_learnt: int, seed: int) -> pd.DataFrame:
    """Return the moments to look at, with ``tested`` (bool): one of both sides is there twice."""
    tested, learnt = (seen[seen["part"].isin(parts)] for parts in (TESTED, LEARNT))
    step = _step(learnt, most_learnt)
    first = int(np.random.default_rng([seed, 79]).integers(step))
    # a multiple: where a test clip is looked at, its copy is, too
    wider = step * -(-_step(tested, most_tested) // step)
    sides = {True: _every(tested, wider, first), False: _every(learnt, step, first)}
    return pd.concat([rows.assign(tested=side) for side, rows in sides.items()])


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
