"""What to train on what: decided, checked and written down before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.datasets.known_answers import Source
from workbench.datasets.splits import SplitKind, check_kind
from workbench.errors import InvalidInputError
from workbench.models.settings import Settings, published


@dataclass(frozen=True)
class Plan:
    """What to train on what, decided before anything is computed.

    Attributes
    ----------
    dataset : str
    network : {"mouth", "visual", "audio", "audiovisual"}
    split : {"speaker", "clip", "sentence", "frame"}
    seed : int
    settings : Settings
    answers : {"both", "known", "hand"}
        Which answers are learnt from (:mod:`workbench.datasets.known_answers`).
    mouth_run : str, optional
        The run that gates the audiovisual network, when it is not this dataset's own.
    """

    dataset: str
    network: str
    split: SplitKind
    seed: int
    settings: Settings
    answers: Source = "both"
    mouth_run: str | None = None


def plan(
    dataset: str,
    network: str,
    *,
    split: str = "speaker",
    seed: int = 0,
    answers: Source = "both",
    mouth_run: str | None = None,
    **changes: Any,
) -> Plan:
    """Return the published training of a network with the given changes (epochs, per_class_train, …).

    Raises
    ------
    InvalidInputError
        An unknown network, split or source, a number that is not positive, or soft labels of no people.
    """
    check_kind(split)
    settings = published(network).with_changes(**changes)
    if settings.soft_labels and answers == "known":
        raise InvalidInputError(
            "Soft labels are how people's votes are spread, so people's answers must be learnt from. Received answers "
            "'known': ask for --answers hand or both."
        )
    return Plan(dataset, network, split, seed, settings, answers, mouth_run)  # type: ignore[arg-type]
