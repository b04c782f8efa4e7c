"""Every moment of a dataset in one table: what was there to be seen and heard, without the pictures themselves."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.errors import InvalidInputError
from workbench.features.voice_activity import voiced


def moments_table(dataset: Dataset, *, clips: Collection[str] | None = None) -> pd.DataFrame:
    """Return one row per moment of every extracted clip, in the catalog's order.

    Parameters
    ----------
    clips : collection of str, optional
        Only these.

    Returns
    -------
    pd.DataFrame
        ``clip, speaker, intended, sex, statement`` (the sentence said, empty when not known), ``moment`` (index on
        the grid), ``time_s, frame_time_s, face_row`` (row in the
        clip's faces, -1 without a face), ``heard`` (there is sound at the moment), ``voiced``.

    Raises
    ------
    InvalidInputError
        Not one of the clips was extracted.
    """
    store = FeatureStore(dataset.folder / "features")
    catalog = dataset.table()
    if clips is not None:
        catalog = catalog[catalog["clip"].isin(set(clips))]
    parts = [_moments_of(store, row) for row in catalog.to_dict("records") if store.has(row["clip"])]
    if not parts:
        raise InvalidInputError(
            f"Features must be extracted before anything can learn from {dataset.name}. There are none: run `workbench extract {dataset.name}`."
        )
    return pd.concat(parts, ignore_index=True)


def _moments_of(store: FeatureStore, row: dict[str, str]) -> pd.DataFrame:
    arrays = store.arrays(row["clip"], ("time_s", "frame_time_s", "found", "level_db"))
    found = arrays["found"]
    return pd.DataFrame(
        {
            "clip": row["clip"],
            "speaker": row["speaker"],
            "intended": row["intended"],
            "sex": row.get("sex", ""),
            "statement": row.get("statement", ""),
            "moment": np.arange(len(found)),
            "time_s": arrays["time_s"],
            "frame_time_s": arrays["frame_time_s"],
            "face_row": np.where(found, np.cumsum(found) - 1, -1),
            "heard": np.isfinite(arrays["level_db"]),
            "voiced": voiced(arrays["level_db"]),
        }
    )


def gather(dataset: Dataset, moments: pd.DataFrame, what: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Read the arrays of the given moments, in their order.

    Parameters
    ----------
    moments : pd.DataFrame
        Rows of :func:`moments_table`.
    what : tuple of {"faces", "mouths", "columns"}
        Which arrays.

    Returns
    -------
    dict of str to np.ndarray
        ``faces`` (n, 96, 96, 3) uint8, ``mouths`` (n, 28, 28, 3) uint8, ``columns`` (n, 701) float16.
    """
    store = FeatureStore(dataset.folder / "features")
    gathered: dict[str, list[np.ndarray]] = {name: [] for name in what}
    order: list[np.ndarray] = []
    positions = pd.Series(np.arange(len(moments)), index=moments.index)
    for clip, rows in moments.groupby("clip", sort=False):
        arrays = store.arrays(str(clip), what)
        order.append(positions.loc[rows.index].to_numpy())
        for name in what:
            index = rows["moment"] if name == "columns" else rows["face_row"]
            gathered[name].append(arrays[name][index.to_numpy()])
    back = np.argsort(np.concatenate(order)) if order else np.zeros(0, dtype=int)
    return {name: np.concatenate(blocks)[back] for name, blocks in gathered.items()}
