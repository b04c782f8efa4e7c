"""From a predictions table, and one of a validation part, to everything about its confidences that can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.accumulate import ALPHA, check_alpha
from workbench.evaluation.calibration import N_BINS, check_bins
from workbench.evaluation.calibration_error import Binning
from workbench.evaluation.clips import clips_with_changing_truth
from workbench.evaluation.confidence import Confidences, confidences_of
from workbench.evaluation.levels import Levels
from workbench.evaluation.predictions import classes_of, validate
from workbench.evaluation.temperature import HIGHEST, LOWEST
from workbench.evaluation.threshold import check_wanted
from workbench.evaluation.trust import Trust, Wish, trust_of
from workbench.evaluation.warnings import FEW_CLIPS, Alarm, about_few, given

ACCURACY = 0.9


@dataclass(frozen=True)
class CalibrationReport(Levels[Trust]):
    """What is known about a system's confidences."""


def calibrate(
    table: pd.DataFrame,
    *,
    validation: pd.DataFrame | None = None,
    split: str | None = None,
    split_warnings: Sequence[Alarm | dict[str, str]] = (),
    n_bins: int = N_BINS,
    binning: Binning = "width",
    accuracy: float = ACCURACY,
    alpha: float = ALPHA,
    seed: int = 0,
) -> CalibrationReport:
    """Measure how far the confidences of a predictions table can be believed, per clip and per moment.

    Parameters
    ----------
    table : pd.DataFrame
        The predictions table of the test (:mod:`workbench.evaluation.predictions`).
    validation : pd.DataFrame, optional
        One of other clips by the same system. Temperature and threshold are fitted on it and on nothing else;
        each level has its own. Without it there is neither.
    split, split_warnings
        As in :func:`workbench.evaluation.report.evaluate`.
    n_bins : int, 2 to 100
    binning : {"width", "mass"}
        Bins of equal width, or of about equally many answers.
    accuracy : float, in (0, 1]
        For which a confidence threshold is wanted.
    alpha : float, in (0, 1]
        Share of the newest moment when a clip is decided.
    seed : int
        The same seed gives the same intervals.

    Raises
    ------
    InvalidInputError
        A table breaks a rule, validation and test share clips or differ in their classes, or a setting is outside
        its range.
    """
    check_alpha(alpha)
    check_bins(n_bins, binning)
    check_wanted(accuracy)
    table, classes = validate(table), classes_of(table)
    fitted_on = _checked_validation(validation, classes)
    changing = bool(clips_with_changing_truth(table))
    wish = Wish(n_bins, binning, accuracy, seed)
    levels: dict[str, Trust] = {}
    for unit in ("clip", "moment"):
        if unit == "clip" and changing:
            continue
        sure = confidences_of(table, unit=unit, classes=classes, alpha=alpha)
        if unit == "moment" and not (changing or sure.n):
            continue
        held_out = _held_out(fitted_on, unit, classes, alpha)
        levels[unit] = trust_of(sure, held_out, wish)
    found = given(split_warnings, split=split)
    found += [
        alarm for trust in levels.values() for alarm in _alarms(trust, has_validation=fitted_on is not None)
    ]
    if fitted_on is not None:
        found += _shared_speakers(table, fitted_on, known=found)
    return CalibrationReport(levels.get("clip"), levels.get("moment"), split, tuple(dict.fromkeys(found)))


def _checked_validation(validation: pd.DataFrame | None, classes: tuple[str, ...]) -> pd.DataFrame | None:
    if validation is None:
        return None
    checked = validate(validation, source="the validation table")
    if set(classes_of(checked)) != set(classes):
        raise InvalidInputError(
            f"Validation and test must have the same classes. The test has {', '.join(classes)}; the validation "
            f"table {', '.join(classes_of(checked))}."
        )
    return checked


def _held_out(
    validation: pd.DataFrame | None, unit: str, classes: tuple[str, ...], alpha: float
) -> Confidences | None:
    """Return the validation answers of a level, where there are any of that level."""
    if validation is None or (unit == "clip" and clips_with_changing_truth(validation)):
        return None
    sure = confidences_of(validation, unit=unit, classes=classes, alpha=alpha)
    return sure if sure.n or unit == "clip" else None


def _alarms(trust: Trust, *, has_validation: bool) -> Iterator[Alarm]:
    before, fitted = trust.before, trust.temperature
    if before.accuracy.n == 0:
        yield Alarm("empty", "The table has no rows: every figure is undefined.")
        return
    yield from about_few(n_clips=before.n_clips, n_speakers=before.n_speakers)
    if fitted is None:
        if has_validation:
            yield Alarm(
                "no_validation",
                f"The validation table cannot be judged per {before.unit}: no temperature and no threshold for that.",
            )
        return
    if fitted.n_clips < FEW_CLIPS:
        yield Alarm(
            "few_validation",
            f"Temperature and threshold were fitted on {fitted.n_clips} validation clip(s): fewer than {FEW_CLIPS} "
            "say little about others.",
        )
    if fitted.at_edge:
        sharper = fitted.value.value is not None and fitted.value.value < 1
        why = "every answer is right" if sharper else "answers are no better than chance"
        yield Alarm(
            "temperature_at_edge",
            f"No temperature from {LOWEST:g} to {HIGHEST:g} fits the validation {fitted.unit}s: the likelihood goes "
            f"on rising at the end of the range, as it does when {why}. Use it for nothing, and fit on more clips.",
        )


def _shared_speakers(table: pd.DataFrame, validation: pd.DataFrame, *, known: Iterable[Alarm]) -> list[Alarm]:
    """Warn when validation and test share people, unless the split's own warning says it already."""
    shared = sorted(set(table["speaker"]) & set(validation["speaker"]) - {""})
    if not shared or any(alarm.code.startswith("leak") for alarm in known):
        return []
    return [
        Alarm(
            "leak_validation_speakers",
            f"{len(shared)} speaker(s) are in validation and in the test (first {shared[0]!r}): on new people "
            "temperature and threshold may do worse than here.",
        )
    ]
