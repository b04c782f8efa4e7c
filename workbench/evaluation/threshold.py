"""How sure a system must be to be right as often as wanted: chosen on validation, tried on the test.

The threshold is the lowest confidence from which on validation is right often enough (so most is answered). It
is a choice among many, so on new answers it does a little worse than on validation; what counts is how it does on the
test, which stands beside it with its interval.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.evaluation.confidence import Confidences
from workbench.evaluation.estimates import Share
from workbench.evaluation.held_out import require_held_out
from workbench.evaluation.intervals import MIN_CLUSTERS
from workbench.evaluation.resampling import share_of

FEWEST_CLIPS = MIN_CLUSTERS
"""A threshold that leaves answers about fewer validation clips than this is none."""


@dataclass(frozen=True)
class Threshold:
    """A confidence from which on a system answers.

    Attributes
    ----------
    wanted : float
        The accuracy asked for, 0 to 1.
    value : float or None
        Answer when at least so sure; 0 answers always; None when no threshold reaches the accuracy.
    undefined : str or None
        Why there is none.
    accuracy, coverage : Share
        Of the validation answers: right of those answered, answered of all.
    """

    wanted: float
    value: float | None
    undefined: str | None
    accuracy: Share
    coverage: Share

    def as_json(self) -> dict[str, Any]:
        """Return ``{"wanted", "value", "validation": {"accuracy", "coverage"}}``, with ``"undefined"`` if none."""
        parts = {"accuracy": self.accuracy.as_json(), "coverage": self.coverage.as_json()}
        content = {"wanted": self.wanted, "value": self.value, "validation": parts}
        return content if self.undefined is None else content | {"undefined": self.undefined}


@dataclass(frozen=True)
class TriedThreshold:
    """A threshold chosen on validation and what it does on the test.

    Attributes
    ----------
    threshold : Threshold
    accuracy, coverage : Share
        Of the test answers: right of those answered, answered of all; undefined without a threshold.
    """

    threshold: Threshold
    accuracy: Share
    coverage: Share

    def as_json(self) -> dict[str, Any]:
        """Return the threshold's form with ``"test": {"accuracy", "coverage"}``."""
        parts = {"accuracy": self.accuracy.as_json(), "coverage": self.coverage.as_json()}
        return self.threshold.as_json() | {"test": parts}


def check_wanted(accuracy: float) -> None:
    """Raise InvalidInputError unless ``accuracy`` lies in (0, 1]."""
    if not 0 < accuracy <= 1:
        raise InvalidInputError(
            f"A wanted accuracy must lie in (0, 1]. Received {accuracy}: pass 0.9 for 90%."
        )


def choose_threshold(
    validation: Confidences, *, accuracy: float, test_clips: Iterable[str], seed: int = 0
) -> Threshold:
    """Choose the lowest confidence from which on validation answers are right as often as wanted.

    Parameters
    ----------
    validation : Confidences
        Answers of the validation part.
    accuracy : float, in (0, 1]
        Wanted share of right ones among those answered.
    test_clips : iterable of str
        Names of the clips that will be judged; nothing else is known here of the test.

    Raises
    ------
    InvalidInputError
        There are no validation answers, some are about tested clips, or ``accuracy`` is no share.
    """
    check_wanted(accuracy)
    require_held_out(validation, test_clips, what="threshold")
    order = np.argsort(-validation.confidence, kind="stable")
    confidence = validation.confidence[order]
    clips, last_of_equals = validation.clip_codes[order], np.append(confidence[1:] < confidence[:-1], True)
    first_seen = np.zeros(len(order), dtype=int)
    first_seen[np.unique(clips, return_index=True)[1]] = 1
    n_right, n = validation.right[order].cumsum(), np.arange(1, len(order) + 1)
    reached = last_of_equals & (n_right >= accuracy * n - 1e-9) & (first_seen.cumsum() >= FEWEST_CLIPS)
    value, why = None, None
    if reached.any():
        last = int(np.flatnonzero(reached)[-1])
        value = 0.0 if last == len(order) - 1 else float(confidence[last])
    else:
        why = (
            f"no confidence from which on it is right on {accuracy:.0%} of the validation {validation.unit}s leaves "
            f"{FEWEST_CLIPS} clips or more"
        )
    right, answered = _shares(validation, value, seed=seed)
    return Threshold(accuracy, value, why, right, answered)


def try_threshold(threshold: Threshold, test: Confidences, *, seed: int = 0) -> TriedThreshold:
    """Say what a chosen threshold does on the test."""
    accuracy, coverage = _shares(test, threshold.value, seed=seed)
    return TriedThreshold(threshold, accuracy, coverage)


def _shares(sure: Confidences, threshold: float | None, *, seed: int) -> tuple[Share, Share]:
    """Return accuracy of those answered, and coverage."""
    if threshold is None:
        none = Share(None, None, None, "no threshold was found")
        return none, none
    answered = sure.confidence >= threshold
    kept = sure.where(answered)
    nothing = f"no {sure.unit} is so sure"
    return (
        share_of(kept.right, kept, seed=seed, undefined=nothing),
        share_of(answered, sure, seed=seed, undefined="there is nothing to judge"),
    )
