"""Several trainings that belong together, in ``reports/groups/<id>/``: seeds, folds, a search, an ablation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from filelock import FileLock, Timeout

import workbench
from workbench.errors import InvalidInputError, StorageError
from workbench.files import read_json, write_json
from workbench.models.code_version import code_version
from workbench.models.runs import Run, utc_now
from workbench.project import Project

GroupKind = Literal["seeds", "folds", "search", "ablation"]
KINDS: tuple[str, ...] = get_args(GroupKind)
_ID = re.compile(r"[A-Za-z0-9_.-]{1,140}")


@dataclass(frozen=True)
class Group:
    """A group's folder: ``group.json`` (what was asked), ``result.json`` (what came out), and tables by its kind.

    The trainings themselves are runs like any other; each knows its group.

    Attributes
    ----------
    folder : Path
        ``reports/groups/<id>``.
    """

    folder: Path

    @classmethod
    def create(
        cls,
        project: Project,
        *,
        kind: GroupKind,
        dataset: str,
        network: str,
        seed: int,
        facts: dict[str, Any],
    ) -> Group:
        """Make a new group's folder with its ``group.json``; the id tells when, on what, which network and kind."""
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        first = f"{stamp}-{dataset}-{network}-{kind}-s{seed}"
        name, number = first, 1
        while (groups_folder(project) / name).exists():
            number += 1
            name = f"{first}-{number}"
        group = cls(groups_folder(project) / name)
        group.folder.mkdir(parents=True)
        known = {"id": name, "kind": kind, "dataset": dataset, "network": network, "seed": seed}
        times = {"status": "running", "started_utc": utc_now(), "duration_s": 0.0}
        made_by = {"version": workbench.__version__, "code": code_version()}
        write_json(group.folder / "group.json", {**known, **times, **made_by, **facts})
        return group

    @classmethod
    def open(cls, project: Project, reference: str) -> Group:
        """Open a group by its id, or by a part of it that fits one group only.

        Raises
        ------
        InvalidInputError
            No group or several fit; the message lists them.
        """
        fitting = fitting_groups(project, reference)
        if len(fitting) == 1:
            return fitting[0]
        there = [group.id for group in fitting or list_groups(project)]
        raise InvalidInputError(
            "A group of runs must be named by its id or a part that fits one group only. "
            f"Received {reference!r}; there are: {', '.join(there) or 'none yet'}."
        )

    @property
    def id(self) -> str:
        """The group's name."""
        return self.folder.name

    @property
    def predictions(self) -> Path:
        """What all folds of a cross-validation say, every speaker tested once."""
        return self.folder / "predictions.csv"

    def facts(self) -> dict[str, Any]:
        """Return what ``group.json`` says."""
        return read_json(self.folder / "group.json")

    def update(self, **facts: Any) -> None:
        """Change facts of ``group.json``."""
        write_json(self.folder / "group.json", {**self.facts(), **facts})

    def result(self) -> dict[str, Any]:
        """Return what came out.

        Raises
        ------
        InvalidInputError
            The group is not finished.
        """
        path = self.folder / "result.json"
        if not path.is_file():
            raise InvalidInputError(
                f"A group of runs must be finished before it has a result. {self.id} is {self.facts()['status']}: "
                f"go on with `{self.going_on()}`."
            )
        return read_json(path)

    def going_on(self) -> str:
        """Return the command that goes on with a stopped group."""
        command = {"search": "search", "ablation": "ablate"}.get(self.facts()["kind"], "train")
        return f"workbench {command} --resume {self.id}"

    def runs(self, project: Project) -> list[Run]:
        """Return the runs of the group, in the order they were begun."""
        paths = sorted(project.runs.glob("*/run.json"))
        return [Run(path.parent) for path in paths if read_json(path).get("group") == self.id]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the group for this process alone; a process that was killed holds nothing.

        Raises
        ------
        StorageError
            Another process works on it.
        """
        lock = FileLock(self.folder / ".working.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise StorageError(
                f"One process at a time can work on the group {self.id}. Another one does: wait for it to end, or stop it."
            ) from error
        try:
            yield
        finally:
            lock.release()


def groups_folder(project: Project) -> Path:
    """Return the folder with one folder per group."""
    return project.reports / "groups"


def list_groups(
    project: Project, *, kind: str | None = None, dataset: str | None = None, status: str | None = None
) -> list[Group]:
    """Return the groups of a project, the newest first: all, or those of a kind, dataset or status."""
    wanted = {"kind": kind, "dataset": dataset, "status": status}
    found = []
    for path in sorted(groups_folder(project).glob("*/group.json"), reverse=True):
        facts = read_json(path)
        if all(value is None or facts.get(name) == value for name, value in wanted.items()):
            found.append(Group(path.parent))
    return found


def fitting_groups(project: Project, reference: str) -> list[Group]:
    """Return the group of exactly this id, else all whose ids hold it as a part."""
    if not _ID.fullmatch(reference):
        return []
    there = list_groups(project)
    exact = [group for group in there if group.id == reference]
    return exact or [group for group in there if reference in group.id]


def group_of(run: Run) -> Group | None:
    """Return the group a run belongs to; None for a run of its own, or when the group is gone."""
    name = run.facts().get("group")
    group = Group(run.folder.parents[1] / "groups" / str(name))
    return group if name and (group.folder / "group.json").is_file() else None
