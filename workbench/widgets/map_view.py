"""What a map of moments shows: points, ways to colour them, what is chosen. A plain object; the widget is its face."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError
from workbench.widgets.map_colours import colourings_of
from workbench.widgets.selection import Selection, moment_id

SOURCE = "map"


class MapView:
    """A map with its colourings and the selection it shares with other views.

    Parameters
    ----------
    coordinates : np.ndarray, shape (n, 2)
    moments : pd.DataFrame, n rows
        ``clip, speaker, time_s, part, truth, predicted, confidence``; an empty truth means not known.
    classes : sequence of str
        Order of the legend.
    selection : Selection, optional
        Shared with other views; one of its own where none is given.
    title, note : str
        What is mapped, and how it is to be read.

    Attributes
    ----------
    chosen : np.ndarray, shape (n,), bool
        Which points are chosen; meaningful while ``filtered``.
    """

    def __init__(
        self,
        coordinates: np.ndarray,
        moments: pd.DataFrame,
        *,
        classes: Sequence[str],
        selection: Selection | None = None,
        title: str = "",
        note: str = "",
    ) -> None:
        points = np.asarray(coordinates, dtype=float)
        if points.ndim != 2 or points.shape[1:] != (2,) or len(points) != len(moments) or not len(points):
            raise InvalidInputError(
                "A map must have points of shape (n, 2), one per moment and at least one. "
                f"Received {points.shape} and {len(moments)} moments."
            )
        self.moments, self.classes, self.title, self.note = (
            moments.reset_index(drop=True),
            tuple(classes),
            title,
            note,
        )
        self.points = _in_the_square(points)
        self.names = [moment_id(c, t) for c, t in zip(moments["clip"], moments["time_s"], strict=True)]
        self._row = {name: row for row, name in enumerate(self.names)}
        self.colourings = colourings_of(self.moments, self.classes)
        self.chosen = np.zeros(self.n, bool)
        self.selection = Selection() if selection is None else selection
        self._listeners: list[Callable[[], None]] = []
        self._closed = False
        self.selection.observe(self._heard, names="moments")
        self._heard()

    @property
    def n(self) -> int:
        """How many points there are."""
        return len(self.points)

    @property
    def filtered(self) -> bool:
        """Whether anything is chosen, here or elsewhere; a choice may have no point on this map."""
        return bool(self.selection.moments)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` whenever another choice stands."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Stop listening to the selection; closing twice does no harm."""
        if not self._closed:
            self.selection.unobserve(self._heard, names="moments")
            self._listeners.clear()
        self._closed = True

    def choose_within(self, polygon: Sequence[Sequence[float]], *, how: str = "lasso") -> None:
        """Choose the points within a polygon (map coordinates, [-1, 1]); none within it: everything again.

        Raises
        ------
        InvalidInputError
            Fewer than three corners, or corners that are no pairs of finite numbers.
        """
        corners = np.asarray(polygon, dtype=float)
        if (
            corners.ndim != 2
            or corners.shape[1:] != (2,)
            or len(corners) < 3
            or not np.isfinite(corners).all()
        ):
            raise InvalidInputError(
                f"A {how} must have three corners (x, y) or more. Received shape {corners.shape}."
            )
        self._choose(within_polygon(self.points, corners), f"{how} on the map")

    def choose_category(self, colouring: str, category: str) -> None:
        """Choose all points of one entry of a legend; raises InvalidInputError where there is none such."""
        by_name = {one.name: one for one in self.colourings}
        names = [one.name for one in by_name[colouring].categories] if colouring in by_name else []
        if category not in names:
            raise InvalidInputError(
                f"A legend must have the entry. Received {colouring!r}, {category!r}: there is none."
            )
        self._choose(by_name[colouring].codes == names.index(category), f"{colouring} {category}")

    def clear(self) -> None:
        """Choose everything again."""
        self.selection.clear(source=SOURCE)

    def words(self) -> str:
        """Say what is chosen."""
        if not self.filtered:
            return f"all {self.n:,} moments"
        if self.selection.source == SOURCE:
            return self.selection.words
        said = self.selection.words or f"chosen in {self.selection.source or 'another view'}"
        return f"{int(self.chosen.sum()):,} of {self.n:,} moments here; {said}"

    def words_about(self, row: int) -> list[tuple[str, str]]:
        """Return what is known of a point, as pairs of a name and words."""
        if not 0 <= row < self.n:
            raise InvalidInputError(f"A point must be 0 to {self.n - 1}. Received {row}.")
        moment = self.moments.iloc[row]
        sure = f"{moment['confidence']:.0%}" if moment["confidence"] < 0.995 else "over 99%"
        verdict = (
            "" if not moment["truth"] else "right: " if moment["truth"] == moment["predicted"] else "wrong: "
        )
        return [
            ("said", f"{verdict}{moment['predicted']}, {sure} sure"),
            ("true", moment["truth"] or "not known"),
            ("speaker", moment["speaker"] or "not known"),
            ("part", moment["part"]),
            ("clip", f"{moment['clip']} at {moment['time_s']:.2f} s"),
        ]

    def _choose(self, mask: np.ndarray, words: str) -> None:
        rows = np.flatnonzero(mask)
        said = f"{len(rows):,} of {self.n:,} moments: {words}"
        self.selection.choose(
            (self.names[row] for row in rows), source=SOURCE, words=said if len(rows) else ""
        )

    def _heard(self, change: Any = None) -> None:
        chosen = np.zeros(self.n, bool)
        rows = [self._row[name] for name in self.selection.moments if name in self._row]
        chosen[rows] = True
        self.chosen = chosen
        for listener in self._listeners:
            listener()


def within_polygon(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Return which points, shape (n, 2), lie within a polygon, by the even-odd rule: shape (n,), bool.

    Parameters
    ----------
    corners : np.ndarray, shape (m, 2), m >= 3
        The last one is joined to the first.
    """
    near = ((points >= corners.min(axis=0)) & (points <= corners.max(axis=0))).all(axis=1)
    x, y = points[near].T
    inside = np.zeros(len(x), bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 != y2:
            crosses = (y1 > y) != (y2 > y)
            inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    found = np.zeros(len(points), bool)
    found[near] = inside
    return found


def _in_the_square(points: np.ndarray) -> np.ndarray:
    """Return the points within [-1, 1] either way, with one scale for both directions."""
    low, high = points.min(axis=0), points.max(axis=0)
    half = float((high - low).max()) / 2 or 1.0
    return ((points - (low + high) / 2) / half).astype(np.float32)
