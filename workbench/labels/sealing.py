"""Lines that can be made unreadable later: each is sealed with the key of its clip, and the keys lie apart from the backups.

To forget a clip is to destroy its key: every backup that was ever made, wherever it lies, holds noise in its place.
AES-256-GCM with a nonce of its own for every line; the line's kind and place are authenticated with it.
"""

from __future__ import annotations

import base64
import os
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import StorageError
from workbench.files import atomic_file, read_json, write_json
from workbench.lazy import load

KEYS = "backup.keys"
_FORMAT = 1
_N_NONCE = 12
# What most lines look like: it makes them a third as long, and holds nothing of anybody.
_USUAL = (
    b'"kind":"answer","op_id":"","question":"sentiment","recorded_utc":"2026-01-01T00:00:00.000000+00:00",'
    b'"schema_version":2,"sequence":1,"start_s":0.03,"undoes":null,"value":"neutral"}{"after":"","annotator":"","chain":"",'
    b'"clip":"","conflicts_with":null,"details":"{\\"pixels_sha256\\":\\"\\",\\"seconds_taken\\":1.0}","end_s":0.03,'
)


@dataclass
class KeyRing:
    """The keys of a project's clips.

    Attributes
    ----------
    path : Path
        The file, readable by its owner only.
    id : str
        Which ring this is; a backup names the one it was sealed with.
    keys : dict of str to (str, bytes)
        By clip: the key's number in sealed lines, and the key.
    """

    path: Path
    id: str = field(default_factory=lambda: os.urandom(8).hex())
    keys: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path) -> KeyRing:
        """Read the ring; a new one where there is none yet (it is not written before :meth:`save`).

        Raises
        ------
        StorageError
            The file is damaged.
        """
        if not path.is_file():
            return cls(path)
        content = read_json(path)
        try:
            keys = {clip: (number, _bytes(key)) for clip, (number, key) in content["keys"].items()}
            if content["format"] != _FORMAT:
                raise ValueError("another format")
            return cls(path, str(content["ring"]), keys)
        except (KeyError, TypeError, ValueError) as error:
            raise StorageError(
                f"{path} must hold the keys of the backups. It is damaged ({error}): put your copy of it back."
            ) from error

    def key_of(self, clip: str) -> tuple[str, bytes]:
        """Return the number and key of a clip; made when there is none."""
        if clip not in self.keys:
            self.keys[clip] = (os.urandom(8).hex(), os.urandom(32))
        return self.keys[clip]

    def by_number(self) -> dict[str, bytes]:
        """Return the keys by their numbers."""
        return dict(self.keys.values())

    def destroy(self, clips: Collection[str]) -> int:
        """Destroy the keys of clips for good and return how many there were."""
        gone = [clip for clip in clips if self.keys.pop(clip, None) is not None]
        if gone:
            self.save()
        return len(gone)

    def save(self) -> None:
        """Write the ring, atomically."""
        content = {
            "format": _FORMAT,
            "ring": self.id,
            "keys": {clip: [number, _text(key)] for clip, (number, key) in self.keys.items()},
        }
        with atomic_file(self.path) as temporary:
            temporary.touch(mode=0o600)
            write_json(temporary, content)
            temporary.chmod(0o600)


def seal(line: str, *, place: str, number: str, key: bytes) -> dict[str, Any]:
    """Return a line sealed, as plain data; ``place`` is not secret and cannot be exchanged."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15, zdict=_USUAL)
    packed = packer.compress(line.encode()) + packer.flush()
    nonce = os.urandom(_N_NONCE)
    cipher = load("cryptography.hazmat.primitives.ciphers.aead").AESGCM(key)
    return {"p": place, "k": number, "c": _text(nonce + cipher.encrypt(nonce, packed, place.encode()))}


def unseal(sealed: dict[str, Any], key: bytes) -> str:
    """Return the line that :func:`seal` sealed.

    Raises
    ------
    StorageError
        It was changed, moved to another place, or the key is another's.
    """
    broken = load("cryptography.exceptions").InvalidTag
    cipher = load("cryptography.hazmat.primitives.ciphers.aead").AESGCM(key)
    try:
        content = _bytes(sealed["c"])
        packed = cipher.decrypt(content[:_N_NONCE], content[_N_NONCE:], sealed["p"].encode())
        return zlib.decompressobj(-15, zdict=_USUAL).decompress(packed).decode()
    except (broken, KeyError, TypeError, ValueError, zlib.error) as error:
        raise StorageError(
            f"A sealed line must be as it was made. The one at {sealed.get('p')} is not: use another backup."
        ) from error


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
