"""Whom an erasing is about: their clips in every dataset, what was computed of them, and the words that give them away."""

from __future__ import annotations

import csv
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workbench.datasets.catalog import Dataset, names
from workbench.datasets.importing.naming import original, stem_and_extension
from workbench.errors import InvalidInputError, StorageError
from workbench.project import Project


@dataclass(frozen=True)
class Subject:
    """One speaker.

    Attributes
    ----------
    speaker : str
        As in the catalogs.
    named_in : tuple of str
        The datasets in which this name is theirs.
    datasets : tuple of str
        All datasets that hold any of their recordings, under whatever name.
    clips, files, hashes : tuple of str
        Ids of their clips, file names of their media, SHA-256 of their contents, set-aside ones included.
    stems : tuple of str
        Their files' names, as they came, without endings.
    """

    speaker: str
    named_in: tuple[str, ...]
    datasets: tuple[str, ...]
    clips: tuple[str, ...]
    files: tuple[str, ...]
    hashes: tuple[str, ...]
    stems: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Subject:
        """Return what :meth:`as_json` gave."""
        told: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in content.items()}
        return cls(**told)

    @property
    def words(self) -> tuple[str, ...]:
        """Ids, hashes and file names: whatever holds one of these is about them, and about nobody else."""
        return tuple(dict.fromkeys([*self.clips, *self.hashes, *self.files]))

    def is_theirs(self, row: dict[str, str]) -> bool:
        """Whether a row of a table with ``clip`` (and perhaps ``speaker``) is about them."""
        clip = row.get("clip", "")
        return clip in self.clips or (clip in self.stems and row.get("speaker") == self.speaker)


def find_subject(project: Project, speaker: str, dataset: str | None = None) -> Subject:
    """Find everything a speaker's name stands for.

    Parameters
    ----------
    dataset : str, optional
        Where the name is theirs; by default wherever it stands. The same recordings are found in all datasets.

    Raises
    ------
    InvalidInputError
        Nobody of that name is in any catalog.
    """
    if dataset is not None:
        Dataset.open(project, dataset)
    tables = {name: Dataset(project.datasets / name).table() for name in names(project)}
    wanted = tables if dataset is None else {dataset: tables[dataset]}
    named_in = [name for name, table in wanted.items() if speaker and (table["speaker"] == speaker).any()]
    if not named_in:
        raise InvalidInputError(
            f"Whoever is to be forgotten must be a speaker of a catalog. Received {speaker!r}; there are: {_known(tables)}."
        )
    hashes = {
        sha256
        for name in named_in
        for sha256 in tables[name].loc[tables[name]["speaker"] == speaker, "sha256"]
    }
    set_aside = _set_aside(project, named_in, speaker, hashes)
    hashes |= {row["sha256"] for _, row in set_aside}
    rows = [
        (name, row)
        for name, table in tables.items()
        for row in table[table["sha256"].isin(hashes)].to_dict("records")
    ]
    everything = [*set_aside, *rows]
    came_as = [original(str(row.get("name", "") or row["file"])) for _, row in everything]
    return Subject(
        speaker=speaker,
        named_in=tuple(named_in),
        datasets=tuple(sorted({name for name, _ in everything})),
        clips=tuple(sorted({str(row["clip"]) for _, row in rows})),
        files=tuple(sorted({str(row["file"]) for _, row in everything})),
        hashes=tuple(sorted(hashes)),
        stems=tuple(sorted({stem_and_extension(name)[0] for name in came_as})),
    )


def _known(tables: dict[str, Any]) -> str:
    there = sorted({str(name) for table in tables.values() for name in table["speaker"] if name})
    return ", ".join(there[:12]) + (", …" if len(there) > 12 else "") if there else "none yet"


def _set_aside(
    project: Project, named_in: list[str], speaker: str, hashes: set[str]
) -> list[tuple[str, dict[str, str]]]:
    """Return the set-aside files that are theirs, with their dataset: by content anywhere, by name where it is theirs."""
    return [
        (path.parent.name, row)
        for path in sorted(project.datasets.glob("*/quarantine.csv"))
        for row in read_quarantine(path)
        if row["sha256"] in hashes or (path.parent.name in named_in and _is_named(row, speaker))
    ]


def _is_named(row: dict[str, str], speaker: str) -> bool:
    """Whether a file's name or folder tells the speaker: as a word, as an actor's folder or number."""
    patterns = [rf"(?<![A-Za-z0-9]){re.escape(speaker)}(?![A-Za-z0-9])"]
    if actor := re.fullmatch(r"actor-(\d\d)", speaker):
        patterns.append(rf"(?i:actor)[ _-]?0*{int(actor[1])}(?!\d)")
        patterns.append(rf"^(?:\w+[-_. ]){{5,}}{actor[1]}(?:\D|$)")
    return any(re.search(pattern, row[column]) for pattern in patterns for column in ("name", "origin"))


def read_quarantine(path: Path) -> list[dict[str, str]]:
    """Return the rows of a ``quarantine.csv``.

    Raises
    ------
    StorageError
        It is damaged.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise StorageError(f"{path} must be readable. It is damaged ({error}): mend or delete it.") from error
