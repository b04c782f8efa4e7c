"""What to train on what: decided, checked and written down before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.datasets.known_answers import Source
from workbench.datasets.splits import SplitKind, check_kind
from workbench.errors import InvalidInputError
from workbench.models.settings import Augmentation, Settings, published


@dataclass(frozen=True)
class Fold:
    """One fold of a cross-validation by speaker.

    Attributes
    ----------
    number, of : int
        The first is 1.
    speakers : tuple of str
        Whom it tests on.
    """

    number: int
    of: int
    speakers: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return ``{"number", "of", "speakers"}``."""
        return {"number": self.number, "of": self.of, "speakers": list(self.speakers)}


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
    split_seed : int, optional
        Whose seed deals the clips, when it is not ``seed``: several seeds are tried on the same test clips.
    fold : Fold, optional
        Which fold of a cross-validation; ``split`` is then ``"speaker"``.
    """

    dataset: str
    network: str
    split: SplitKind
    seed: int
    settings: Settings
    answers: Source = "both"
    mouth_run: str | None = None
    split_seed: int | None = None
    fold: Fold | None = None

    @property
    def dealt_by(self) -> int:
        """The seed that deals the clips into parts."""
        return self.seed if self.split_seed is None else self.split_seed

    def place(self) -> dict[str, Any]:
        """Return where the plan stands in its group, as a run keeps it: nothing for a plain training."""
        place: dict[str, Any] = {}
        if self.split_seed is not None and self.split_seed != self.seed:
            place["split_seed"] = self.split_seed
        if self.fold is not None:
            place["fold"] = self.fold.as_json()
        return place


def plan(
    dataset: str,
    network: str,
    *,
    split: str = "speaker",
    seed: int = 0,
    answers: Source = "both",
    mouth_run: str | None = None,
    like: Settings | None = None,
    **changes: Any,
) -> Plan:
    """Return the published training of a network with the given changes (epochs, per_class_train, …).

    Parameters
    ----------
    like : Settings, optional
        What to change instead of the published settings.

    Raises
    ------
    InvalidInputError
        An unknown network, split or source, a number that is not positive, or soft labels of no people.
    """
    check_kind(split)
    settings = (published(network) if like is None else like).with_changes(**changes)
    if settings.soft_labels and answers == "known":
        raise InvalidInputError(
            "Soft labels are how people's votes are spread, so people's answers must be learnt from. Received answers "
            "'known': ask for --answers hand or both."
        )
    return Plan(dataset, network, split, seed, settings, answers, mouth_run)  # type: ignore[arg-type]


def plan_of(facts: dict[str, Any]) -> Plan:
    """Return the plan that a stored run or group was made by.

    Parameters
    ----------
    facts : dict
        What ``run.json`` or ``group.json`` says.
    """
    fold = facts.get("fold")
    return Plan(
        facts["dataset"],
        facts["network"],
        facts["split"],
        facts["seed"],
        settings_of(facts["settings"]),
        facts["answers"],
        facts.get("companions", {}).get("mouth") or facts.get("mouth_run"),
        facts.get("split_seed"),
        None if fold is None else Fold(fold["number"], fold["of"], tuple(fold["speakers"])),
    )


def settings_of(stored: dict[str, Any]) -> Settings:
    """Return settings from their plain values (:meth:`workbench.models.settings.Settings.as_json`)."""
    augmentation = stored.get("augmentation")
    return Settings(**{**stored, "augmentation": Augmentation(**augmentation) if augmentation else None})
