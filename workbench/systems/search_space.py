"""What a search may change, and within which bounds: the one place that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from workbench.models.settings import Augmentation, Settings

Value = float | int | str | bool


@dataclass(frozen=True)
class Range:
    """A number between two bounds.

    Attributes
    ----------
    log : bool
        Whether equal ratios, not equal differences, are equally likely.
    """

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True)
class Choice:
    """One of a few values."""

    options: tuple[Value, ...]


Space = Mapping[str, Range | Choice]

_TRAINING: Space = {
    "optimizer": Choice(("adam", "sgd")),
    "learning_rate": Range(1e-4, 1e-1, log=True),
    "batch_size": Choice((16, 32, 64)),
}
_PICTURES: Space = {
    "rotation_deg": Range(0, 40),
    "shift": Range(0, 0.2),
    "zoom": Range(0, 0.3),
    "flip": Choice((False, True)),
}
SPACES: dict[str, Space] = {
    "mouth": {**_TRAINING, **_PICTURES},
    "visual": {**_TRAINING, **_PICTURES},
    "audio": _TRAINING,
    "audiovisual": _TRAINING,
}
"""By network. The published settings lie in each; what is no part of ``Settings`` (layers, dropout) is as published."""

_AUGMENTATION = tuple(field.name for field in fields(Augmentation))


def applied(settings: Settings, values: Mapping[str, Value]) -> Settings:
    """Return settings with the values of a trial in them; pictures that are changed by nothing have no augmentation."""
    plain = {name: value for name, value in values.items() if name not in _AUGMENTATION}
    changed = {name: value for name, value in values.items() if name in _AUGMENTATION}
    augmentation = settings.augmentation
    if changed:
        augmentation = replace(augmentation or Augmentation(), **changed)  # type: ignore[arg-type]
        augmentation = augmentation if augmentation != Augmentation() else None
    return replace(settings, augmentation=augmentation, **plain)  # type: ignore[arg-type]


def values_of(settings: Settings, space: Space) -> dict[str, Value]:
    """Return where settings lie in a space, bounds included: what :func:`applied` makes the same settings of."""
    known = {**asdict(settings), **asdict(settings.augmentation or Augmentation())}
    return {name: known[name] for name in space}


def as_json(space: Space) -> dict[str, Any]:
    """Return a space as plain values, to be kept with a search."""
    return {name: asdict(bounds) for name, bounds in space.items()}


def from_json(content: Mapping[str, Any]) -> Space:
    """Return the space that :func:`as_json` gave."""
    return {
        name: Choice(tuple(bounds["options"])) if "options" in bounds else Range(**bounds)
        for name, bounds in content.items()
    }
