"""What people and recordings are called by those who must not know their names, and how an address names them.

Numbers follow an order that names do not tell: that of a hash, keyed by ``"pseudonyms"`` of ``reports/settings.json``
where there is one (:func:`keep_key`). The same name has the same number on every page while nobody joins or leaves.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbench.files import write_json
from workbench.project import Project
from workbench.reports.audience import SETTINGS_FILE, Audience, settings_of

KEY_FIELD = "pseudonyms"


def keep_key(project: Project) -> None:
    """Give the project a secret key for its pseudonyms where it has none: for whoever serves pages, before the first.

    Raises
    ------
    StorageError
        The settings cannot be read or written.
    """
    settings = settings_of(project)
    if not settings.get(KEY_FIELD):
        file = project.reports / SETTINGS_FILE
        write_json(file, {**settings, KEY_FIELD: secrets.token_hex(16)})
        file.chmod(0o600)


@dataclass(frozen=True)
class Pseudonyms:
    """Names as an audience gets them.

    Attributes
    ----------
    key : str
        Secret of the project, or empty.
    audience : Audience
    """

    key: str
    audience: Audience

    @classmethod
    def of(cls, project: Project, audience: Audience) -> Pseudonyms:
        """Return those of a project for an audience."""
        return cls(str(settings_of(project).get(KEY_FIELD, "")), audience)

    def token(self, kind: str, name: str) -> str:
        """Return 12 hexadecimal digits that stand for a name in addresses, for everybody the same."""
        return hmac.new(self.key.encode(), f"{kind}\x1f{name}".encode(), hashlib.sha256).hexdigest()[:12]

    def numbers(self, kind: str, names: Iterable[str]) -> dict[str, int]:
        """Return a number from 1 on for each of all names of a kind."""
        ordered = sorted(set(names), key=lambda name: (self.token(kind, name), name))
        return {name: number for number, name in enumerate(ordered, start=1)}

    def called(self, kind: str, numbers: Mapping[str, int]) -> dict[str, str]:
        """Return what each name is called: the name itself, or ``"speaker 3"``; one's own name stays."""
        if self.audience.sees_names:
            return {name: name for name in numbers}
        own = self.audience.person
        return {
            name: name if kind == "annotator" and own and name == own else f"{kind} {number}"
            for name, number in numbers.items()
        }

    def find(self, kind: str, token: str, names: Iterable[str]) -> str | None:
        """Return the name that a token of an address stands for, or None."""
        return next((name for name in names if self.token(kind, name) == token), None)
