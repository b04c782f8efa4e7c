"""Which moments of some runs are looked at, and in which order: a confusion matrix that leads to its moments. The state only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.clips import predicted_classes
from workbench.evaluation.confidence import Confidences, confidences_of
from workbench.evaluation.confusion import Confusion, confusions_by_group
from workbench.evaluation.error_groups import ErrorGroup, error_groups
from workbench.evaluation.estimates import Share
from workbench.evaluation.label_errors import label_errors
from workbench.evaluation.resampling import share_of
from workbench.systems.judged_moments import JudgedMoments
from workbench.widgets.selection import moment_id

Order = Literal["doubt", "surest", "time"]
"""Likely label errors first, what the network is surest of first, or as recorded."""
ORDER_WORDS = {
    "doubt": "All, likely label errors first",
    "surest": "All, what the network is surest of first",
    "time": "All, as recorded",
}
Kind = Literal["all", "cell", "group", "some"]
PART_WORDS = {
    "test": "test part (judged)",
    "validation": "validation part",
    "train": "training part, cross-validated",
}


@dataclass(frozen=True)
class Chosen:
    """What is looked at: everything, a cell (true, predicted), the errors of a group (of, value), or some moments."""

    kind: Kind = "all"
    first: str = ""
    second: str = ""
    some: frozenset[str] = frozenset()


class ErrorView:
    """Look at the moments behind a confusion matrix.

    Parameters
    ----------
    judged : JudgedMoments
        What the networks say about moments they never learnt from.

    Attributes
    ----------
    network, part, order : str
        Whose errors, about which moments, in which order.
    one_per_stretch : bool
        Show one moment only of each stretch of neighbouring moments with the same label: they are one decision.
    chosen : Chosen
    restricted : frozenset of str
        Moments chosen in another view; empty means all.
    """

    def __init__(self, judged: JudgedMoments) -> None:
        self.judged = judged
        self.network = judged.networks[-1]
        self.part = "test"
        self.order: Order = "doubt"
        self.one_per_stretch = True
        self.chosen = Chosen()
        self.restricted: frozenset[str] = frozenset()
        self._ordered: list[str] | None = None
        self._doubts: dict[tuple[str, str], pd.DataFrame] = {}
        self._groups: tuple[Any, dict[str, list[ErrorGroup]]] | None = None
        self._first: tuple[Any, list[str]] | None = None
        self._version = 0
        self.go_on_with(judged)

    def go_on_with(self, judged: JudgedMoments) -> None:
        """Look at other runs of the same question, such as those trained again; what is chosen stays chosen."""
        table = judged.table
        names = [moment_id(clip, t) for clip, t in zip(table["clip"], table["start_s"], strict=True)]
        judged.table = table.set_index(pd.Index(names, name="id"))
        self.judged = judged
        self._doubts.clear()
        self._ordered = None
        self.labels_changed()
        if self.part not in self.parts():
            self.part = self.parts()[0]

    def labels_changed(self) -> None:
        """Count anew; the order of what is chosen stays, so that nothing jumps away under the hand that corrects it."""
        self._version += 1

    # What there is to look at

    def parts(self) -> list[str]:
        """Return the parts that hold moments, the test first."""
        there = set(self.judged.table["part"])
        return [part for part in PART_WORDS if part in there]

    def show(self, *, network: str | None = None, part: str | None = None, order: str | None = None) -> None:
        """Look at another network, part or order; what was chosen stays chosen.

        Raises
        ------
        InvalidInputError
            There is none of that name.
        """
        for name, value, allowed in (
            ("network", network, self.judged.networks),
            ("part", part, self.parts()),
            ("order", order, get_args(Order)),
        ):
            if value is None:
                continue
            if value not in allowed:
                raise InvalidInputError(
                    f"The {name} must be one of {', '.join(allowed)}. Received {value!r}."
                )
            setattr(self, name, value)
        self._ordered = None

    def rows(self) -> pd.DataFrame:
        """Return the moments looked at as a predictions table: this network, this part, what other views chose."""
        table = self.judged.table
        table = table[table["part"] == self.part]
        if self.restricted:
            table = table[table.index.isin(self.restricted)]
        found = self.judged.of(self.network, table)
        chances = found[[f"p_{name}" for name in self.judged.classes]].to_numpy()
        return found.assign(predicted=predicted_classes(chances, self.judged.classes))

    def confusion(self) -> tuple[Confusion, np.ndarray]:
        """Return the confusion matrix of moments, and in how many clips each cell occurs (same shape)."""
        rows, classes = self.rows(), self.judged.classes
        truth, said = rows["truth"].to_numpy(), rows["predicted"].to_numpy()
        ones = np.zeros(len(rows), int)
        counts = confusions_by_group(truth, said, ones, classes=classes, n_groups=1)[0]
        alone = rows.drop_duplicates(["clip", "truth", "predicted"])
        n_clips = confusions_by_group(
            alone["truth"].to_numpy(),
            alone["predicted"].to_numpy(),
            np.zeros(len(alone), int),
            classes=classes,
            n_groups=1,
        )[0]
        return Confusion(classes, counts), n_clips

    def _sure(self) -> Confidences:
        return confidences_of(
            self.rows().drop(columns="predicted"), unit="moment", classes=self.judged.classes
        )

    def right(self) -> Share:
        """Return how many of the moments looked at the network names rightly, with the 95% interval."""
        sure = self._sure()
        return share_of(sure.right, sure, seed=0, undefined="no moment here")

    def groups(self) -> dict[str, list[ErrorGroup]]:
        """Return how many moments are wrong by speaker, sex, intensity, statement, emotion and mouth."""
        key = (self._version, self.network, self.part, self.restricted)
        if self._groups is None or self._groups[0] != key:
            about = self.judged.table.loc[self.rows().index].reset_index(drop=True)
            self._groups = (key, error_groups(self._sure(), about))
        return self._groups[1]

    def doubts(self) -> pd.DataFrame:
        """Return how far each answer of this network and part is to be doubted, by :func:`label_errors`.

        It is reckoned once, from the answers as they stood then.
        """
        key = (self.network, self.part)
        if key not in self._doubts:
            table = self.judged.table
            self._doubts[key] = label_errors(self.judged.of(self.network, table[table["part"] == self.part]))
        return self._doubts[key]

    # Choosing

    def choose_all(self) -> None:
        """Look at every moment."""
        self._choose(Chosen())

    def choose_cell(self, true: str, predicted: str) -> None:
        """Look at the moments of class ``true`` that the network calls ``predicted``."""
        for name in (true, predicted):
            if name not in self.judged.classes:
                raise InvalidInputError(
                    f"A cell must be of {', '.join(self.judged.classes)}. Received {name!r}."
                )
        self._choose(Chosen("cell", true, predicted))

    def choose_group(self, of: str, value: str) -> None:
        """Look at the wrong moments of a group, such as those of speaker 03."""
        if value not in [group.value for group in self.groups().get(of, [])]:
            raise InvalidInputError(f"A group must be one of those shown. Received {of} {value!r}.")
        self._choose(Chosen("group", of, value))

    def choose_some(self, moments: Iterable[tuple[str, float]], words: str) -> None:
        """Look at these moments (clip and start), such as those that a retraining mended."""
        self._choose(Chosen("some", words, "", frozenset(moment_id(c, t) for c, t in moments)))

    def restrict(self, moments: Iterable[str]) -> None:
        """Look only at moments chosen in another view (:class:`workbench.widgets.selection.Selection`); none means all."""
        self.restricted = frozenset(moments)
        self._ordered = None

    def _choose(self, chosen: Chosen) -> None:
        self.chosen = chosen
        self._ordered = None

    def words(self) -> str:
        """Say what is looked at, with every count."""
        n, n_clips = len(self.moments()), len({name.rpartition("@")[0] for name in self.moments()})
        many = f"{n:,} moment{'s' * (n != 1)} of {n_clips} clip{'s' * (n_clips != 1)}"
        first, second = self.chosen.first, self.chosen.second
        if self.chosen.kind == "cell":
            right = f"{first} and named so" if first == second else f"{first} taken for {second}"
            return f"{right}: {many}"
        if self.chosen.kind == "group":
            return f"wrong for {first} {second}: {many}"
        return f"{first or ORDER_WORDS[self.order]}: {many}"

    # The moments chosen

    def moments(self) -> list[str]:
        """Return the names of the moments chosen, in order."""
        if self._ordered is None:
            self._ordered = self._in_order(self._of_chosen(self.rows()))
        return self._ordered

    def first_of_cells(self, n: int) -> list[str]:
        """Return the first ``n`` moments of every cell in the present order: what a click will ask for."""
        key = (self._version, self.network, self.part, self.order, self.restricted, self.one_per_stretch, n)
        if self._first is None or self._first[0] != key:
            cells = self.rows().groupby(["truth", "predicted"], sort=False)
            kept = [name for _, cell in cells for name in self._shown(self._in_order(cell))[:n]]
            self._first = (key, kept)
        return self._first[1]

    def page(self, start: int, n: int) -> tuple[list[str], int]:
        """Return the names of ``n`` moments from ``start`` on, and how many there are to be shown in all."""
        shown = self._shown(self.moments())
        return shown[start : start + n], len(shown)

    def _shown(self, names: list[str]) -> list[str]:
        if not self.one_per_stretch:
            return names
        stretches = self.judged.table.loc[names, ["clip", "stretch"]]
        return list(stretches.index[~stretches.duplicated().to_numpy()])

    def _of_chosen(self, rows: pd.DataFrame) -> pd.DataFrame:
        chosen = self.chosen
        if chosen.kind == "cell":
            return rows[(rows["truth"] == chosen.first) & (rows["predicted"] == chosen.second)]
        if chosen.kind == "group":
            column = self.judged.table.loc[rows.index, chosen.first]
            return rows[(column == chosen.second) & (rows["truth"] != rows["predicted"])]
        return rows[rows.index.isin(chosen.some)] if chosen.kind == "some" else rows

    def _in_order(self, rows: pd.DataFrame) -> list[str]:
        if self.order == "time":
            return list(rows.index)
        if self.order == "surest":
            sure = rows[[f"p_{name}" for name in self.judged.classes]].max(axis=1)
            return list(rows.index[np.argsort(-sure.to_numpy(), kind="stable")])
        place = pd.Series(np.arange(len(self.doubts())), index=self.doubts().index)
        # What has an answer only since the order was made comes last.
        return list(
            rows.index[np.argsort(place.reindex(rows.index).fillna(np.inf).to_numpy(), kind="stable")]
        )
