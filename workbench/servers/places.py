"""Where servers stand: free ports, private files, and the notebooks of a project."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError
from workbench.files import atomic_file
from workbench.project import Project
from workbench.servers.settings import LOOPBACK, START_NOTEBOOK


def notebooks_folder(project: Project) -> Path:
    """Return the project's ``notebooks/``; where there is none yet, the workbench's own are copied there."""
    folder = project.root / "notebooks"
    if not (folder / START_NOTEBOOK).exists():
        package = Path(__file__).resolve().parents[1]
        places = (package / "_notebooks", package.parent / "notebooks")  # in a wheel, in a clone
        source = next(place for place in places if place.is_dir())
        folder.mkdir(exist_ok=True)
        for notebook in sorted(source.glob("*.ipynb")):
            if not (folder / notebook.name).exists():
                shutil.copyfile(notebook, folder / notebook.name)
    return folder


def choose_port(wanted: int | None, usual: int, host: str = LOOPBACK) -> int:
    """Return ``wanted`` if it is free; when nothing was wanted, the usual port or else any free one."""
    for port in [wanted] if wanted is not None else [usual, 0]:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except (OSError, OverflowError):
                continue
            return int(probe.getsockname()[1])
    raise InvalidInputError(
        f"A port must be free and 1 to 65535. Received {wanted}: name another, or none to have one chosen."
    )


def write_private(target: Path, settings: dict[str, Any]) -> None:
    """Write settings as JSON that this account alone can read, from the first byte on."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with atomic_file(target) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_text(json.dumps(settings, indent=1), encoding="utf-8")
