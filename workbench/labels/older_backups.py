"""Backups as they were made before lines were sealed: written anew, sealed, so that keys can erase from them too."""

from __future__ import annotations

import shutil
from pathlib import Path

from workbench.files import atomic_folder, read_json, sha256_of, write_json
from workbench.labels.backup_lines import read_lines, write_sealed
from workbench.labels.backups import EVENTS, FORMAT, MANIFEST, PLAIN_FORMAT, QUEUE, list_backups, open_backup
from workbench.labels.sealing import KeyRing


def plain_backups(backups: Path) -> list[Path]:
    """Return the backups below a folder whose lines anybody can read, oldest first."""
    return [
        folder
        for folder in list_backups(backups)
        if read_json(folder / MANIFEST).get("format") == PLAIN_FORMAT
    ]


def seal_backup(folder: Path, ring: KeyRing) -> None:
    """Write an older backup anew in its place, its lines sealed, without the copy of the database; the keys are saved first.

    Raises
    ------
    StorageError
        It is damaged or there is no room; then it is as it was.
    """
    open_backup(folder)
    manifest = read_json(folder / MANIFEST)
    sealed = folder.with_name(f"{folder.name}-sealed")  # the old one goes only when the new one is whole
    with atomic_folder(sealed) as anew:
        anew.chmod(0o700)
        for name in (EVENTS, QUEUE):
            write_sealed(anew / name, read_lines(folder / name), ring)
        ring.save()
        files = {path.name: sha256_of(path) for path in sorted(anew.iterdir())}
        write_json(
            anew / MANIFEST,
            {**manifest, "format": FORMAT, "ring": ring.id, "erasures": [], "files": files},
        )
    shutil.rmtree(folder)
    sealed.rename(folder)
