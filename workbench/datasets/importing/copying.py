"""Copy a recording into a dataset, and be sure that what arrives is what was judged."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

from workbench.errors import InvalidInputError
from workbench.files import atomic_file

_BLOCK_BYTES = 1024 * 1024


def copy_as_hashed(source: Path, target: Path, *, sha256: str) -> None:
    """Copy ``source`` to ``target``, readable by its owner only.

    Raises
    ------
    InvalidInputError
        The source vanished, or its content is no longer the one hashed before. There is no ``target`` then.
    StorageError
        The target cannot be written.
    """
    try:
        stream = source.open("rb")
    except OSError as error:
        raise InvalidInputError(
            f"{source.name} must stay readable while it is imported. Received: {error.strerror}: import it again."
        ) from error
    with stream, atomic_file(target) as temporary:
        digest = hashlib.sha256()
        with temporary.open("wb") as copy:
            temporary.chmod(0o600)
            while block := _read(stream, source.name):
                digest.update(block)
                copy.write(block)
        if digest.hexdigest() != sha256:
            raise InvalidInputError(
                f"{source.name} must not change while it is imported. It did: import it again when it is finished."
            )


def _read(stream: BinaryIO, name: str) -> bytes:
    """Read a block; trouble with the source must not look like trouble with the target."""
    try:
        return stream.read(_BLOCK_BYTES)
    except OSError as error:
        raise InvalidInputError(
            f"{name} must stay readable. Received: {error.strerror}: import it again."
        ) from error
