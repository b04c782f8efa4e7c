"""From label events to ratings: who gave which class to which item, spans and frames alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.labels.common_items import common_items
from workbench.labels.said import SILENT


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
        return Ratings(kept, self.codes[rows][:, columns], names, self.classes)


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
    codes = answers["value"].map(number).fillna(SILENT).to_numpy(int)
    spoken = set(answers.loc[codes != SILENT, "annotator"])
    shared = common_items(answers, codes)
    said = np.append(codes, SILENT)[shared.words]
    kept = (said != SILENT).any(axis=1)
    columns = [k for k, name in enumerate(shared.annotators) if name in spoken]
    return Ratings(
        items=shared.items[kept].reset_index(drop=True),
        codes=said[kept][:, columns],
        annotators=tuple(shared.annotators[k] for k in columns),
        classes=classes,
        n_abstained=int((codes == SILENT).sum()),
        n_overlaid=int(shared.overlaid[kept].sum()),
    )
