"""The publications there are: static pages in ``reports/published/<UTC stamp>-<hash>/``, each with its manifest.

Those for analysts name people, so they lie apart, in ``reports/published_for_analysts/``, and no server serves them.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import StorageError
from workbench.files import read_json, sha256_of
from workbench.project import Project

MANIFEST = "manifest.json"
KEPT = 5
"""How many publications are kept; older ones are removed when a new one is made."""
_NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}")


@dataclass(frozen=True)
class Publication:
    """One publication.

    Attributes
    ----------
    folder : Path
    manifest : dict
        ``files`` (name to SHA-256), ``made_utc``, ``version``, ``code``, ``role``, ``data_hashes`` (dataset to hash),
        ``runs``, ``n_pages``, ``complete``.
    """

    folder: Path
    manifest: dict[str, Any]

    def damaged(self) -> list[str]:
        """Return the files whose content is not what was published, those that are gone among them."""
        return [
            name
            for name, digest in self.manifest["files"].items()
            if not (self.folder / name).is_file() or sha256_of(self.folder / name) != digest
        ]


def publications_folder(project: Project, role: str = "manager") -> Path:
    """Return where the publications for a role lie."""
    return project.reports / ("published" if role == "manager" else f"published_for_{role}s")


def publications(project: Project, role: str = "manager") -> list[Publication]:
    """Return the publications by their manifests, the newest first; what is none, or damaged, is left out."""
    found = []
    for path in publications_folder(project, role).glob(f"*/{MANIFEST}"):
        if not _NAME.fullmatch(path.parent.name):
            continue
        try:
            manifest = read_json(path)
        except StorageError:
            continue
        if (
            isinstance(manifest, dict)
            and isinstance(manifest.get("files"), dict)
            and manifest.get("made_utc")
        ):
            found.append(Publication(path.parent, manifest))
    return sorted(found, key=lambda one: (str(one.manifest["made_utc"]), one.folder.name), reverse=True)


def latest_publication(project: Project) -> Publication | None:
    """Return the newest publication, or None."""
    return next(iter(publications(project)), None)


def keep_newest(project: Project, role: str = "manager", *, n: int = KEPT) -> list[str]:
    """Remove all but the ``n`` newest publications for a role; return the names of those removed."""
    old = publications(project, role)[n:]
    for one in old:
        (one.folder / MANIFEST).unlink()  # from here on nobody takes it for a publication
        shutil.rmtree(one.folder)
    return [one.folder.name for one in old]
