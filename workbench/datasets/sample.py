"""The sample cast as a dataset: drawn, imported like any other recordings, its truth kept beside the catalog."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.datasets.catalog import Dataset
from workbench.datasets.importing.run import import_path
from workbench.datasets.rights.declaration import declare, read_rights
from workbench.errors import InvalidInputError
from workbench.files import TEMPORARY_PREFIX, atomic_file, read_json, sha256_of, write_json
from workbench.media.sample_cast.cast import draw_cast
from workbench.media.sample_cast.truth import read_truth
from workbench.progress import Progress, silent, within
from workbench.project import Project

LICENCE = "CC0-1.0 (drawn, nobody's face or voice)"


@dataclass(frozen=True)
class SampleReport:
    """What the sample holds, and whether it was drawn now.

    Attributes
    ----------
    name : str
        The dataset.
    n_clips, n_actors : int
    drawn : bool
        False when the very same sample was there already.
    settings : dict
        How it was drawn.
    """

    name: str
    n_clips: int
    n_actors: int
    drawn: bool
    settings: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "name": self.name,
            "clips": self.n_clips,
            "actors": self.n_actors,
            "drawn": self.drawn,
            **self.settings,
        }

    def lines(self) -> list[str]:
        """Return the report for people."""
        how = "drawn" if self.drawn else "there already, nothing to do"
        return [f"datasets/{self.name}: {self.n_clips} clips of {self.n_actors} drawn actors ({how})."]


def make_sample(
    project: Project,
    *,
    name: str = "sample",
    n_actors: int = 12,
    n_clips: int = 9,
    seed: int = 0,
    calm_face_share: float = 1 / 3,
    flat_voice_share: float = 1 / 3,
    n_workers: int = 2,
    progress: Progress = silent,
) -> SampleReport:
    """Draw the sample cast into a dataset; the same settings again do nothing.

    Parameters
    ----------
    n_actors, n_clips, seed, calm_face_share, flat_voice_share, n_workers
        As :func:`workbench.media.sample_cast.cast.draw_cast`.

    Raises
    ------
    InvalidInputError
        A number is out of range, or the dataset is there already with other content.
    """
    dataset = Dataset(project.dataset_folder(name))
    settings = {
        "actors_drawn": n_actors,
        "clips_per_actor": n_clips,
        "seed": seed,
        "calm_face_share": round(calm_face_share, 6),
        "flat_voice_share": round(flat_voice_share, 6),
    }
    mark = dataset.folder / "sample.json"
    if mark.is_file() and read_json(mark) == settings and dataset.truth_file.is_file():
        _declare(project, name)
        return _report(dataset, settings, drawn=False)
    if mark.is_file() or dataset.catalog_file.is_file():
        raise InvalidInputError(
            f"A sample must go into a new dataset, or one drawn with the same settings. {name!r} holds something else: "
            "choose another with --name, or delete its folder."
        )
    dataset.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=TEMPORARY_PREFIX, dir=dataset.folder) as drawn:
        truth_file = draw_cast(
            Path(drawn),
            n_actors=n_actors,
            n_clips=n_clips,
            seed=seed,
            calm_face_share=calm_face_share,
            flat_voice_share=flat_voice_share,
            n_workers=n_workers,
            progress=within(progress, 0.0, 0.95),
        )
        import_path(project, drawn, name, licence=LICENCE, progress=within(progress, 0.95, 1.0))
        _keep_truth(dataset, Path(drawn), truth_file)
    _declare(project, name)
    write_json(mark, settings)
    return _report(dataset, settings, drawn=True)


def _declare(project: Project, name: str) -> None:
    """Say that drawn actors may be used for research and that nobody need be asked; what was said already stays."""
    if not read_rights(project, name).drawn:
        declare(project, name, purpose="research", licence=LICENCE, source="workbench sample", drawn=True)


def _keep_truth(dataset: Dataset, drawn: Path, truth_file: Path) -> None:
    """Write the truth with clip ids in place of file names; contents tell which is which."""
    truth = read_truth(truth_file)
    clip_of = dict(zip(dataset.table()["sha256"], dataset.table()["clip"], strict=True))
    by_file = {file: clip_of[sha256_of(drawn / file)] for file in truth["file"].unique()}
    truth.insert(0, "clip", truth.pop("file").map(by_file))
    with atomic_file(dataset.truth_file) as temporary:
        truth.to_csv(temporary, index=False, float_format="%.6f", lineterminator="\n")


def _report(dataset: Dataset, settings: dict[str, Any], *, drawn: bool) -> SampleReport:
    table = dataset.table()
    return SampleReport(dataset.name, len(table), table["speaker"].nunique(), drawn, settings)
