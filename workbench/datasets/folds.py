"""Cross-validation by speaker: every speaker is tested on once, by networks that never met them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError


def speaker_folds(clips: pd.DataFrame, *, n_folds: int | None = None, seed: int = 0) -> list[list[str]]:
    """Deal the speakers into folds of nearly equal size, the sexes balanced.

    Parameters
    ----------
    clips : pd.DataFrame
        Columns ``clip``, ``speaker``, and ``sex`` where known.
    n_folds : int, optional
        At least 2 and at most one per speaker; left out, one per speaker (leave one speaker out).

    Returns
    -------
    list of list of str
        The speakers of each fold; together every speaker once.

    Raises
    ------
    InvalidInputError
        Clips without a speaker, fewer than three speakers, or a number of folds that cannot be.
    """
    n_unknown = int((clips["speaker"] == "").sum())
    if n_unknown:
        raise InvalidInputError(
            f"Cross-validation by speaker needs a speaker for every clip. {n_unknown} of {len(clips)} clips have none: "
            "fill in the catalog's speaker column."
        )
    known = clips.drop_duplicates("speaker").sort_values("speaker")
    n_speakers = len(known)
    if n_speakers < 3:
        raise InvalidInputError(
            "Cross-validation by speaker needs at least 3 speakers: to learn from, to choose by and to test on. "
            f"Received {n_speakers}: import more."
        )
    n = n_speakers if n_folds is None else n_folds
    if not 2 <= n <= n_speakers:
        raise InvalidInputError(
            f"The number of folds must be from 2 to {n_speakers}, one per speaker. Received {n}."
        )
    rng = np.random.default_rng([seed, 29])
    shuffled = known.iloc[rng.permutation(n_speakers)]
    if "sex" in shuffled.columns:
        shuffled = shuffled.sort_values("sex", kind="stable")
    speakers = list(shuffled["speaker"])
    return [sorted(speakers[k::n]) for k in range(n)]


def fold_split(
    clips: pd.DataFrame, folds: list[list[str]], fold: int, *, seed: int = 0, validation_share: float = 0.25
) -> pd.DataFrame:
    """Return the split of one fold: its speakers test, some whole speakers of the rest validate, the others are learnt from.

    Returns
    -------
    pd.DataFrame
        As :func:`workbench.datasets.splits.split_clips`: ``clip, speaker, part``, in the order received.
    """
    tested = set(folds[fold])
    rest = clips[~clips["speaker"].isin(tested)]
    people = rest.drop_duplicates("speaker").sort_values("speaker")
    order = list(people["speaker"].iloc[np.random.default_rng([seed, 31, fold]).permutation(len(people))])
    if "sex" in people.columns:  # the sexes take turns, as in a plain speaker split
        sex = dict(zip(people["speaker"], people["sex"], strict=True))
        turn = pd.Series(order).groupby(pd.Series(order).map(sex)).cumcount()
        order = [order[k] for k in turn.sort_values(kind="stable").index]
    n_validation = max(1, min(round(validation_share * len(order)), len(order) - 1))
    part_of = dict.fromkeys(order, "train") | dict.fromkeys(order[:n_validation], "validation")
    part_of |= dict.fromkeys(tested, "test")
    kept = [name for name in ("clip", "speaker", "statement") if name in clips.columns]
    return clips[kept].reset_index(drop=True).assign(part=list(clips["speaker"].map(part_of)))
