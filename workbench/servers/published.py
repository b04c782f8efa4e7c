"""The static pages of the newest publication, from memory: only what its manifest names, and only if the hash fits."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from pathlib import Path

from workbench.datasets.rights import why_not
from workbench.errors import WorkbenchError
from workbench.project import Project
from workbench.reports.publication import MANIFEST, Publication, latest_publication
from workbench.servers.assets import TYPES, Asset, asset
from workbench.servers.routes import READERS, plain

LOG = logging.getLogger("workbench.gate")
LOOK_EVERY_S = 2.0
RIGHTS_EVERY_S = 30.0
"""A consent that ended, or was withdrawn, closes the pages within this time."""
LARGEST_BYTES = 256 * 2**20
"""Of one publication, all files together: it stands in memory."""


class Published:
    """What ``workbench publish`` made last, read once and sent from memory.

    Parameters
    ----------
    project : Project
        Its ``reports/published/`` hold the publications; the newest one counts.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._state: tuple[str, int] | None = None
        self._looked_s = float("-inf")
        self._asked_s, self._may_be_shown = float("-inf"), True
        self._role = ""
        self._files: dict[str, Asset] = {}
        self._turn = asyncio.Lock()
        self.damaged: tuple[str, ...] = ()
        """Names whose bytes are not those of the manifest; they are not served."""

    async def find(self, name: str, role: str) -> Asset | None:
        """Return one file of the newest publication by its name in the manifest, or None.

        Parameters
        ----------
        name : str
            Empty: the start page.
        role : str
            What was published for analysts, with names and single people in it, is for nobody else.
        """
        async with self._turn:
            if time.monotonic() - self._looked_s > LOOK_EVERY_S:
                await asyncio.to_thread(self._look)
                self._looked_s = time.monotonic()
        allowed = self._may_be_shown and role in READERS and self._role in ("manager", role)
        return self._files.get(name or "index.html") if allowed else None

    def _look(self) -> None:
        newest = latest_publication(self._project)
        state = (newest.folder.name, (newest.folder / MANIFEST).stat().st_mtime_ns) if newest else None
        changed = state != self._state
        if newest and (changed or time.monotonic() - self._asked_s > RIGHTS_EVERY_S):
            self._may_be_shown = may_be_shown(self._project, newest)
            self._asked_s = time.monotonic()
        if changed:
            self._files, self.damaged = _read(newest) if newest else ({}, ())
            self._role = str(newest.manifest.get("role", "")) if newest else ""
            self._state = state


def may_be_shown(project: Project, publication: Publication) -> bool:
    """Say whether all data that a publication tells of may still be published: consents end, and are withdrawn."""
    try:
        reasons = why_not(project, publication.manifest.get("data_hashes", {}), "export", named=False)
    except WorkbenchError:
        reasons = ("whether its data may be published cannot be read",)
    if reasons:
        LOG.warning("the newest publication is not served: %s", " ".join(reasons))
    return not reasons


def _read(publication: Publication) -> tuple[dict[str, Asset], tuple[str, ...]]:
    kept: dict[str, Asset] = {}
    damaged: list[str] = []
    room = LARGEST_BYTES
    for name, digest in publication.manifest["files"].items():
        content = _content(publication.folder, name, room)
        if content is None or hashlib.sha256(content).hexdigest() != digest:
            damaged.append(name)
            continue
        room -= len(content)
        kept[name] = asset(name, content)
    return kept, tuple(damaged)


def _content(folder: Path, name: str, room: int) -> bytes | None:
    path = folder / name
    good = (
        plain(f"/{name}") and path.suffix.lower() in TYPES and path.resolve().is_relative_to(folder.resolve())
    )
    if not good or not path.is_file() or path.stat().st_size > room:
        return None
    return path.read_bytes()
