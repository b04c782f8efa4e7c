"""What every fold of a cross-validation on speech learns from and is judged by, normalised as asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.datasets.folds import speaker_folds
from workbench.datasets.voice_features import Voices
from workbench.errors import InvalidInputError
from workbench.features.speaker_normalisation import normalise_pictures, normalise_rows
from workbench.models.speech_pictures import halved
from workbench.sentiment import SENTIMENTS

LARGEST = 4.0
"""Statistics beyond so many standard deviations are cut before a network sees them."""
_TINY = 1e-8


@dataclass(frozen=True)
class Material:
    """Utterances, dealt into folds.

    Attributes
    ----------
    clips : pd.DataFrame
        ``clip, speaker, intended, emotion, sex, statement, fold``, the fold from 0.
    rows : np.ndarray, shape (n, d)
        Statistics of each utterance, eGeMAPS after our own.
    pictures : list of np.ndarray, shape (n_columns, 64)
        20 ms a column.
    by_speaker : bool
        Rows and pictures are normalised by speaker already.
    """

    clips: pd.DataFrame
    rows: np.ndarray
    pictures: list[np.ndarray]
    by_speaker: bool

    @property
    def n_folds(self) -> int:
        """How many folds there are."""
        return int(self.clips["fold"].max()) + 1

    def asked(self) -> np.ndarray:
        """Whether each clip stands for a sentiment, shape (n,) of bool."""
        return self.clips["intended"].isin(SENTIMENTS).to_numpy()

    def tested(self, fold: int) -> np.ndarray:
        """Return the numbers of the rows that a fold is judged by."""
        return np.flatnonzero(self.asked() & (self.clips["fold"] == fold).to_numpy())

    def learnt(self, fold: int, *, asked_only: bool) -> np.ndarray:
        """Return the numbers of the rows that a fold learns from; where asked for, only those with a sentiment."""
        others = (self.clips["fold"] != fold).to_numpy()
        return np.flatnonzero(others & self.asked() if asked_only else others)

    def standard_rows(self, learnt: np.ndarray) -> np.ndarray:
        """Return all rows less the mean of those learnt from, over their standard deviation, cut at 4."""
        mean, spread = self.rows[learnt].mean(axis=0), self.rows[learnt].std(axis=0)
        return np.clip((self.rows - mean) / np.maximum(spread, _TINY), -LARGEST, LARGEST).astype(np.float32)

    def standard_pictures(self, learnt: np.ndarray) -> list[np.ndarray]:
        """Return all pictures normalised band by band by those learnt from; by speaker, they are so already."""
        if self.by_speaker:
            return self.pictures
        columns = np.concatenate([self.pictures[k] for k in learnt])
        mean, spread = columns.mean(axis=0), np.maximum(columns.std(axis=0), _TINY)
        return [((picture - mean) / spread).astype(np.float32) for picture in self.pictures]


def material_of(voices: Voices, *, by_speaker: bool, split: str, n_folds: int, seed: int) -> Material:
    """Deal the utterances into folds and normalise them as asked.

    Raises
    ------
    InvalidInputError
        A class without clips, folds that cannot be made, or a speaker who is not known where speakers count.
    """
    missing = [name for name in SENTIMENTS if not (voices.clips["intended"] == name).any()]
    if missing:
        raise InvalidInputError(
            f"Cross-validation needs clips that were meant as each sentiment. There are none of {', '.join(missing)}: "
            "import recordings whose names tell it (RAVDESS), or fill in the catalog's column intended."
        )
    folds = (
        _by_speaker(voices.clips, n_folds, seed)
        if split == "speaker"
        else _by_lot(voices.clips, n_folds, seed)
    )
    rows = np.concatenate([voices.statistics, voices.egemaps], axis=1).astype(np.float64)
    pictures = [halved(picture) for picture in voices.pictures]
    if by_speaker:
        speakers = list(voices.clips["speaker"])
        rows, pictures = normalise_rows(rows, speakers), normalise_pictures(pictures, speakers)
    return Material(voices.clips.assign(fold=folds), rows, pictures, by_speaker)


def _by_speaker(clips: pd.DataFrame, n_folds: int, seed: int) -> np.ndarray:
    dealt = speaker_folds(clips, n_folds=n_folds, seed=seed)
    number = {speaker: fold for fold, speakers in enumerate(dealt) for speaker in speakers}
    return clips["speaker"].map(number).to_numpy(dtype=int)


def _by_lot(clips: pd.DataFrame, n_folds: int, seed: int) -> np.ndarray:
    """Deal the clips of each emotion (or sentiment) by lot, in turns, so that all folds have about as many of each."""
    if not 2 <= n_folds <= len(clips):
        raise InvalidInputError(
            f"The number of folds must be from 2 to {len(clips)}, one per clip. Received {n_folds}."
        )
    shuffled = np.random.default_rng([seed, 37]).permutation(len(clips))
    kinds = (clips["emotion"] + "/" + clips["intended"]).to_numpy()[shuffled]
    folds = np.empty(len(clips), dtype=int)
    folds[shuffled[np.argsort(kinds, kind="stable")]] = np.arange(len(clips)) % n_folds
    return folds
