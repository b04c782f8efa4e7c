"""Predictions that lie on the server, ours and those of others (an ML backend): read, checked, never guessed at.

A prediction names a class and scores it; ours also carries the probability of each class. With two classes, what a score
leaves is the other's. With more, who gets the rest is not said, and only who asks for it gets it shared out evenly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import InvalidInputError
from workbench.labels.exchange.label_studio.answers import choice_of, our_region
from workbench.labels.exchange.label_studio.items import DATA_KEY, Item
from workbench.labels.schema import Schema

NAMELESS = "without-a-name"
"""The model of predictions that name none."""
_SUM_TOLERANCE = 1e-2
_SAME = 1e-6


@dataclass(frozen=True)
class SeenPrediction:
    """What a model says about an item, by what lies on the server.

    Attributes
    ----------
    item : Item
    model : str
        Its ``model_version``.
    probabilities : dict
        Of every class of the question; they sum to 1.
    """

    item: Item
    model: str
    probabilities: Mapping[str, float]


def model_of(prediction: Mapping[str, Any]) -> str:
    """Return the name of the model that made a prediction."""
    version = prediction.get("model_version")
    return version[:200] if isinstance(version, str) and version.strip() else NAMELESS


def is_sent_twice(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Whether two predictions of a model are one request of ours that the network doubled."""
    same = all(first.get(name) == second.get(name) for name in ("result", "score"))
    return same and _told(first.get("result")) is not None


def read_prediction(
    prediction: Mapping[str, Any], *, item: Item, schema: Schema, share_rest: bool = False
) -> SeenPrediction:
    """Return what a prediction says.

    Parameters
    ----------
    share_rest : bool
        Whether what the score leaves is shared evenly among three classes or more; else such a prediction is refused.

    Raises
    ------
    InvalidInputError
        It says nothing that is a prediction about our question; the message says why.
    """
    result = prediction.get("result")
    value, score = choice_of(result), _score(prediction)
    if value not in schema.values:
        raise InvalidInputError(
            f"A prediction must choose one of {', '.join(schema.values)}. Received {value!r}."
        )
    told = _told(result)
    found = (
        _checked(told, schema) if told is not None else _by_score(value, score, schema, share_rest=share_rest)
    )
    if abs(found[value] - score) > _SAME or max(found.values()) > found[value] + _SAME:
        raise InvalidInputError(
            f"A prediction must choose its most probable class and score it with that probability. Received {value!r} with "
            f"{score:g} beside {', '.join(f'{name} {p:g}' for name, p in found.items())}."
        )
    return SeenPrediction(item, model_of(prediction), found)


def _score(prediction: Mapping[str, Any]) -> float:
    """Return the score of a prediction, or of its region where the prediction has none."""
    region = our_region(prediction.get("result")) or {}
    score = prediction.get("score")
    score = region.get("score") if score is None else score
    if not _is_share(score):
        raise InvalidInputError(f"A prediction must have a score from 0 to 1. Received {str(score)[:40]!r}.")
    return float(score)  # type: ignore[arg-type]


def _by_score(value: str, score: float, schema: Schema, *, share_rest: bool) -> dict[str, float]:
    others = [name for name in schema.values if name != value]
    if len(others) > 1 and score < 1 and not share_rest:
        raise InvalidInputError(
            f"A prediction must say how probable each of {', '.join(schema.values)} is. Received {value!r} with {score:g} alone: "
            "let the model send all, or share the rest evenly with --share-rest."
        )
    rest = (1 - score) / len(others)
    return {name: score if name == value else rest for name in schema.values}


def _told(result: Any) -> Mapping[str, Any] | None:
    """Return the probabilities that stand beside the choice, unchecked; None when there are none."""
    meta = (our_region(result) or {}).get("meta")
    ours = meta.get(DATA_KEY) if isinstance(meta, Mapping) else None
    told = ours.get("probabilities") if isinstance(ours, Mapping) else None
    return told if isinstance(told, Mapping) else None


def _checked(told: Mapping[str, Any], schema: Schema) -> dict[str, float]:
    right = set(told) == set(schema.values) and all(_is_share(p) for p in told.values())
    if not right or abs(sum(told.values()) - 1) > _SUM_TOLERANCE:
        raise InvalidInputError(
            f"Probabilities must be of {', '.join(schema.values)}, from 0 to 1, and sum to 1. Received {str(dict(told))[:120]}."
        )
    return {name: float(told[name]) for name in schema.values}


def _is_share(number: Any) -> bool:
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return False
    return math.isfinite(number) and 0 <= number <= 1
