"""A clip that was recorded here: what is asked before the camera starts, and how it becomes a clip of a dataset."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from workbench.datasets.catalog import Dataset
from workbench.datasets.forgotten import Forgotten
from workbench.datasets.importing.run import import_path
from workbench.datasets.rights.audit import add_audit_line
from workbench.errors import InvalidInputError
from workbench.project import Project

CONSENT = (
    "Whoever is seen or heard agrees: picture, sound and results are kept on this machine, as a clip under the name "
    "given here, until `workbench forget` erases them."
)
"""What must be agreed to before anything is kept. It covers keeping alone: what else may be done is for ``consent.csv``."""
RESULTS = "live"
"""The folder of a dataset that holds what was answered live, one file per clip."""
_SPEAKER = re.compile(r"\w[\w .-]{0,63}")


@dataclass(frozen=True)
class RecordingWish:
    """What a person asked for before the camera started.

    Attributes
    ----------
    dataset : str
        Where the clip goes; a new one is made, an existing one grows.
    speaker : str
        Who is seen and heard, as in the catalog.
    agreed : bool
        Whether :data:`CONSENT` was agreed to.
    """

    dataset: str
    speaker: str
    agreed: bool

    def check(self, project: Project) -> None:
        """Raise InvalidInputError unless a clip may be kept: agreed to, named, and nobody who was forgotten."""
        folder = project.dataset_folder(self.dataset)
        if not self.agreed:
            raise InvalidInputError(
                "A recording must be agreed to before it starts. It was not: tick the sentence, or start without recording."
            )
        if not _SPEAKER.fullmatch(self.speaker):
            raise InvalidInputError(
                "A recording needs the name of who is seen, 1 to 64 letters, digits, spaces, '.', '-' or '_', first a "
                f"letter or digit, so that it can be found and erased. Received {self.speaker!r}."
            )
        if why := Forgotten(folder).why("", self.speaker):
            raise InvalidInputError(f"{self.speaker} must not be recorded here. {why}")


def keep_clip(project: Project, wish: RecordingWish, recording: Path, results: Path) -> str:
    """Take a finished recording and its results into its dataset, and return the clip's id.

    Parameters
    ----------
    recording, results : Path
        Whole files in a folder of the dataset; both are there no more afterwards, unless the recording was refused.

    Raises
    ------
    InvalidInputError
        The import does not take it; the message says why.
    StorageError
        The dataset cannot be written.
    """
    wish.check(project)
    add_audit_line(project, "camera clip recorded", dataset=wish.dataset, rows=1)
    report = import_path(project, recording, wish.dataset, speaker=wish.speaker)
    (taken,) = report.files
    dataset = Dataset.open(project, wish.dataset)
    if taken.outcome not in ("accepted", "warned"):
        raise InvalidInputError(
            f"The recording must be a clip that can be taken in. It is {taken.outcome}: {taken.message}"
        )
    rows = dataset.table()
    clip = str(rows.loc[rows["name"] == recording.name, "clip"].iloc[-1])
    kept = dataset.folder / RESULTS / f"{clip}.json"
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    results.chmod(0o600)
    results.replace(kept)
    recording.unlink()
    return clip
