"""What is known about every moment: the recording's own truth, and people's answers, kept apart and told apart."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.errors import InvalidInputError

Source = Literal["known", "hand", "both"]
"""``known``: the drawn truth or the recording's name. ``hand``: people's answers. ``both``: hand where given."""

_SAME_TIME_S = 0.0155  # half a step of the 30 ms grid, and rounding


def answers_for_moments(
    moments: pd.DataFrame, *, question: str, dataset: Dataset, hand: pd.DataFrame, source: Source = "both"
) -> pd.DataFrame:
    """Return the answer to ``question`` for every moment, and where it comes from.

    Parameters
    ----------
    moments : pd.DataFrame
        Rows of :func:`workbench.datasets.moments.moments_table`.
    question : {"mouth", "sentiment"}
    hand : pd.DataFrame
        The labels table: ``clip, start_s, end_s, annotator, value``; a moment has ``start_s == end_s``.
    source : {"known", "hand", "both"}

    Returns
    -------
    pd.DataFrame
        ``answer`` and ``answer_source`` (``"hand"``, ``"known"`` or ``""``), indexed like ``moments``; an empty answer
        means that nobody knows. People who disagree are decided by majority; a tie is no answer.

    Raises
    ------
    InvalidInputError
        The source is none of the three.
    """
    if source not in get_args(Source):
        raise InvalidInputError(
            f"The source of answers must be one of {', '.join(get_args(Source))}. Received {source!r}."
        )
    blank = pd.Series("", index=moments.index, dtype=object)
    known = blank if source == "hand" else _known(moments, question=question, dataset=dataset)
    given = blank if source == "known" else _by_hand(moments, hand)
    answer = given.where(given != "", known)
    told = np.where(given != "", "hand", np.where(known != "", "known", ""))
    return pd.DataFrame({"answer": answer, "answer_source": told}, index=moments.index)


def _known(moments: pd.DataFrame, *, question: str, dataset: Dataset) -> pd.Series:
    if question == "sentiment":
        return moments["intended"].astype(object)
    if not dataset.truth_file.is_file():
        return pd.Series("", index=moments.index, dtype=object)
    truth = pd.read_csv(
        dataset.truth_file, dtype={"clip": str, "mouth": str}, usecols=["clip", "time_s", "mouth"]
    )
    found = pd.Series("", index=moments.index, dtype=object)
    frames = dict(iter(truth.groupby("clip", sort=False)))
    for clip, rows in moments.groupby("clip", sort=False):
        if clip in frames:
            found.loc[rows.index] = _nearest(frames[clip], rows["frame_time_s"].to_numpy())
    return found


def _nearest(frames: pd.DataFrame, times_s: np.ndarray) -> np.ndarray:
    frames = frames.sort_values("time_s")
    marks = frames["time_s"].to_numpy()
    right = np.clip(np.searchsorted(marks, times_s), 1, max(len(marks) - 1, 1))
    left = right - 1
    right = np.minimum(right, len(marks) - 1)
    nearest = np.where(np.abs(marks[left] - times_s) <= np.abs(marks[right] - times_s), left, right)
    answers = frames["mouth"].to_numpy(dtype=object)[nearest]
    return np.where(np.abs(marks[nearest] - times_s) <= _SAME_TIME_S, answers, "")


def _by_hand(moments: pd.DataFrame, hand: pd.DataFrame) -> pd.Series:
    found = pd.Series("", index=moments.index, dtype=object)
    by_clip = dict(iter(hand.groupby("clip", sort=False)))
    for clip, rows in moments.groupby("clip", sort=False):
        if clip in by_clip:
            found.loc[rows.index] = [_majority(by_clip[clip], time_s) for time_s in rows["time_s"]]
    return found


def _majority(labels: pd.DataFrame, time_s: float) -> str:
    hits = labels[(labels["start_s"] - _SAME_TIME_S <= time_s) & (time_s <= labels["end_s"] + _SAME_TIME_S)]
    votes = hits["value"].value_counts()
    if votes.empty or (len(votes) > 1 and votes.iloc[0] == votes.iloc[1]):
        return ""
    return str(votes.index[0])
