"""Embeddings of clips that others computed: one ``.npz`` with a row per clip of what is seen and what is heard."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.datasets.catalog import hash_of_rows
from workbench.datasets.importing.ravdess import INTENDED, parse_ravdess_name
from workbench.errors import InvalidInputError
from workbench.files import sha256_of
from workbench.sentiment import SENTIMENTS

NEEDED = ("clip", "video", "audio", "emotion", "actor")
_DAMAGED = (OSError, ValueError, KeyError, zipfile.BadZipFile)


@dataclass(frozen=True)
class Embeddings:
    """What is seen and heard in clips, as rows of numbers.

    Attributes
    ----------
    clips : pd.DataFrame
        ``clip, speaker, sex, emotion, intended``; sex where the names are RAVDESS's, else empty; only clips whose emotion stands for a sentiment.
    video : np.ndarray, shape (n, d)
        The mean over the valid pieces of each clip.
    audio : np.ndarray, shape (n, e)
    n_left_out : int
        Clips whose emotion stands for no sentiment.
    file_hash : str
        SHA-256 of the file.
    """

    clips: pd.DataFrame
    video: np.ndarray
    audio: np.ndarray
    n_left_out: int
    file_hash: str

    def content_hash(self) -> str:
        """Return a hash of which clips of whom with which sentiment these are."""
        return hash_of_rows(self.clips[["clip", "speaker", "intended"]].itertuples(index=False))


def read_embeddings(path: Path) -> Embeddings:
    """Read embeddings.

    Parameters
    ----------
    path : Path
        An ``.npz`` file without pickles: ``clip`` (n,) text, ``emotion`` (n,) text (the emotions of RAVDESS, or the
        sentiments themselves), ``actor`` (n,) numbers or text, ``audio`` (n, e), ``video`` (n, d) or
        (n, pieces, d) with ``video_len`` (n,) valid pieces each (all, where it is missing).

    Raises
    ------
    InvalidInputError
        No such file, an array is missing or of another shape, a value is not finite, a clip stands there twice, or
        no clip is left.
    """
    if not path.is_file() or path.suffix != ".npz":
        raise InvalidInputError(f"Embeddings must be an .npz file. Received {path}.")
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except _DAMAGED as error:
        raise InvalidInputError(
            f"{path.name} must be an .npz file of plain arrays. It cannot be read: {error}."
        ) from error
    _check(arrays, path.name)
    emotion = arrays["emotion"].astype(str)
    meaning = {**INTENDED, **{name: name for name in SENTIMENTS}}
    intended = np.array([meaning.get(name, "") for name in emotion])
    kept = intended != ""
    if not kept.any():
        raise InvalidInputError(
            f"{path.name} must have clips whose emotion stands for a sentiment ({', '.join(sorted(meaning))}). "
            f"Received {', '.join(sorted(set(emotion)))}."
        )
    names = arrays["clip"].astype(str)
    clips = pd.DataFrame(
        {"clip": names, "speaker": _speakers(arrays["actor"]), "sex": [_sex(n) for n in names]}
    )
    clips = clips.assign(emotion=emotion, intended=intended)
    return Embeddings(
        clips[kept].reset_index(drop=True),
        _mean_of_pieces(arrays["video"], arrays.get("video_len"))[kept],
        arrays["audio"].astype(np.float64)[kept],
        int((~kept).sum()),
        sha256_of(path),
    )


def _check(arrays: dict[str, np.ndarray], name: str) -> None:
    missing = [needed for needed in NEEDED if needed not in arrays]
    if missing:
        raise InvalidInputError(
            f"{name} must hold the arrays {', '.join(NEEDED)}. It has no {', '.join(missing)}."
        )
    lengths = {needed: len(arrays[needed]) for needed in (*NEEDED, "video_len") if needed in arrays}
    if len(set(lengths.values())) != 1:
        raise InvalidInputError(f"{name}: all arrays must have one row per clip. Received {lengths}.")
    if arrays["video"].ndim not in (2, 3) or arrays["audio"].ndim != 2:
        raise InvalidInputError(
            f"{name}: video must have shape (n, d) or (n, pieces, d), audio (n, e). "
            f"Received {arrays['video'].shape} and {arrays['audio'].shape}."
        )
    for needed in ("video", "audio"):
        if not np.isfinite(arrays[needed].astype(np.float64)).all():
            raise InvalidInputError(
                f"{name}: {needed} must be finite. Some values are not: leave those clips out."
            )
    clips, counts = np.unique(arrays["clip"], return_counts=True)
    if (counts > 1).any():
        raise InvalidInputError(
            f"{name}: every clip must stand there once. {str(clips[counts > 1][0])!r} stands there {counts.max()} times."
        )


def _speakers(actor: np.ndarray) -> np.ndarray:
    if np.issubdtype(actor.dtype, np.integer):
        return np.array([f"actor-{int(number):02d}" for number in actor])
    return actor.astype(str)


def _sex(name: str) -> str:
    try:
        return parse_ravdess_name(name).sex
    except InvalidInputError:
        return ""


def _mean_of_pieces(video: np.ndarray, n_valid: np.ndarray | None) -> np.ndarray:
    """Return the mean over the valid pieces, shape (n, d)."""
    values = video.astype(np.float64)
    if values.ndim == 2:
        return values
    n = np.full(len(values), values.shape[1]) if n_valid is None else n_valid.astype(int)
    if (n < 1).any() or (n > values.shape[1]).any():
        raise InvalidInputError(
            f"video_len must lie between 1 and {values.shape[1]}, the pieces there are. Received {int(n.min())} to {int(n.max())}."
        )
    valid = np.arange(values.shape[1]) < n[:, None]
    return (values * valid[..., None]).sum(axis=1) / n[:, None]
