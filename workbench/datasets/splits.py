"""Which clips are learnt from, which choose, which judge: by speaker, by clip, or by frame as the paper did."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError

SplitKind = Literal["speaker", "clip", "frame"]
PARTS = ("train", "validation", "test")


def check_kind(kind: str) -> None:
    """Raise InvalidInputError unless ``kind`` is a split we know."""
    if kind not in get_args(SplitKind):
        raise InvalidInputError(
            f"A split must be one of {', '.join(get_args(SplitKind))}. Received {kind!r}."
        )


def split_clips(
    clips: pd.DataFrame,
    *,
    kind: SplitKind = "speaker",
    seed: int = 0,
    test_share: float = 0.25,
    validation_share: float = 0.25,
) -> pd.DataFrame:
    """Assign every clip to train, validation or test.

    Parameters
    ----------
    clips : pd.DataFrame
        Columns ``clip``, ``speaker``, and ``sex`` where known (kept balanced over the parts).
    kind : {"speaker", "clip", "frame"}
        ``speaker``: no speaker in two parts. ``clip``: no clip in two parts. ``frame``: the paper's; moments of
        one clip fall in all parts (:func:`parts_of_moments`), so every clip's part is ``"all"``.
    test_share, validation_share : float in (0, 1)
        Share of speakers (or clips) for the test, and of the remaining ones for validation (0.25: Yakaew 2021,
        section 3.2). At least one of each.

    Returns
    -------
    pd.DataFrame
        Columns ``clip``, ``speaker``, ``part``, in the order received.

    Raises
    ------
    InvalidInputError
        Fewer than three speakers (or clips), or clips without a speaker in a speaker split.
    """
    check_kind(kind)
    table = clips[["clip", "speaker"]].reset_index(drop=True)
    if kind == "frame":
        return table.assign(part="all")
    unit = "speaker" if kind == "speaker" else "clip"
    if kind == "speaker" and (table["speaker"] == "").any():
        n_unknown = int((table["speaker"] == "").sum())
        raise InvalidInputError(
            f"A speaker split needs a speaker for every clip. {n_unknown} of {len(table)} clips have none: "
            "fill in the catalog's speaker column, or ask for --split clip by name."
        )
    if table[unit].nunique() < 3:
        raise InvalidInputError(
            f"A {kind} split needs at least 3 {unit}s, one for each part. Received {table[unit].nunique()}: "
            f"import more{', or ask for --split clip by name' if unit == 'speaker' else ''}."
        )
    groups = (
        clips["sex"].reset_index(drop=True)
        if "sex" in clips.columns and unit == "speaker"
        else pd.Series("", index=table.index)
    )
    units = pd.DataFrame({"unit": table[unit], "group": groups}).drop_duplicates("unit").sort_values("unit")
    order = _balanced_order(units, np.random.default_rng([seed, 17]))
    n_test = max(1, round(test_share * len(order)))
    n_validation = max(1, min(round(validation_share * (len(order) - n_test)), len(order) - n_test - 1))
    part_of = dict.fromkeys(order, "train") | dict.fromkeys(order[:n_test], "test")
    part_of |= dict.fromkeys(order[n_test : n_test + n_validation], "validation")
    return table.assign(part=table[unit].map(part_of))


def _balanced_order(units: pd.DataFrame, rng: np.random.Generator) -> list[str]:
    """Shuffle the units so that the groups (sexes) take turns."""
    shuffled = units.iloc[rng.permutation(len(units))]
    turn = shuffled.groupby("group").cumcount()
    return list(shuffled.assign(turn=turn).sort_values("turn", kind="stable")["unit"])


def parts_of_moments(
    moments: pd.DataFrame,
    split: pd.DataFrame,
    *,
    seed: int = 0,
    test_share: float = 0.25,
    validation_share: float = 0.25,
) -> pd.Series:
    """Return the part of every moment: its clip's, or drawn by lot under the frame split.

    Parameters
    ----------
    moments : pd.DataFrame
        Column ``clip``; one row per moment.
    split : pd.DataFrame
        What :func:`split_clips` returned.
    """
    part_of = dict(zip(split["clip"], split["part"], strict=True))
    parts = moments["clip"].map(part_of)
    lot = np.random.default_rng([seed, 23]).random(len(moments))
    drawn = np.where(
        lot < test_share,
        "test",
        np.where(lot < test_share + (1 - test_share) * validation_share, "validation", "train"),
    )
    return parts.where(parts != "all", pd.Series(drawn, index=moments.index))
