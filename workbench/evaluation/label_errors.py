"""Which answers are likely wrong: those that networks which never learnt from them, and the moments beside them, contradict.

Confident learning (Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels",
JAIR 70; the library cleanlab) ranks answers by the probability that a network gives them. On pictures of 30 ms a
network of unknown people is often wrong itself, so that alone finds little. Two more things are known about a moment
of a clip, and both are used here before cleanlab ranks:

1. *Neighbours.* How often two moments so far apart (30 or 60 ms) carry the same answer is counted in the table itself.
   Each neighbour's answer then speaks for or against, by Bayes' rule, as if neighbours were independent: where answers
   hardly ever change, one that differs from all four neighbours is suspicious; where they change at random, neighbours
   say nothing.
2. *Clips with one answer throughout* (a recording's name, a whole clip answered at once) are one decision; their
   moments are copies and cannot confirm each other. There the network's probabilities are averaged over the clip.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import classes_of, probabilities
from workbench.lazy import load
from workbench.media.timeline import GRID_STEP_S

N_STEPS = 2
"""Neighbours up to so many steps of the grid away, on either side, are asked."""
FEWEST_PAIRS = 30
"""With fewer pairs of neighbours in a table, how often answers change is not known, and neighbours are not asked."""
_SURELY = 1e-3  # no network is surer than this: it would outweigh every neighbour
_FEWEST_FOR_COUNT = 2


def label_errors(table: pd.DataFrame, *, neighbours: bool = True) -> pd.DataFrame:
    """Return the rows of a predictions table, the likeliest label errors first.

    Parameters
    ----------
    table : pd.DataFrame
        A valid predictions table of moments. Its probabilities must be out of sample: of a network that never learnt
        from these rows (a run's test or validation part, or cross-validated ones). One that learnt a wrong answer
        repeats it.
    neighbours : bool
        Whether neighbours and whole clips are taken into account; without, this is plain self-confidence.

    Returns
    -------
    pd.DataFrame
        The index and order of doubt, with ``quality`` (probability that the answer is right, 0 to 1, lowest first),
        ``likely`` (the class that is likelier than the answer, or the answer itself), ``suspect`` (cleanlab's
        confident learning counts the row among the errors) and ``reason`` (in words).

    Raises
    ------
    InvalidInputError
        A row has no time, or the table's ``part`` says that it was learnt from.
    """
    _check(table)
    classes = classes_of(table)
    if table.empty:
        columns = {"quality": float, "likely": object, "suspect": bool, "reason": object}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
    number = {name: k for k, name in enumerate(classes)}
    answers = table["truth"].map(number).to_numpy(int)
    chances = probabilities(table)
    beside = _neighbours(table, answers) if neighbours else np.full((len(table), 2 * N_STEPS), -1)
    believed = _believed(table, chances, answers, beside) if neighbours else chances
    quality = load("cleanlab.rank").get_label_quality_scores(answers, believed, method="self_confidence")
    likely = np.array(classes, dtype=object)[believed.argmax(axis=1)]
    found = pd.DataFrame(
        {
            "quality": quality,
            "likely": likely,
            "suspect": _suspects(answers, believed, len(classes)),
            "reason": _reasons(answers, chances, beside, classes),
        },
        index=table.index,
    )
    # Of equals, the one whose own picture the network doubts more comes first.
    own = chances[np.arange(len(table)), answers]
    return found.iloc[np.lexsort([own, quality])]


def _check(table: pd.DataFrame) -> None:
    if table["start_s"].isna().any():
        raise InvalidInputError(
            f"Label errors are looked for among moments. {int(table['start_s'].isna().sum())} row(s) have no time: "
            "pass a table with start_s and end_s."
        )
    if "part" in table and (table["part"] == "learnt").any():
        raise InvalidInputError(
            "Label errors are found by networks that never learnt the answers. "
            f"{int((table['part'] == 'learnt').sum())} row(s) were learnt from: pass cross-validated predictions."
        )


def _neighbours(table: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
    """Return the answers 1 and 2 steps before and after each row, shape (n, 4); -1 where nothing is there."""
    clips = pd.factorize(table["clip"])[0]
    steps = np.rint(table["start_s"].to_numpy() / GRID_STEP_S).astype(int)
    place = pd.Series(np.arange(len(table)), index=pd.MultiIndex.from_arrays([clips, steps]))
    place = place[~place.index.duplicated()]
    offsets = [offset for step in range(1, N_STEPS + 1) for offset in (-step, step)]
    found = np.full((len(table), len(offsets)), -1)
    for column, offset in enumerate(offsets):
        rows = place.index.get_indexer(pd.MultiIndex.from_arrays([clips, steps + offset]))
        there = rows >= 0
        found[there, column] = answers[place.to_numpy()[rows[there]]]
    return found


def _believed(
    table: pd.DataFrame, chances: np.ndarray, answers: np.ndarray, beside: np.ndarray
) -> np.ndarray:
    """Return what network and neighbours together say, shape (n, n_classes), rows summing to 1."""
    n_classes = chances.shape[1]
    sums = np.log(np.clip(chances, _SURELY, 1.0))
    for column in range(beside.shape[1]):
        there = beside[:, column] >= 0
        same = beside[there, column] == answers[there]
        if len(same) < FEWEST_PAIRS:
            continue
        alike = np.clip(same.mean(), 1 / n_classes, 1 - 1 / (len(same) + 1))
        said = np.full((int(there.sum()), n_classes), np.log((1 - alike) / (n_classes - 1)))
        said[np.arange(len(said)), beside[there, column]] = np.log(alike)
        sums[there] += said
    together = np.exp(sums - sums.max(axis=1, keepdims=True))
    together /= together.sum(axis=1, keepdims=True)
    codes, names = pd.factorize(table["clip"])
    one_answer = (table["truth"].groupby(table["clip"]).nunique().reindex(names) == 1).to_numpy()[codes]
    size = np.bincount(codes)
    whole = np.stack([np.bincount(codes, column) / size for column in chances.T], axis=1)[codes]
    return np.where(one_answer[:, None], whole, together)


def _suspects(answers: np.ndarray, believed: np.ndarray, n_classes: int) -> np.ndarray:
    """Return which rows confident learning takes for errors; none where some class has too few rows to be counted."""
    if (np.bincount(answers, minlength=n_classes) < _FEWEST_FOR_COUNT).any():
        return np.zeros(len(answers), bool)
    issues = load("cleanlab.filter").find_label_issues(answers, believed, n_jobs=1)
    return np.asarray(issues, bool)


def _reasons(
    answers: np.ndarray, chances: np.ndarray, beside: np.ndarray, classes: tuple[str, ...]
) -> list[str]:
    said = chances.argmax(axis=1)
    n_beside = (beside >= 0).sum(axis=1)
    n_same = (beside == answers[:, None]).sum(axis=1)
    words = []
    for row, answer in enumerate(answers):
        sure = chances[row, said[row]]
        network = (
            f"the network agrees ({sure:.0%} {classes[said[row]]})"
            if said[row] == answer
            else f"the network says {classes[said[row]]} ({sure:.0%}; {classes[answer]} {chances[row, answer]:.0%})"
        )
        near = (
            f", {n_same[row]} of {n_beside[row]} moments beside it carry the same answer"
            if n_beside[row]
            else ""
        )
        words.append(f"Labelled {classes[answer]}: {network}{near}.")
    return words


def share_found(order: np.ndarray, wrong: np.ndarray, *, shown: float = 0.1) -> float:
    """Return which share of the wrong answers is among the first ones shown.

    Parameters
    ----------
    order : np.ndarray, shape (n,), int
        Positions, the likeliest errors first.
    wrong : np.ndarray, shape (n,), bool
        Which answers are known to be wrong (planted, or found by looking at all).
    shown : float in (0, 1]
        How much of the table is looked at.
    """
    n_shown = int(np.ceil(shown * len(order)))
    return float(wrong[order[:n_shown]].sum() / wrong.sum()) if wrong.any() else float("nan")
