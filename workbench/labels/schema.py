"""The questions people are asked, as data: what is asked, which answers there are, which keys give them.

A schema is never changed in place: a changed question gets the next version, and the old one stays readable,
because answers given under it are kept for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.errors import InvalidInputError
from workbench.sentiment import MOUTH_STATES, SENTIMENT_COLOURS, SENTIMENTS


@dataclass(frozen=True)
class LabelClass:
    """One possible answer.

    Attributes
    ----------
    name : str
        The word that is stored and shown.
    keys : tuple of str
        Keys that give this answer, the first one is shown first.
    colour : str
        Okabe-Ito, ``#RRGGBB``.
    symbol : str
        A shape beside the word, so that nobody has to tell answers apart by colour.
    """

    name: str
    keys: tuple[str, ...]
    colour: str
    symbol: str


@dataclass(frozen=True)
class Schema:
    """One question with its allowed answers.

    Attributes
    ----------
    question : str
        The stored name of the question.
    version : int
        Counts up whenever wording or answers change.
    prompt : str
        The question as the annotator reads it.
    guideline : str
        How to decide, in a sentence or two.
    classes : tuple of LabelClass
        The answers in their fixed order.
    """

    question: str
    version: int
    prompt: str
    guideline: str
    classes: tuple[LabelClass, ...]

    def __post_init__(self) -> None:
        keys = [key for answer in self.classes for key in answer.keys]
        if len(set(keys)) != len(keys):
            raise InvalidInputError(
                f"A key must give one answer only. Received {keys} for {self.question!r}."
            )

    @property
    def values(self) -> tuple[str, ...]:
        """The allowed answers, in order."""
        return tuple(answer.name for answer in self.classes)

    def check(self, value: str) -> str:
        """Return ``value`` when it is an allowed answer.

        Raises
        ------
        InvalidInputError
            It is none; the message lists those there are.
        """
        if value not in self.values:
            raise InvalidInputError(
                f"An answer to {self.question!r} must be one of {', '.join(self.values)}. Received {value!r}."
            )
        return value

    def as_json(self) -> dict[str, Any]:
        """Return the question as plain data for a widget or an export."""
        return {
            "question": self.question,
            "version": self.version,
            "prompt": self.prompt,
            "guideline": self.guideline,
            "classes": [
                {"name": c.name, "keys": list(c.keys), "colour": c.colour, "symbol": c.symbol}
                for c in self.classes
            ],
        }


MOUTH = Schema(
    question="mouth",
    version=1,
    prompt="Is the mouth open or closed?",
    guideline=(
        "Open: you see a gap between the lips (dark, teeth or tongue). Closed: the lips touch along their whole "
        "length. Judge this picture alone, not what is probably being said."
    ),
    classes=(
        LabelClass(MOUTH_STATES[0], ("1", "c"), "#0072B2", "▬"),
        LabelClass(MOUTH_STATES[1], ("2", "o"), "#E69F00", "◯"),
    ),
)
"""Whether the lips are apart."""

# Negative and neutral share their first two letters, so each has the first letter that is its own: neGative, neUtral.
SENTIMENT = Schema(
    question="sentiment",
    version=1,
    prompt="What does this face show?",
    guideline=(
        "Judge the face in this picture alone. Negative: anger, fear, disgust, sadness. Positive: joy, pleasant "
        "surprise. Neutral: you see neither. When you cannot see the face, skip."
    ),
    classes=tuple(
        LabelClass(name, keys, SENTIMENT_COLOURS[name], symbol)
        for name, keys, symbol in zip(SENTIMENTS, (("1", "g"), ("2", "u"), ("3", "p")), "▼●▲", strict=True)
    ),
)
"""What a face shows, in three classes."""

SCHEMAS: dict[tuple[str, int], Schema] = {(s.question, s.version): s for s in (MOUTH, SENTIMENT)}
"""Every version of every question ever asked."""


def schema_of(question: str, version: int | None = None) -> Schema:
    """Return the schema of ``question`` (the newest version unless one is named).

    Raises
    ------
    InvalidInputError
        There is no such question or version.

    Examples
    --------
    >>> schema_of("mouth").values
    ('closed', 'open')
    """
    versions = [s for (name, _), s in SCHEMAS.items() if name == question]
    chosen = [s for s in versions if version in (None, s.version)]
    if not chosen:
        there = ", ".join(sorted({f"{name} (version {number})" for name, number in SCHEMAS}))
        received = question if version is None else f"{question} (version {version})"
        raise InvalidInputError(f"A question must be one of {there}. Received {received}.")
    return max(chosen, key=lambda s: s.version)
