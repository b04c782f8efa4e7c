"""What may be fitted on: validation answers about clips the test does not hold."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.confidence import Confidences


def shared_clips(validation: Iterable[str], test: Iterable[str]) -> list[str]:
    """Return the names of the clips that are in both."""
    return sorted(set(validation) & set(test))


def require_held_out(validation: Confidences, test_clips: Iterable[str], *, what: str) -> None:
    """Refuse to fit on nothing, or on what the test judges by.

    Raises
    ------
    InvalidInputError
        There is no validation answer, or one of a clip that is tested.
    """
    if not validation.n:
        raise InvalidInputError(
            f"A {what} must be fitted on validation predictions. Received none for any {validation.unit}: "
            "train the run again, or give --validation FILE."
        )
    clips = pd.unique(validation.rows["clip"])
    shared = shared_clips(clips, test_clips)
    if shared:
        raise InvalidInputError(
            f"A {what} must be fitted on clips that the test does not hold. {len(shared)} of {len(clips)} validation "
            f"clip(s) are in the test too (first {shared[0]!r}): give validation predictions of other clips."
        )
