"""Runs: neighbouring moments that look the same, so that one answer is good for all of them.

A run goes on while its mouth is as far open (landmarks) and its crop looks as it did at the run's beginning and a
moment ago. The thresholds of mouths were chosen on drawn actors 01, 03, … 11 as the longest runs that all hold one true
mouth state, and judged on actors 02, 04, … 12 (`benchmarks/run_purity.py`; docs/spans.md has the figures).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from workbench.errors import InvalidInputError
from workbench.labels.schema import Modality

COMPARED_PX = 28
"""Crops are compared at this size: a mouth as it is, a face without the noise of its pixels."""


@dataclass(frozen=True)
class RunRule:
    """When neighbouring moments are the same.

    Attributes
    ----------
    opening : float
        The largest difference of :func:`workbench.features.mouth.mouth_opening` within a run.
    appearance : float
        The largest mean difference of grey values (0 to 255) to the run's first crop and to the one before.
    most_moments : int
        A run is never longer: what stays the same for long is looked at again.
    """

    opening: float = 0.05
    appearance: float = 10.0
    most_moments: int = 33

    def __post_init__(self) -> None:
        if self.opening < 0 or self.appearance < 0 or self.most_moments < 1:
            raise InvalidInputError(f"A rule for runs must have limits of 0 or more. Received {self}.")


RULES: dict[Modality, RunRule] = {
    "mouth": RunRule(),
    # A face that speaks keeps its expression while the mouth moves.
    "face": RunRule(opening=np.inf, appearance=15.0),
    "both": RunRule(opening=np.inf, appearance=15.0),
}
"""The rule of each modality that is seen; 33 moments are a second."""


@dataclass(frozen=True, order=True)
class Run:
    """The moments ``first`` to ``last`` of a clip, indexes on its grid; ``first == last`` for one alone."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1


def find_runs(
    moments: np.ndarray, openings: np.ndarray, crops: np.ndarray, *, rule: RunRule | None = None
) -> list[Run]:
    """Group neighbouring moments that look the same.

    Parameters
    ----------
    moments : np.ndarray, shape (m,), int
        Indexes of the moments with a face, ascending; a gap ends a run.
    openings : np.ndarray, shape (m,)
        How far the mouth is open, from :func:`workbench.features.mouth.mouth_opening`.
    crops : np.ndarray, shape (m, size, size, 3), uint8
        What is judged: mouths or faces.

    Returns
    -------
    list of Run
        Every moment is in exactly one.

    Raises
    ------
    InvalidInputError
        The lengths differ.
    """
    rule = rule or RULES["mouth"]
    if not len(moments) == len(openings) == len(crops):
        raise InvalidInputError(
            "Runs need one opening and one crop for each moment. "
            f"Received {len(moments)} moments, {len(openings)} openings, {len(crops)} crops."
        )
    greys = [_grey(crop) for crop in crops]
    runs: list[Run] = []
    begin = 0
    for here in range(1, len(moments) + 1):
        if here < len(moments) and _goes_on(begin, here, moments, openings, greys, rule):
            continue
        runs.append(Run(int(moments[begin]), int(moments[here - 1])))
        begin = here
    return runs


def _goes_on(
    begin: int, here: int, moments: np.ndarray, openings: np.ndarray, greys: list[np.ndarray], rule: RunRule
) -> bool:
    if moments[here] != moments[here - 1] + 1 or here - begin >= rule.most_moments:
        return False
    if np.ptp(openings[begin : here + 1]) > rule.opening:
        return False
    return all(np.abs(greys[here] - greys[k]).mean() <= rule.appearance for k in (begin, here - 1))


def _grey(crop: np.ndarray) -> np.ndarray:
    small = crop
    if crop.shape[0] > COMPARED_PX:
        small = cv2.resize(crop, (COMPARED_PX, COMPARED_PX), interpolation=cv2.INTER_AREA)
    return small.mean(axis=-1, dtype=np.float32)
