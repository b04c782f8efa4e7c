"""Curves of what is held under a growing disturbance, with intervals over whole clips."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.evaluation.estimates import Share, interval_in_words, share
from workbench.evaluation.intervals import MIN_CLUSTERS, has_width, percentile, resampled_sums, wilson

_NOTHING = "no picture with a face"


@dataclass(frozen=True)
class Held:
    """What one recording kept under one disturbance.

    Attributes
    ----------
    clip : str
    kind : str
        What is done to every picture.
    amount : float
        How much of it.
    upright : bool
        Whether tilted faces were cut out upright.
    n_pictures : int
        Pictures with a face undisturbed.
    n_found, n_same_mouth : int
        Of these: where it is still found; where the mouth's state is the same besides.
    same_label : bool
        Whether the recording's label is the same.
    """

    clip: str
    kind: str
    amount: float
    upright: bool
    n_pictures: int
    n_found: int
    n_same_mouth: int
    same_label: bool


@dataclass(frozen=True)
class Curve:
    """A share over the amount of one disturbance.

    Attributes
    ----------
    kind : str
    what : {"face found", "mouth held", "label held"}
    upright : bool
    amounts : tuple of float
    shares : tuple of Share
        One per amount: of pictures, for labels of clips.
    """

    kind: str
    what: Literal["face found", "mouth held", "label held"]
    upright: bool
    amounts: tuple[float, ...]
    shares: tuple[Share, ...]

    def lines(self) -> list[str]:
        """Return the curve for people."""
        title = f"{self.kind}{', cut out upright' if self.upright else ''}: {self.what}"
        return [
            title,
            *(
                f"  {amount:6g}  {one.k}/{one.n} {interval_in_words(one)}"
                for amount, one in zip(self.amounts, self.shares, strict=True)
            ),
        ]


def curves_of(rows: Iterable[Held]) -> list[Curve]:
    """Return for each disturbance and way of cutting the curves of faces found, mouths and labels held."""
    rows = list(rows)
    curves = []
    for kind, upright in dict.fromkeys((row.kind, row.upright) for row in rows):
        of_kind = [row for row in rows if (row.kind, row.upright) == (kind, upright)]
        amounts = tuple(sorted({row.amount for row in of_kind}))
        at = [[row for row in of_kind if row.amount == amount] for amount in amounts]
        found = tuple(_of_pictures([row.n_found for row in one], one) for one in at)
        mouths = tuple(_of_pictures([row.n_same_mouth for row in one], one) for one in at)
        labels = tuple(_of_clips(one) for one in at)
        curves += [
            Curve(kind, "face found", upright, amounts, found),
            Curve(kind, "mouth held", upright, amounts, mouths),
            Curve(kind, "label held", upright, amounts, labels),
        ]
    return curves


def _of_clips(rows: list[Held]) -> Share:
    k = sum(row.same_label for row in rows)
    return share(k, len(rows), wilson(k, len(rows)), undefined=_NOTHING)


def _of_pictures(counts: list[int], rows: list[Held]) -> Share:
    """Return the share of pictures; pictures of one clip resemble each other, so clips are drawn again as a whole."""
    k, n, n_clips = sum(counts), sum(row.n_pictures for row in rows), len(rows)
    interval = None
    if n_clips >= MIN_CLUSTERS:
        draws = resampled_sums(
            np.array([[c, row.n_pictures] for c, row in zip(counts, rows, strict=True)]), seed=0
        )
        interval = percentile(draws[:, 0] / draws[:, 1], n_clusters=n_clips)
    if interval is None or not has_width(interval):
        interval = wilson(k / n * n_clips, n_clips)
    return share(k, n, interval, undefined=_NOTHING)
