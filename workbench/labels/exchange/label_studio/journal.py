"""What was there at the last sync, so that what somebody deleted on the server is noticed and never undone silently.

The file can be lost without harm: the identity of everything is made of what it is. Without it a deleted answer is
sent again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import StorageError
from workbench.files import read_json, write_json

_VERSION = 1


@dataclass
class Journal:
    """The annotations and tasks known to be on one project's server.

    Attributes
    ----------
    annotations : dict
        ``item id|annotator`` to the operation whose answer the server held last.
    tasks : set of str
        Ids of items that had a task.
    uploads : dict
        Clip to the address of its recording on the server.
    """

    path: Path
    server: str
    annotations: dict[str, str] = field(default_factory=dict)
    tasks: set[str] = field(default_factory=set)
    uploads: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path, server: str) -> Journal:
        """Read the journal for a server and project; an empty one the first time."""
        name = hashlib.sha256(server.encode()).hexdigest()[:16]
        path = folder / "label_studio" / f"{name}.json"
        journal = cls(path, server)
        if path.is_file():
            content = read_json(path)
            if not _fits(content) or content.get("server") != server:
                raise StorageError(
                    f"{path} must be the journal of {server}. It is damaged: delete it; nothing is lost, but an answer "
                    "deleted on the server will be sent again."
                )
            journal.annotations = content["annotations"]
            journal.tasks = set(content["tasks"])
            journal.uploads = content["uploads"]
        return journal

    def save(self) -> None:
        """Write it, atomically."""
        write_json(
            self.path,
            {
                "version": _VERSION,
                "server": self.server,
                "annotations": self.annotations,
                "tasks": sorted(self.tasks),
                "uploads": self.uploads,
            },
        )


def _fits(content: Any) -> bool:
    return (
        isinstance(content, dict)
        and content.get("version") == _VERSION
        and isinstance(content.get("annotations"), dict)
        and isinstance(content.get("tasks"), list)
        and isinstance(content.get("uploads"), dict)
    )
