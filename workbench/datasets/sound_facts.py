"""How loud each clip's sound is, how much of it is silent and how much stands at full scale."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.errors import InvalidInputError, StorageError
from workbench.features.voice_activity import FLOOR_DB
from workbench.media.audio import read_sound
from workbench.media.measure import FULL_SCALE

COLUMNS = ("clip", "sound", "loud_dbfs", "mean_dbfs", "silent_share", "full_scale_share")
LOUD_PERCENTILE = 95


@dataclass(frozen=True)
class SoundLevels:
    """What the levels of a clip's 30 ms moments say.

    Attributes
    ----------
    loud_dbfs : float
        The level that 5% of its moments reach: one click does not make it loud.
    mean_dbfs : float
        Root mean square of the whole.
    silent_share : float
        Share of its moments below -75 dBFS, where no voice is.
    """

    loud_dbfs: float
    mean_dbfs: float
    silent_share: float


def levels_of(level_db: np.ndarray) -> SoundLevels | None:
    """Return what the levels of moments, shape (n,), dBFS, NaN without sound, say; None where there is no sound."""
    heard = level_db[np.isfinite(level_db)].astype(float)
    if not len(heard):
        return None
    return SoundLevels(
        loud_dbfs=float(np.percentile(heard, LOUD_PERCENTILE)),
        mean_dbfs=float(10 * np.log10(np.mean(10 ** (heard / 10)))),
        silent_share=float((heard < FLOOR_DB).mean()),
    )


def full_scale_share(samples: np.ndarray) -> float:
    """Return the share of samples, shape (n,), in [-1, 1], that stand at full scale."""
    return float((np.abs(samples) >= FULL_SCALE).mean()) if len(samples) else 0.0


def sound_facts(
    dataset: Dataset, clips: Collection[str] | None = None, *, read_recordings: bool = True
) -> pd.DataFrame:
    """Return one row per clip: what is known of its sound, from its features, and its recording where need be.

    Extraction keeps the share at full scale in its report; for clips extracted before it did, the recording is read.
    What is missing (features, the recording) is not known, and said so.

    Parameters
    ----------
    clips : collection of str, optional
        Only these.
    read_recordings : bool
        Whether to read recordings (a hundred a second) for clips whose extraction kept no share at full scale.

    Returns
    -------
    pd.DataFrame
        ``clip``, ``sound`` (``"yes"``, ``"none"``, or ``"unknown"`` where the clip is not extracted), and
        ``loud_dbfs, mean_dbfs, silent_share`` (:class:`SoundLevels`) and ``full_scale_share``, NaN where not known.
    """
    catalog, store = dataset.table(), FeatureStore(dataset.features)
    if clips is not None:
        catalog = catalog[catalog["clip"].isin(set(clips))]
    rows = [
        _facts_of(dataset, store, row["clip"], row["file"], read_recordings)
        for row in catalog.to_dict("records")
    ]
    gone = sorted(set(clips or ()) - set(catalog["clip"]))
    rows += [{"clip": clip, "sound": "unknown"} for clip in gone]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _facts_of(
    dataset: Dataset, store: FeatureStore, clip: str, file: str, read_recordings: bool
) -> dict[str, object]:
    try:
        levels = levels_of(store.arrays(clip, ("level_db",))["level_db"])
    except (InvalidInputError, StorageError):  # not extracted, or damaged: the rest can still be told
        return {"clip": clip, "sound": "unknown"}
    if levels is None:
        return {"clip": clip, "sound": "none"}
    kept = store.read_report(clip).get("sound_full_scale_share")
    if kept is None:
        kept = _read_share(dataset, file) if read_recordings else float("nan")
    return {"clip": clip, "sound": "yes", **levels.__dict__, "full_scale_share": float(kept)}


def _read_share(dataset: Dataset, file: str) -> float:
    """Return the share at full scale of a recording; NaN when it is gone or cannot be decoded."""
    path = dataset.media / file
    if not path.is_file():
        return float("nan")
    try:
        sound = read_sound(path)
    except InvalidInputError:
        return float("nan")
    return float("nan") if sound is None else full_scale_share(sound.samples)
