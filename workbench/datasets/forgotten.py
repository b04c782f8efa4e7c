"""Tombstones: who was forgotten, as salted hashes, so that their recordings are refused when they come again.

``datasets/NAME/forgotten.json`` tells nobody's name and no content; it only answers whether a given one is among them.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from workbench.errors import StorageError
from workbench.files import atomic_file, read_json, write_json
from workbench.project import Project

FILE = "forgotten.json"
_ROUNDS = 2**13  # names are few and short: trying them all must take its time


@dataclass(frozen=True)
class Tombstone:
    """What one dataset remembers of those it forgot.

    Attributes
    ----------
    salt : bytes
        Its own.
    speakers, contents : frozenset of str
        Hashes of speakers' names, and of the SHA-256 of recordings.
    """

    salt: bytes
    speakers: frozenset[str]
    contents: frozenset[str]

    def holds_speaker(self, speaker: str) -> bool:
        """Whether a speaker of this name was forgotten."""
        return bool(speaker) and _hash_of_name(self.salt, speaker) in self.speakers

    def holds_content(self, sha256: str) -> bool:
        """Whether a recording of this content was forgotten."""
        return _hash_of_content(self.salt, sha256) in self.contents


class Forgotten:
    """The tombstones that an import into a dataset must heed: names of its own, contents of all datasets."""

    def __init__(self, folder: Path) -> None:
        there = {path.parent: read_tombstone(path.parent) for path in folder.parent.glob(f"*/{FILE}")}
        self._own = there.get(folder)
        self._all = [stone for stone in there.values() if stone is not None]

    def why(self, sha256: str, speaker: str) -> str:
        """Return why a recording must not come in again, in words; ``""`` when it may."""
        if any(stone.holds_content(sha256) for stone in self._all):
            return "This recording was erased because its speaker withdrew: it must not be imported again."
        if self._own is not None and self._own.holds_speaker(speaker):
            return (
                "This speaker withdrew and was erased: nothing of theirs must be imported again. Should they agree anew, "
                "give them another name."
            )
        return ""


def read_tombstone(folder: Path) -> Tombstone | None:
    """Return the tombstone in a dataset's folder; None when nobody was forgotten.

    Raises
    ------
    StorageError
        It is damaged: then nobody can tell who must not come in.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    content = read_json(path)
    try:
        return Tombstone(
            base64.b64decode(content["salt"]), frozenset(content["speakers"]), frozenset(content["contents"])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StorageError(
            f"{path} must be a tombstone. It is damaged ({error}): put a copy back."
        ) from error


def bury(project: Project, dataset: str, speaker: str, contents: Collection[str]) -> None:
    """Add a speaker and their contents to a dataset's tombstone; the same again changes nothing.

    Raises
    ------
    StorageError
        It cannot be written.
    """
    folder = project.dataset_folder(dataset)
    stone = read_tombstone(folder) or Tombstone(os.urandom(16), frozenset(), frozenset())
    names = stone.speakers | ({_hash_of_name(stone.salt, speaker)} if speaker else set())
    hashes = stone.contents | {_hash_of_content(stone.salt, sha256) for sha256 in contents}
    told: dict[str, Any] = {
        "salt": base64.b64encode(stone.salt).decode(),
        "speakers": sorted(names),
        "contents": sorted(hashes),
    }
    with atomic_file(folder / FILE) as temporary:
        write_json(temporary, told)
        temporary.chmod(0o600)


@cache
def _hash_of_name(salt: bytes, speaker: str) -> str:
    return hashlib.scrypt(speaker.strip().casefold().encode(), salt=salt, n=_ROUNDS, r=8, p=1, dklen=32).hex()


def _hash_of_content(salt: bytes, sha256: str) -> str:
    return hashlib.sha256(salt + sha256.encode()).hexdigest()
