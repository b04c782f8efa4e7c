"""Where a project keeps its files: ``datasets/``, ``labels/`` and ``reports/`` under one root."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import InvalidInputError, StorageError

ENVIRONMENT_VARIABLE = "WORKBENCH_PROJECT"
FOLDERS = ("datasets", "labels", "reports")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Project:
    """One root folder with everything that belongs to a study.

    Attributes
    ----------
    root : Path
        The folder that holds ``datasets/``, ``labels/`` and ``reports/``.
    """

    root: Path

    @classmethod
    def open(cls, root: str | Path | None = None) -> Project:
        """Open a project; a folder that is not one yet becomes one.

        Without ``root``: the folder named by ``WORKBENCH_PROJECT``, else the nearest folder upwards from
        here that already is a project (so a notebook finds the project it lies in), else this folder.

        Raises
        ------
        InvalidInputError
            ``root`` is a file.
        StorageError
            The folders cannot be made.
        """
        chosen = Path(root) if root is not None else cls._find()
        chosen = chosen.expanduser().resolve()
        if chosen.exists() and not chosen.is_dir():
            raise InvalidInputError(
                f"A project must be a folder. Received the file {chosen}: pass its folder."
            )
        try:
            for folder in FOLDERS:
                (chosen / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"The project folder {chosen} must be writable. Received: {error.strerror}. "
                "Choose another with --project DIR."
            ) from error
        return cls(chosen)

    @staticmethod
    def _find() -> Path:
        named = os.environ.get(ENVIRONMENT_VARIABLE)
        if named:
            return Path(named)
        here = Path.cwd()
        for folder in (here, *here.parents):
            if all((folder / name).is_dir() for name in FOLDERS):
                return folder
        return here

    @property
    def datasets(self) -> Path:
        """The folder with one folder per dataset."""
        return self.root / "datasets"

    @property
    def labels(self) -> Path:
        """The folder with the label store."""
        return self.root / "labels"

    @property
    def reports(self) -> Path:
        """The folder with runs, comparisons and published reports."""
        return self.root / "reports"

    @property
    def runs(self) -> Path:
        """The folder with one folder per run."""
        return self.reports / "runs"

    def dataset_folder(self, name: str) -> Path:
        """Return the folder of the dataset called ``name`` (it need not exist).

        Raises
        ------
        InvalidInputError
            The name could leave the folder or is hard to type.
        """
        if not _NAME.fullmatch(name):
            raise InvalidInputError(
                "A dataset's name must be 1 to 64 letters, digits, '-' or '_', starting with a letter or digit. "
                f"Received {name!r}."
            )
        return self.datasets / name
