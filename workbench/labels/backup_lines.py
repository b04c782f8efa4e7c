"""Lines into the files of a backup and out of them: what is about a clip sealed with its key, the rest plain."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import StorageError
from workbench.labels.sealing import KeyRing, seal, unseal


@dataclass(frozen=True)
class Written:
    """How many lines were written, and the SHA-256 of what they say, each ended by a line feed."""

    n_lines: int
    sha256: str


@dataclass(frozen=True)
class Lost:
    """A line whose key was destroyed: erased for good.

    Attributes
    ----------
    place : str
        Where it stood: of an event, its number.
    """

    place: str


def write_sealed(path: Path, lines: Iterable[str], ring: KeyRing) -> Written:
    """Write lines of JSON; those with a ``clip`` are sealed with its key.

    Raises
    ------
    StorageError
        The file cannot be written.
    """
    digest, number = hashlib.sha256(), 0
    try:
        with gzip.open(path, "wt", compresslevel=3, encoding="utf-8", newline="\n") as stream:
            for line in lines:
                number += 1
                digest.update(line.encode() + b"\n")
                stream.write(_sealed(line, number, ring) + "\n")
    except OSError as error:
        if isinstance(error, StorageError):
            raise
        raise StorageError(
            f"{path.name} could not be written ({error.strerror}). Free some space and try again."
        ) from error
    return Written(number, digest.hexdigest())


def _sealed(line: str, number: int, ring: KeyRing) -> str:
    content = json.loads(line)
    if "clip" not in content:
        return json.dumps({"t": line}, ensure_ascii=False)
    key_number, key = ring.key_of(content["clip"])
    place = f"{content['sequence']}" if "sequence" in content else f"line {number}"
    return json.dumps(seal(line, place=place, number=key_number, key=key))


def read_sealed(path: Path, keys: dict[str, bytes]) -> Iterator[str | Lost]:
    """Yield the lines that :func:`write_sealed` wrote; for one whose key is gone, where it stood.

    Raises
    ------
    StorageError
        The file cannot be read or was changed.
    """
    for text in read_lines(path):
        try:
            sealed: dict[str, Any] = json.loads(text)
            if "t" in sealed:
                yield sealed["t"]
                continue
            number, place = sealed["k"], sealed["p"]
        except (KeyError, TypeError, ValueError) as error:
            raise StorageError(
                f"{path} must hold sealed lines. It does not ({error}): use another backup."
            ) from error
        yield unseal(sealed, keys[number]) if number in keys else Lost(place)


def read_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a compressed file, without their line feeds.

    Raises
    ------
    StorageError
        It cannot be read.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as stream:
            for line in stream:
                yield line.rstrip("\n")
    except (OSError, EOFError) as error:
        raise StorageError(f"{path} must be readable. It is not ({error}): use another backup.") from error
