"""What is known about every moment: the recording's own truth, and people's answers, kept apart and told apart."""

from __future__ import annotations

import zlib
from typing import Literal, get_args

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.votes import no_votes, votes_about
from workbench.errors import InvalidInputError
from workbench.labels.said import classes_of
from workbench.media.timeline import GRID_STEP_S

Source = Literal["known", "hand", "both"]
"""``known``: the drawn truth or the recording's name. ``hand``: people's answers. ``both``: hand where given."""

_SAME_TIME_S = 0.0155  # half a step of the 30 ms grid, and rounding
SHARE = "share_"
"""Columns ``share_<class>`` hold how the votes about a moment are spread over the classes."""
NO_VERDICTS = pd.DataFrame(columns=["clip", "start_s", "end_s", "annotator", "value", "sequence"])


def answers_for_moments(
    moments: pd.DataFrame,
    *,
    question: str,
    dataset: Dataset,
    hand: pd.DataFrame,
    verdicts: pd.DataFrame = NO_VERDICTS,
    source: Source = "both",
) -> pd.DataFrame:
    """Return the answer to ``question`` for every moment, where it comes from, and how the votes are spread.

    Verdicts go before votes. Each person has one vote about a moment: the newest word, given for the frame or for a
    span that covers it; "cannot tell" is no vote, and as a verdict it leaves the moment without an answer. A verdict
    is newer or older than another by its place in the order of recording, too.

    Parameters
    ----------
    moments : pd.DataFrame
        Rows of :func:`workbench.datasets.moments.moments_table`.
    question : {"mouth", "sentiment"}
    hand : pd.DataFrame
        People's answers as they stand: ``clip, start_s, end_s, annotator, value`` and ``sequence`` where known
        (:meth:`workbench.labels.store.LabelStore.answers`); a moment has ``start_s == end_s``.
    verdicts : pd.DataFrame
        The same of the verdicts that stand.
    source : {"known", "hand", "both"}

    Returns
    -------
    pd.DataFrame
        Indexed like ``moments``. ``answer`` and ``answer_source`` (``"hand"``, ``"known"`` or ``""``): an empty answer
        means that nobody knows; people who disagree are decided by majority, and a tie is no answer.
        ``share_<class>``: the votes' distribution, all on one class for a verdict or a known answer, 0 where nothing
        is known. ``leaning``: the answer, or one of the tied classes by lot (the same lot throughout a clip).
        ``run``: number of the stretch of neighbouring moments with the same answer, -1 without one: the moments of a
        run are copies of one decision.

    Raises
    ------
    InvalidInputError
        The source is none of the three.
    """
    if source not in get_args(Source):
        raise InvalidInputError(
            f"The source of answers must be one of {', '.join(get_args(Source))}. Received {source!r}."
        )
    classes = classes_of(question)
    blank = pd.Series("", index=moments.index, dtype=object)
    known = blank if source == "hand" else _known(moments, question=question, dataset=dataset)
    votes = (
        no_votes(len(moments), classes)
        if source == "known"
        else votes_about(moments, hand, verdicts, classes=classes)
    )
    shares, decided = votes.shares(), votes.decided()
    use_known = (known.to_numpy() != "") & (decided == "") & ~votes.undecidable
    named = known.to_numpy(dtype=object)[use_known]
    shares[use_known] = named[:, None] == np.array(classes, dtype=object)
    answer = np.where(use_known, known, decided)
    told = np.where(decided != "", "hand", np.where(use_known, "known", ""))
    leaning = _leaning(moments["clip"], answer, shares, classes)
    columns = {f"{SHARE}{name}": shares[:, k] for k, name in enumerate(classes)}
    found = pd.DataFrame({"answer": answer, "answer_source": told, **columns}, index=moments.index)
    return found.assign(leaning=leaning, run=runs_of(moments, leaning))


def runs_of(moments: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
    """Return the number of the stretch of equal answers that each moment is in, shape (n,); -1 without an answer.

    Parameters
    ----------
    moments : pd.DataFrame
        ``clip, time_s``.
    answers : np.ndarray of str, shape (n,)
    """
    order = np.lexsort([moments["time_s"], pd.factorize(moments["clip"])[0]])
    clips, times = moments["clip"].to_numpy()[order], moments["time_s"].to_numpy()[order]
    sorted_answers = np.asarray(answers, dtype=object)[order]
    begins = np.ones(len(order), bool)
    begins[1:] = (
        (clips[1:] != clips[:-1])
        | (sorted_answers[1:] != sorted_answers[:-1])
        | (np.diff(times) > 1.5 * GRID_STEP_S)
    )
    numbers = np.empty(len(order), int)
    numbers[order] = np.where(sorted_answers == "", -1, np.cumsum(begins) - 1)
    return numbers


def _leaning(
    clips: pd.Series, answers: np.ndarray, shares: np.ndarray, classes: tuple[str, ...]
) -> np.ndarray:
    found = np.array(answers, dtype=object)
    for row in np.flatnonzero((answers == "") & (shares.sum(axis=1) > 0)):
        tied = np.flatnonzero(shares[row] == shares[row].max())
        lot = zlib.crc32(f"{clips.iloc[row]}|{tied}".encode())
        found[row] = classes[tied[lot % len(tied)]]
    return found


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
