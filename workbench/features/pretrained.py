"""Where the 68-point model lies, whether it is the one we know, and what it may be used for."""

from __future__ import annotations

import functools
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import InvalidInputError, MissingDependencyError
from workbench.files import sha256_of

ENVIRONMENT_VARIABLE = "WORKBENCH_LANDMARK_MODEL"
LANDMARK_MODEL_SHA256 = "fbdc2cb80eb9aa7a758672cbfdda32ba6300efe9b6e6c7a299ff7e736b11b92f"
LANDMARK_MODEL_LICENCE = (
    "The 68-point model was trained on iBUG 300-W: for research use only, "
    "ask Imperial College London before any other."
)
_PACKAGE = "face_recognition_models"
_FILE = "models/shape_predictor_68_face_landmarks.dat"


@dataclass(frozen=True)
class LandmarkModel:
    """A file with dlib's 68-point predictor.

    Attributes
    ----------
    path : Path
        Where it lies.
    sha256 : str
        Hash of its content.
    is_known : bool
        Whether it is the very file of the ``face_recognition_models`` package. Another one is a user's
        choice: it is used, and told as such in every extraction report.
    """

    path: Path
    sha256: str
    is_known: bool

    @property
    def licence(self) -> str:
        """What it may be used for, in a sentence to show to people."""
        if self.is_known:
            return LANDMARK_MODEL_LICENCE
        return f"{self.path.name} is a model of your own choice: its licence is not known here."


def _in_package() -> Path | None:
    """Return the package's file without importing the package, which needs the retired ``pkg_resources``."""
    spec = importlib.util.find_spec(_PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (path := Path(folder) / _FILE).is_file():
            return path
    return None


def landmark_file(path: Path | None = None) -> Path:
    """Return where the 68-point model lies: at ``path``, else at ``WORKBENCH_LANDMARK_MODEL``, else in the package.

    Raises
    ------
    InvalidInputError
        The file that was named is not there.
    MissingDependencyError
        None was named and ``face_recognition_models`` is not installed.
    """
    named = path or (Path(os.environ[ENVIRONMENT_VARIABLE]) if os.environ.get(ENVIRONMENT_VARIABLE) else None)
    chosen = named.expanduser() if named else _in_package()
    if chosen is None:
        raise MissingDependencyError(
            "Landmarks need dlib's 68-point model. The package face_recognition_models was not found: "
            f"run `make install`, or name a model file with {ENVIRONMENT_VARIABLE}=FILE."
        )
    if not chosen.is_file():
        raise InvalidInputError(
            f"The landmark model must be a file. There is none at {chosen}: "
            f"mend {ENVIRONMENT_VARIABLE} or leave it away."
        )
    return chosen.resolve()


def find_landmark_model(path: Path | None = None) -> LandmarkModel:
    """Return the file of :func:`landmark_file` with its hash (100 MB are read for it); errors as there."""
    chosen = landmark_file(path)
    stat = chosen.stat()
    sha256 = _hash(chosen, stat.st_size, stat.st_mtime_ns)
    return LandmarkModel(chosen, sha256, sha256 == LANDMARK_MODEL_SHA256)


@functools.lru_cache(maxsize=8)
def _hash(path: Path, size: int, modified_ns: int) -> str:
    """Hash 100 MB once per process; size and time of change stand for the content."""
    return sha256_of(path)
