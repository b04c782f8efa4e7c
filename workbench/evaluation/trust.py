"""How far one level's confidences, of clips or of moments, can be believed: everything that is measured of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workbench.evaluation.calibration import Calibration, measure_calibration
from workbench.evaluation.calibration_error import NOTHING, Binning, losses_of
from workbench.evaluation.confidence import GROUPINGS, Confidences
from workbench.evaluation.estimates import Score
from workbench.evaluation.intervals import MIN_CLUSTERS
from workbench.evaluation.resampling import mean_scores
from workbench.evaluation.risk_coverage import RiskCoverage, risk_coverage
from workbench.evaluation.temperature import Temperature, fit_temperature
from workbench.evaluation.threshold import TriedThreshold, choose_threshold, try_threshold

FEWEST_ANSWERS = 30
"""A group of fewer answers, or of fewer than five clips, is named and not measured: its gaps are mostly chance."""


@dataclass(frozen=True)
class Group:
    """The answers of one modality, branch or speaker.

    Attributes
    ----------
    column, value : str
        For instance ``"speaker"`` and ``"actor-07"``.
    n, n_clips : int
        How many answers about how many clips.
    calibration : Calibration or None
        None when there are too few.
    """

    column: str
    value: str
    n: int
    n_clips: int
    calibration: Calibration | None

    def as_json(self) -> dict[str, Any]:
        """Return ``{"column", "value", "n", "n_clips", "calibration"}``."""
        measured = None if self.calibration is None else self.calibration.as_json()
        return {**self.__dict__, "calibration": measured}


@dataclass(frozen=True)
class Trust:
    """Everything about the confidences of one level.

    Attributes
    ----------
    before : Calibration
        As the probabilities stand.
    temperature : Temperature or None
        Fitted on validation; None without validation answers of this level.
    after : Calibration or None
        With the temperature.
    nll_change : Score or None
        Negative log likelihood after minus before on the test, paired: below 0 the temperature helps.
    curve : RiskCoverage
        As the probabilities stand.
    threshold : TriedThreshold or None
        Chosen on validation, tried on the test.
    groups : tuple of Group
        By modality, branch and speaker, as the probabilities stand.
    """

    before: Calibration
    temperature: Temperature | None
    after: Calibration | None
    nll_change: Score | None
    curve: RiskCoverage
    threshold: TriedThreshold | None
    groups: tuple[Group, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the block ``clips`` or ``frames`` of ``calibrate --json``."""
        parts = ("before", "temperature", "after", "nll_change", "threshold")
        found = {name: getattr(self, name) for name in parts}
        return {
            **{name: None if part is None else part.as_json() for name, part in found.items()},
            "risk_coverage": self.curve.as_json(),
            "groups": [group.as_json() for group in self.groups],
        }


@dataclass(frozen=True)
class Wish:
    """How everything is to be measured."""

    n_bins: int
    binning: Binning
    accuracy: float
    seed: int

    def measure(self, sure: Confidences) -> Calibration:
        """Measure some answers so."""
        return measure_calibration(sure, n_bins=self.n_bins, binning=self.binning, seed=self.seed)


def trust_of(sure: Confidences, held_out: Confidences | None, wish: Wish) -> Trust:
    """Measure one level, and fit on validation answers what can be fitted.

    Parameters
    ----------
    sure : Confidences
        The test's answers.
    held_out : Confidences or None
        Answers about other clips; without them there is neither temperature nor threshold.

    Raises
    ------
    InvalidInputError
        ``held_out`` is empty or shares clips with the test.
    """
    before, groups = wish.measure(sure), tuple(_groups(sure, wish))
    curve = risk_coverage(sure, seed=wish.seed)
    if held_out is None:
        return Trust(before, None, None, None, curve, None, groups)
    clips = set(sure.rows["clip"])
    temperature = fit_temperature(held_out, test_clips=clips, seed=wish.seed)
    softer = temperature.apply(sure)
    chosen = choose_threshold(held_out, accuracy=wish.accuracy, test_clips=clips, seed=wish.seed)
    return Trust(
        before=before,
        temperature=temperature,
        after=wish.measure(softer),
        nll_change=_nll_change(sure, softer, seed=wish.seed),
        curve=curve,
        threshold=try_threshold(chosen, sure, seed=wish.seed),
        groups=groups,
    )


def _nll_change(sure: Confidences, softer: Confidences, *, seed: int) -> Score:
    change = losses_of(softer) - losses_of(sure)
    return mean_scores(change[:, None], sure, seed=seed, undefined=NOTHING)[0]


def _groups(sure: Confidences, wish: Wish) -> Iterator[Group]:
    for column in GROUPINGS:
        if column not in sure.rows.columns:
            continue
        values = sure.rows[column].astype("string").fillna("").to_numpy(dtype=object)
        names = sorted(set(values) - {""})
        if len(names) < 2:
            continue  # the whole level once more
        for name in names:
            part = sure.where(values == name)
            enough = part.n >= FEWEST_ANSWERS and part.n_clips >= MIN_CLUSTERS
            yield Group(column, str(name), part.n, part.n_clips, wish.measure(part) if enough else None)
