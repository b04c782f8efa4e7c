"""The voice of every clip as features, computed once: ``datasets/NAME/voice/<clip>.npz``, each file whole or absent.

A folder of its own beside ``features/``: that one is extracted and replaced clip by clip for the 30 ms networks, and
needs a face model that sound alone does not.
"""

from __future__ import annotations

import functools
import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.errors import InvalidInputError
from workbench.features import egemaps as opensmile_door
from workbench.features import log_mel as mel
from workbench.features.voice_statistics import STATISTIC_NAMES, voice_statistics
from workbench.files import atomic_file
from workbench.media.audio import read_sound
from workbench.progress import Progress, silent

VERSION = 1
"""Raise it when the same settings give other features than before."""
COLUMNS = ("clip", "speaker", "intended", "emotion", "sex", "statement")
_TAKE = ["speaker", "channel", "emotion", "intensity", "statement", "repetition"]
_DAMAGED = (OSError, ValueError, KeyError, zipfile.BadZipFile)


@dataclass(frozen=True)
class Voices:
    """The voices of a dataset, row by row.

    Attributes
    ----------
    clips : pd.DataFrame
        ``clip, speaker, intended, emotion, sex, statement``; empty text where not known.
    pictures : list of np.ndarray, shape (n_columns, 64), float32
        The spoken part of each clip's log-mel picture.
    statistics : np.ndarray, shape (n, 272)
    egemaps : np.ndarray, shape (n, 88), or (n, 0)
        Without columns where they were not asked for.
    left_out : list of (str, str)
        Clips with sound that are no rows, and why.
    """

    clips: pd.DataFrame
    pictures: list[np.ndarray]
    statistics: np.ndarray
    egemaps: np.ndarray
    left_out: list[tuple[str, str]]

    def __len__(self) -> int:
        return len(self.clips)


def read_voices(dataset: Dataset, *, with_egemaps: bool, progress: Progress = silent) -> Voices:
    """Return the voice features of every clip with sound, computing and keeping those that are not there yet.

    Parameters
    ----------
    with_egemaps : bool
        Whether openSMILE's parameters are wanted too.
    progress : Progress
        Told about every clip; may raise to stop, what is ready is kept.

    Raises
    ------
    InvalidInputError
        Not one clip has sound.
    MissingDependencyError
        openSMILE is wanted and not installed.
    """
    table, left_out = clips_with_voice(dataset.table())
    rows, found = [], []
    for number, row in enumerate(table.to_dict("records")):
        progress(number, len(table), str(row["clip"]))
        try:
            arrays = _arrays_of(dataset, row, with_egemaps=with_egemaps)
        except InvalidInputError as error:
            left_out.append((str(row["clip"]), str(error)))
            continue
        rows.append(row)
        found.append(arrays)
    if not found:
        raise InvalidInputError(
            f"Learning from voices needs clips with sound. {dataset.name} has none: import some."
        )
    return Voices(
        clips=pd.DataFrame(rows).reindex(columns=list(COLUMNS), fill_value="").reset_index(drop=True),
        pictures=[mel.spoken(arrays["mel"].astype(np.float32)) for arrays in found],
        statistics=np.stack([arrays["statistics"] for arrays in found]),
        egemaps=np.stack([arrays["egemaps"] if with_egemaps else np.zeros(0) for arrays in found]),
        left_out=left_out,
    )


def clips_with_voice(catalog: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Return the clips that have sound, each take once, and those left out with the reason.

    RAVDESS gives a take as sound alone and as video with the same sound: two contents, one voice. Counted twice, it
    could stand on both sides of a split; the sound alone is kept.
    """
    heard = catalog[catalog["kind"] != "video"]
    if not set(_TAKE) <= set(heard.columns):
        return heard, []
    known = (heard[_TAKE] != "").all(axis=1)
    audio_first = (
        heard[known].assign(_later=heard.loc[known, "kind"] != "audio").sort_values("_later", kind="stable")
    )
    again = set(audio_first.loc[audio_first.duplicated(_TAKE), "clip"])
    left_out = [
        (str(clip), "the same take is there as another file") for clip in heard["clip"] if clip in again
    ]
    return heard[~heard["clip"].isin(again)], left_out


def voice_folder(dataset: Dataset) -> Path:
    """Return where the voice features of a dataset lie."""
    return dataset.folder / "voice"


@functools.cache
def recipe() -> str:
    """Return a hash of every setting that decides these features, 16 hex digits."""
    settings = {
        "version": VERSION,
        "mel": [
            mel.N_BANDS,
            mel.HOP_S,
            mel.WINDOW_S,
            mel.LOW_HZ,
            mel.HIGH_HZ,
            mel.FLOOR_DB,
            mel.SPOKEN_BELOW_PEAK_DB,
        ],
        "statistics": STATISTIC_NAMES,
        "egemaps": opensmile_door.N_PARAMETERS,
    }
    return hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]


def _arrays_of(dataset: Dataset, row: dict[str, Any], *, with_egemaps: bool) -> dict[str, np.ndarray]:
    path = voice_folder(dataset) / f"{row['clip']}.npz"
    mark = f"{recipe()} {row['sha256']}"
    kept = _kept(path, mark)
    if kept is not None and ("egemaps" in kept or not with_egemaps):
        return kept
    sound = read_sound(dataset.media / row["file"])
    if sound is None or not sound.samples.any():
        raise InvalidInputError(f"{row['file']} must have a voice. It is silent throughout.")
    picture = mel.log_mel(sound.samples).astype(np.float16)  # as it is kept: to 0.06 dB
    arrays: dict[str, Any] = {
        "mark": np.array(mark),
        "mel": picture,
        "statistics": voice_statistics(picture),
    }
    if with_egemaps:
        arrays["egemaps"] = opensmile_door.egemaps(sound.samples)
    with atomic_file(path) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, **arrays)
    return arrays


def _kept(path: Path, mark: str) -> dict[str, np.ndarray] | None:
    """Return what was kept by the same recipe from the same recording; a damaged file counts as missing."""
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays) if str(arrays["mark"]) == mark else None
    except _DAMAGED:
        return None
