"""The questions people are asked, as data: what is asked, which answers there are, which keys give them.

A schema is never changed in place: a changed question gets the next version, and the old one stays readable,
because answers given under it are kept for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from workbench.errors import InvalidInputError
from workbench.sentiment import MOUTH_STATES, SENTIMENT_COLOURS, SENTIMENTS

Modality = Literal["mouth", "face", "voice", "both"]
"""What a question is about, and so what may be seen and heard while answering: one modality alone, or both."""


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
        The classes in their fixed order.
    abstention : LabelClass or None
        The answer of one who has looked and cannot tell: kept and counted, never learnt from.
    modality : {"mouth", "face", "voice", "both"}
        What is shown and heard.
    """

    question: str
    version: int
    prompt: str
    guideline: str
    classes: tuple[LabelClass, ...]
    abstention: LabelClass | None = None
    modality: Modality = "face"

    def __post_init__(self) -> None:
        keys = [key for answer in self.choices for key in answer.keys]
        if len(set(keys)) != len(keys):
            raise InvalidInputError(
                f"A key must give one answer only. Received {keys} for {self.question!r}."
            )

    @property
    def choices(self) -> tuple[LabelClass, ...]:
        """Everything that can be answered: the classes, then the abstention."""
        return self.classes if self.abstention is None else (*self.classes, self.abstention)

    @property
    def values(self) -> tuple[str, ...]:
        """The names of the classes, in order; an abstention is none."""
        return tuple(answer.name for answer in self.classes)

    def check(self, value: str) -> str:
        """Return ``value`` when it is an allowed answer: a class, or the abstention.

        Raises
        ------
        InvalidInputError
            It is none; the message lists those there are.
        """
        allowed = [choice.name for choice in self.choices]
        if value not in allowed:
            raise InvalidInputError(
                f"An answer to {self.question!r} must be one of {', '.join(allowed)}. Received {value!r}."
            )
        return value

    def as_json(self) -> dict[str, Any]:
        """Return the question as plain data for a widget or an export."""
        return {
            "question": self.question,
            "version": self.version,
            "prompt": self.prompt,
            "guideline": self.guideline,
            "modality": self.modality,
            "classes": [_choice_as_json(choice) for choice in self.classes],
            "abstention": None if self.abstention is None else _choice_as_json(self.abstention),
        }


def _choice_as_json(choice: LabelClass) -> dict[str, Any]:
    return {
        "name": choice.name,
        "keys": list(choice.keys),
        "colour": choice.colour,
        "symbol": choice.symbol,
    }


CANNOT_TELL = "cannot tell"
"""The abstention of every question asked here; its key is 0, or the t of "can't tell"."""
_ABSTENTION = LabelClass(CANNOT_TELL, ("0", "t"), "#CC79A7", "?")

MOUTH_1 = Schema(
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
    modality="mouth",
)
MOUTH = replace(MOUTH_1, version=2, abstention=_ABSTENTION)
"""Whether the lips are apart."""

# Negative and neutral share their first two letters, so each has the first letter that is its own: neGative, neUtral.
_SENTIMENT_CLASSES = tuple(
    LabelClass(name, keys, SENTIMENT_COLOURS[name], symbol)
    for name, keys, symbol in zip(SENTIMENTS, (("1", "g"), ("2", "u"), ("3", "p")), "▼●▲", strict=True)
)
_SENTIMENT_WORDS = (
    "Negative: anger, fear, disgust, sadness. Positive: joy, pleasant surprise. Neutral: {senses} neither."
)
SENTIMENT_1 = Schema(
    question="sentiment",
    version=1,
    prompt="What does this face show?",
    guideline=f"Judge the face in this picture alone. {_SENTIMENT_WORDS.format(senses='you see')} "
    "When you cannot see the face, skip.",
    classes=_SENTIMENT_CLASSES,
)
SENTIMENT = replace(
    SENTIMENT_1,
    version=2,
    guideline=f"Judge the face in this picture alone. {_SENTIMENT_WORDS.format(senses='you see')} "
    "When you looked and it could be either, say that you cannot tell.",
    abstention=_ABSTENTION,
)
"""What a face shows in one picture, in three classes."""


def _isolated(modality: Modality, prompt: str, what: str, senses: str) -> Schema:
    return Schema(
        question=f"sentiment_{modality}",
        version=1,
        prompt=prompt,
        guideline=f"{what} {_SENTIMENT_WORDS.format(senses=senses)} "
        "When you attended and it could be either, say that you cannot tell.",
        classes=_SENTIMENT_CLASSES,
        abstention=_ABSTENTION,
        modality=modality,
    )


SENTIMENT_FACE = _isolated(
    "face",
    "What does this face show?",
    "You see the moving face, without its voice. Judge it alone.",
    "you see",
)
"""The sentiment of a moment by the moving face alone, muted: the human ceiling of the visual network."""
SENTIMENT_VOICE = _isolated(
    "voice",
    "What does this voice say?",
    "You hear the voice and see nothing. Judge its sound, not the words.",
    "you hear",
)
"""The sentiment of a moment by the voice alone: the human ceiling of the audio network."""
SENTIMENT_BOTH = _isolated(
    "both",
    "What do face and voice say together?",
    "You see and hear the person. Judge both together.",
    "you notice",
)
"""The sentiment of a moment by face and voice: the human ceiling of the fused network."""

SCHEMAS: dict[tuple[str, int], Schema] = {
    (s.question, s.version): s
    for s in (MOUTH_1, MOUTH, SENTIMENT_1, SENTIMENT, SENTIMENT_FACE, SENTIMENT_VOICE, SENTIMENT_BOTH)
}
"""Every version of every question ever asked: a class may be missing from a newer version, it never leaves an older."""
QUESTIONS = tuple(dict.fromkeys(question for question, _ in SCHEMAS))
"""The questions, in a fixed order."""


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
    if isinstance(version, int) and isinstance(question, str) and (question, version) in SCHEMAS:
        return SCHEMAS[question, version]  # every event asks this
    versions = [s for (name, _), s in SCHEMAS.items() if name == question]
    chosen = [s for s in versions if version in (None, s.version)]
    if not chosen:
        there = ", ".join(sorted({f"{name} (version {number})" for name, number in SCHEMAS}))
        received = question if version is None else f"{question} (version {version})"
        raise InvalidInputError(f"A question must be one of {there}. Received {received}.")
    return max(chosen, key=lambda s: s.version)
