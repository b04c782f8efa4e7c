"""The list of a dataset's clips: ``datasets/NAME/catalog.csv``, one row per clip, the media beside it in ``media/``.

Columns: ``clip, file, sha256, kind, speaker, intended, duration_s`` and any further ones (kept as text).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.errors import InvalidInputError, StorageError
from workbench.files import atomic_file
from workbench.media.clip import Clip
from workbench.project import Project

COLUMNS = ("clip", "file", "sha256", "kind", "speaker", "intended", "duration_s")


@dataclass(frozen=True)
class Dataset:
    """A named collection of clips.

    Attributes
    ----------
    folder : Path
        ``datasets/NAME``, with ``catalog.csv``, ``media/`` and, once extracted, ``features/``.
    """

    folder: Path

    @classmethod
    def open(cls, project: Project, name: str) -> Dataset:
        """Open the dataset called ``name``.

        Raises
        ------
        InvalidInputError
            There is none of that name; the message lists those there are.
        """
        dataset = cls(project.dataset_folder(name))
        if not dataset.catalog_file.is_file():
            there = ", ".join(names(project)) or "none yet"
            raise InvalidInputError(
                f"A dataset must be imported before it is used. There is none called {name!r} (there are: {there}): "
                f"run `workbench import PATH --name {name}` or `workbench sample`."
            )
        return dataset

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.folder.name

    @property
    def catalog_file(self) -> Path:
        """The file with one row per clip."""
        return self.folder / "catalog.csv"

    @property
    def media(self) -> Path:
        """The folder of the recordings."""
        return self.folder / "media"

    @property
    def features(self) -> Path:
        """The folder with one folder of features per clip."""
        return self.folder / "features"

    @property
    def truth_file(self) -> Path:
        """Per-frame ground truth, for drawn datasets only: ``clip, time_s, mouth_opening, mouth, sentiment, speaking``."""
        return self.folder / "truth.csv"

    def table(self) -> pd.DataFrame:
        """Return the catalog as text columns (``duration_s`` as float); no rows when nothing was imported yet."""
        if not self.catalog_file.is_file():
            return pd.DataFrame(columns=list(COLUMNS))
        try:
            table = pd.read_csv(self.catalog_file, dtype=str, keep_default_na=False, encoding="utf-8")
            return table.assign(duration_s=table["duration_s"].astype(float))
        except (ValueError, KeyError) as error:
            raise StorageError(
                f"{self.catalog_file} must be a catalog. It is damaged ({error}): import again."
            ) from error

    def write_table(self, table: pd.DataFrame) -> None:
        """Replace the catalog, atomically."""
        with atomic_file(self.catalog_file) as temporary:
            table.to_csv(temporary, index=False, encoding="utf-8", lineterminator="\n")

    def clips(self) -> list[Clip]:
        """Return the clips in the catalog's order."""
        table = self.table()
        further = [column for column in table.columns if column not in COLUMNS]
        return [
            Clip(
                clip=row["clip"],
                path=self.media / row["file"],
                kind=row["kind"],
                speaker=row["speaker"],
                intended=row["intended"],
                duration_s=float(row["duration_s"]),
                details={column: row[column] for column in further if row[column] != ""},
            )
            for row in table.to_dict("records")
        ]

    def data_hash(self) -> str:
        """Return a hash of which contents with which speakers and intentions the dataset holds."""
        return hash_of_rows(self.table()[["sha256", "speaker", "intended"]].itertuples(index=False))


def hash_of_rows(rows: Iterable[Any]) -> str:
    """Return one hash for a set of rows, whatever their order."""
    lines = sorted("\x1f".join(map(str, row)) for row in rows)
    return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()


def names(project: Project) -> list[str]:
    """Return the names of the datasets of a project, sorted."""
    return sorted(path.parent.name for path in project.datasets.glob("*/catalog.csv"))


def names_with_clips(project: Project, clips: Iterable[str]) -> list[str]:
    """Return the names of the datasets that hold any of these clips, sorted."""
    wanted = set(clips)
    return [name for name in names(project) if wanted & set(Dataset(project.datasets / name).table()["clip"])]


def clip_durations(project: Project) -> dict[str, float]:
    """Return the length in seconds of every clip of every dataset of a project."""
    tables = [Dataset(project.datasets / name).table() for name in names(project)]
    return {row["clip"]: float(row["duration_s"]) for table in tables for row in table.to_dict("records")}


def clip_files(project: Project) -> dict[str, str]:
    """Return the name of the recording of every clip of every dataset of a project."""
    tables = [Dataset(project.datasets / name).table() for name in names(project)]
    return {row["clip"]: str(row["file"]) for table in tables for row in table.to_dict("records")}
