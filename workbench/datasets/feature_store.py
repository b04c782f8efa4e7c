"""Features on disk: ``datasets/NAME/features/<clip>/features.npz`` and ``report.json``, each folder whole or absent."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError, StorageError
from workbench.features.clip_features import ClipFeatures
from workbench.files import atomic_folder, read_json, write_json


@dataclass(frozen=True)
class FeatureStore:
    """Write and read the features of a dataset's clips.

    Attributes
    ----------
    folder : Path
        ``datasets/NAME/features``.
    """

    folder: Path

    def has(self, clip: str, *, recipe: str | None = None) -> bool:
        """Whether ``clip`` was extracted (by ``recipe``, the hash of the settings, when one is given)."""
        report = self.folder / clip / "report.json"
        return report.is_file() and (recipe is None or read_json(report).get("recipe") == recipe)

    def write(self, clip: str, features: ClipFeatures, report: dict[str, Any]) -> None:
        """Keep the features and the per-clip report of ``clip``, both or neither."""
        with atomic_folder(self.folder / clip) as temporary:
            np.savez_compressed(
                temporary / "features.npz", **{f.name: getattr(features, f.name) for f in fields(features)}
            )
            write_json(temporary / "report.json", report)

    def read(self, clip: str) -> ClipFeatures:
        """Return all features of ``clip``; raises as :meth:`arrays`."""
        return ClipFeatures(**self.arrays(clip, tuple(f.name for f in fields(ClipFeatures))))

    def arrays(self, clip: str, names: tuple[str, ...]) -> dict[str, np.ndarray]:
        """Return only the named arrays of ``clip`` (pictures are most of a file: leave them when not needed).

        Raises
        ------
        InvalidInputError
            The clip was not extracted yet.
        StorageError
            The file is damaged.
        """
        path = self.folder / clip / "features.npz"
        if not path.is_file():
            raise InvalidInputError(
                f"The features of {clip} must be extracted first. There are none: "
                f"run `workbench extract {self.folder.parent.name}`."
            )
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in names}
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise StorageError(
                f"{path} must hold features. It is damaged ({error}): delete its folder and extract again."
            ) from error

    def read_report(self, clip: str) -> dict[str, Any]:
        """Return the extraction report of ``clip``."""
        return read_json(self.folder / clip / "report.json")

    def clips(self) -> list[str]:
        """Return the clips that were extracted, sorted."""
        return sorted(path.parent.name for path in self.folder.glob("[!.]*/report.json"))
