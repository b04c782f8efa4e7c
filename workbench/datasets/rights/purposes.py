"""What face and voice may be analysed for, as data: the purposes, and the two that the law forbids."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.errors import InvalidInputError

ARTICLE = "EU AI Act, Article 5(1)(f)"
"""Forbids inferring emotions from biometric data in workplaces and education, medical or safety reasons excepted."""


@dataclass(frozen=True)
class Purpose:
    """One purpose.

    Attributes
    ----------
    name : str
        The stored word.
    words : str
        The same for people.
    forbidden : bool
        Nothing is shown, reported or exported for it.
    needs_reason : bool
        It counts with a written reason only.
    needs_notice : bool
        Those who are exposed must be told (Article 50(3)).
    """

    name: str
    words: str
    forbidden: bool = False
    needs_reason: bool = False
    needs_notice: bool = False


PURPOSES = {
    purpose.name: purpose
    for purpose in (
        Purpose("research", "research and evaluation sets"),
        Purpose("customer-facing", "people who meet the system as customers or visitors", needs_notice=True),
        Purpose("workplace", "people at work", forbidden=True),
        Purpose("education", "people at school, university or training", forbidden=True),
        Purpose("medical-or-safety", "medical or safety reasons", needs_reason=True),
    )
}
"""The purposes by name, in the order in which they are offered."""


def purpose_of(name: str) -> Purpose:
    """Return the purpose called ``name``.

    Raises
    ------
    InvalidInputError
        There is none; the message lists those there are.
    """
    if name not in PURPOSES:
        raise InvalidInputError(f"A purpose must be one of {', '.join(PURPOSES)}. Received {name!r}.")
    return PURPOSES[name]


NOTICE = """\
NOTICE (EU AI Act, Article 50(3))

Here an emotion recognition system is at work: {where}.
It looks at your face and listens to your voice, and estimates whether what you show is negative, neutral or positive.
It can be wrong. It does not know what you feel, and nothing is decided about you by it alone.
What it is used for: {purpose}.
Who answers for it, and how to reach them: {contact}.
You may refuse, and ask for your recordings to be erased: {contact}.
"""
"""What people who are exposed to the system are told; the places in braces are for the one who deploys it."""


def notice(purpose: str = "customer-facing") -> str:
    """Return the notice as a template, with what must still be filled in between « and »."""
    return NOTICE.format(
        where="« name the place or service »",
        purpose=f"« say it in a sentence » ({purpose_of(purpose).words})",
        contact="« name, address, telephone »",
    )
