"""The static pages of the newest publication, from memory: only what its manifest names, and only if the hash fits."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.files import read_json
from workbench.project import Project
from workbench.servers.assets import TYPES, Asset, asset
from workbench.servers.routes import plain

MANIFEST = "manifest.json"
LOOK_EVERY_S = 2.0
LARGEST_BYTES = 256 * 2**20
"""Of one publication, all files together: it stands in memory."""


class Published:
    """What ``workbench publish`` made last, read once and sent from memory.

    Parameters
    ----------
    project : Project
        Its ``reports/published/<stamp>/`` are the publications; the newest stamp with a manifest counts.
    """

    def __init__(self, project: Project) -> None:
        self._folder = project.reports / "published"
        self._state: tuple[str, int] | None = None
        self._looked_s = float("-inf")
        self._files: dict[str, Asset] = {}
        self._turn = asyncio.Lock()
        self.damaged: tuple[str, ...] = ()
        """Names whose bytes are not those of the manifest; they are not served."""

    async def find(self, name: str) -> Asset | None:
        """Return one file of the newest publication by its name in the manifest, or None."""
        async with self._turn:
            if time.monotonic() - self._looked_s > LOOK_EVERY_S:
                await asyncio.to_thread(self._look)
                self._looked_s = time.monotonic()
        return self._files.get(name or "index.html")

    @property
    def there(self) -> bool:
        """Say whether anything is published, as far as was last looked."""
        return "index.html" in self._files

    def _look(self) -> None:
        newest = _newest(self._folder)
        state = (newest.name, (newest / MANIFEST).stat().st_mtime_ns) if newest else None
        if state != self._state:
            self._files, self.damaged = _read(newest) if newest else ({}, ())
            self._state = state


def _newest(folder: Path) -> Path | None:
    if not folder.is_dir():
        return None
    made = sorted(
        path for path in folder.iterdir() if not path.name.startswith(".") and (path / MANIFEST).is_file()
    )
    return made[-1] if made else None


def _read(folder: Path) -> tuple[dict[str, Asset], tuple[str, ...]]:
    try:
        manifest = read_json(folder / MANIFEST)
    except WorkbenchError:
        return {}, (MANIFEST,)
    kept: dict[str, Asset] = {}
    damaged: list[str] = []
    room = LARGEST_BYTES
    for name, digest in _named(manifest).items():
        content = _content(folder, name, room)
        if content is None or hashlib.sha256(content).hexdigest() != digest:
            damaged.append(name)
            continue
        room -= len(content)
        kept[name] = asset(name, content)
    return kept, tuple(damaged)


def _named(manifest: Any) -> Mapping[str, Any]:
    named = manifest.get("files") if isinstance(manifest, dict) else None
    return named if isinstance(named, dict) else {}


def _content(folder: Path, name: str, room: int) -> bytes | None:
    path = folder / name
    good = (
        plain(f"/{name}") and path.suffix.lower() in TYPES and path.resolve().is_relative_to(folder.resolve())
    )
    if not good or not path.is_file() or path.stat().st_size > room:
        return None
    return path.read_bytes()
