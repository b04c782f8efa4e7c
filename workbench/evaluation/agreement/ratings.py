"""From label events to ratings: which items were answered by whom, spans and frames alike.

Answers about the same ``(clip, start_s, end_s)`` are answers about one item, as they stand. Where answers with other
bounds overlap (one person answered a span, another single frames in it), people are compared on the moments of the
30 ms grid that at least two of them cover, each with the newest word of everybody; neighbouring moments about which
all said the same are then one item, because they are one decision: copies inside a span are no evidence of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.datasets.said import SILENT, grid_times, newest_words
from workbench.media.timeline import GRID_STEP_S

_ROUNDING_S = 0.0005
ITEM = ["clip", "start_s", "end_s"]


@dataclass(frozen=True)
class Ratings:
    """Answers to one question, item by item.

    Attributes
    ----------
    items : pd.DataFrame
        ``clip, start_s, end_s`` of each item.
    codes : np.ndarray, shape (n_items, n_annotators), int
        Numbers of the classes, ``SILENT`` (-1) where somebody gave none.
    annotators : tuple of str
    classes : tuple of str
    n_abstained : int
        Answers "cannot tell": they are no class and are left out.
    n_overlaid : int
        How many of the items come from answers with different bounds.
    """

    items: pd.DataFrame
    codes: np.ndarray
    annotators: tuple[str, ...]
    classes: tuple[str, ...]
    n_abstained: int = 0
    n_overlaid: int = 0

    def of_pair(self, a: str, b: str) -> Ratings:
        """Return the items that both answered, with these two alone."""
        columns = [self.annotators.index(a), self.annotators.index(b)]
        return self._keep((self.codes[:, columns] != SILENT).all(axis=1), columns, (a, b))

    def one_against_the_rest(self, name: str) -> Ratings:
        """Return the same answers with two classes left: ``name``, and all others together."""
        wanted = self.classes.index(name)
        codes = np.where(self.codes == SILENT, SILENT, np.where(self.codes == wanted, 0, 1))
        return Ratings(self.items, codes, self.annotators, (name, f"not {name}"))

    def _keep(self, rows: np.ndarray, columns: list[int], names: tuple[str, ...]) -> Ratings:
        kept = self.items[rows].reset_index(drop=True)
        return Ratings(kept, self.codes[np.ix_(rows, columns)], names, self.classes)


def ratings_of(answers: pd.DataFrame, classes: tuple[str, ...]) -> Ratings:
    """Bring answers to one question into the form that agreement is computed from.

    Parameters
    ----------
    answers : pd.DataFrame
        ``clip, start_s, end_s, annotator, value`` and, where known, ``sequence``; one row per item and person.
    classes : tuple of str
        Values that are classes; every other one ("cannot tell") is left out and counted.
    """
    number = {name: k for k, name in enumerate(classes)}
    coded = answers.assign(code=answers["value"].map(number).fillna(SILENT).astype(int))
    annotators = tuple(sorted(coded.loc[coded["code"] != SILENT, "annotator"].unique()))
    alone, overlaid = _apart(coded)
    blocks = [_exact(alone, annotators), *(_overlaid(rows, annotators) for rows in overlaid)]
    return Ratings(
        items=pd.concat([items for items, _ in blocks], ignore_index=True),
        codes=np.concatenate([codes for _, codes in blocks]),
        annotators=annotators,
        classes=classes,
        n_abstained=int((coded["code"] == SILENT).sum()),
        n_overlaid=sum(len(items) for items, _ in blocks[1:]),
    )


def _apart(answers: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Part answers about clear-cut items from groups of answers whose bounds overlap."""
    overlaid: list[pd.DataFrame] = []
    clear = np.ones(len(answers), bool)
    answers = answers.reset_index(drop=True)
    is_span = answers["end_s"] > answers["start_s"]
    # A span reaches to just before the next moment; a frame reaches nowhere: its neighbours are other items.
    reach_s = np.where(is_span, GRID_STEP_S / 2 - _ROUNDING_S, 0.0)
    answers = answers.assign(begins=answers["start_s"] - reach_s, reached=answers["end_s"] + reach_s)
    for _, rows in answers[is_span.groupby(answers["clip"]).transform("any")].groupby("clip", sort=True):
        for group in _touching(rows):
            if group[["start_s", "end_s"]].drop_duplicates().shape[0] > 1:
                overlaid.append(group)
                clear[group.index] = False
    return answers[clear], overlaid


def _touching(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield groups of answers of one clip that overlap."""
    rows = rows.sort_values("begins", kind="stable")
    begins, reached = rows["begins"].to_numpy(), rows["reached"].to_numpy()
    first, furthest = 0, reached[0]
    for k in range(1, len(rows)):
        if begins[k] > furthest:
            yield rows.iloc[first:k]
            first = k
        furthest = max(furthest, reached[k])
    yield rows.iloc[first:]


def _exact(answers: pd.DataFrame, annotators: tuple[str, ...]) -> tuple[pd.DataFrame, np.ndarray]:
    answers = answers[answers["code"] != SILENT]
    if answers.empty:
        return pd.DataFrame(columns=ITEM), np.zeros((0, len(annotators)), int)
    wide = answers.pivot_table(index=ITEM, columns="annotator", values="code", aggfunc="last")
    codes = wide.reindex(columns=list(annotators)).fillna(SILENT).to_numpy().astype(int)
    return wide.index.to_frame(index=False), codes


def _overlaid(rows: pd.DataFrame, annotators: tuple[str, ...]) -> tuple[pd.DataFrame, np.ndarray]:
    rows = rows.reset_index(drop=True)
    times = grid_times(rows["start_s"].min(), rows["end_s"].max())
    people, words = newest_words(rows, times)
    said = np.append(rows["code"].to_numpy(), SILENT)[words]
    codes = np.full((len(times), len(annotators)), SILENT)
    for column, name in enumerate(people):
        if name in annotators:
            codes[:, annotators.index(name)] = said[:, column]
    answered = (codes != SILENT).sum(axis=1)
    compared = answered >= min(2, answered.max(initial=0))
    codes, times = codes[compared & (answered > 0)], times[compared & (answered > 0)]
    if not len(codes):
        return pd.DataFrame(columns=ITEM), codes
    begins = np.flatnonzero(np.append(True, (codes[1:] != codes[:-1]).any(axis=1)))
    ends = np.append(begins[1:], len(codes)) - 1
    items = pd.DataFrame(
        {"clip": rows["clip"].iloc[0], "start_s": times[begins], "end_s": times[ends]}, columns=ITEM
    )
    return items, codes[begins]
