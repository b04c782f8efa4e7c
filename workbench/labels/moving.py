"""A project's labels move: from its own file to a team's database, or back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.errors import InvalidInputError
from workbench.labels.address import FILE, choose
from workbench.labels.backups import copy_labels
from workbench.labels.store import LabelStore


@dataclass(frozen=True)
class Moved:
    """Where the labels of a project are now, how many events are there, and how many were copied."""

    place: str
    events: int
    copied: int


def use_database(folder: Path, url: str | None, *, copy: bool = False) -> Moved:
    """Keep the labels of a folder in the database at ``url`` from now on; None means its own file again.

    The database is opened first, so a wrong address changes nothing.

    Raises
    ------
    InvalidInputError
        It is no address, or answers of the present place are not in the new one and ``copy`` was not said.
    StorageError
        It cannot be reached, or would not keep what it acknowledged.
    """
    target = f"sqlite:///{folder.resolve() / FILE}" if url is None else url
    copied = 0
    with LabelStore.open(target) as there:
        present, same = _events_now(folder, there.place)
        if present and not same and there.last_sequence() < present:
            if not copy:
                raise InvalidInputError(
                    f"No answer must be left behind. {present} events of this project are not in {there.place}: "
                    "say --copy to take them along."
                )
            with LabelStore.open(folder, read_only=True) as here:
                copied = copy_labels(here, target)
        moved = Moved(there.place, there.last_sequence(), copied)
    choose(folder, url)
    return moved


def _events_now(folder: Path, new_place: str) -> tuple[int, bool]:
    if not LabelStore.exists(folder):
        return 0, False
    with LabelStore.open(folder, read_only=True) as store:
        return store.last_sequence(), store.place == new_place
