"""Moments of a run's own recordings on which its export is compared with Keras; drawn ones where there are none any more."""

from __future__ import annotations

import numpy as np

from workbench.datasets.feature_store import FeatureStore
from workbench.errors import WorkbenchError
from workbench.features.clip_features import FACE_SIZE, MOUTH_SIZE, N_FREQUENCIES
from workbench.features.spectrogram import BRIGHT_DB, DARK_DB

N_CLIPS, N_EACH = 4, 16


def real_inputs(store: FeatureStore, wanted: tuple[str, ...]) -> tuple[dict[str, np.ndarray], str]:
    """Return what a network takes, of moments with a face and sound, evenly from a few clips; and in words what they are.

    Parameters
    ----------
    store : FeatureStore
        It may be empty or gone: then the moments are drawn at random, and the words say so.
    wanted : tuple of {"mouths", "faces", "columns"}
    """
    blocks: list[dict[str, np.ndarray]] = []
    clips = store.clips()
    for clip in clips[:: max(len(clips) // (4 * N_CLIPS), 1)]:
        block = _of_clip(store, clip, wanted)
        if block is not None:
            blocks.append(block)
        if len(blocks) == N_CLIPS:
            break
    if not blocks:
        return drawn_inputs(wanted)
    arrays = {name: np.concatenate([block[name] for block in blocks]) for name in wanted}
    return arrays, f"{len(arrays[wanted[0]])} moments of {len(blocks)} of its dataset's clips"


def _of_clip(store: FeatureStore, clip: str, wanted: tuple[str, ...]) -> dict[str, np.ndarray] | None:
    try:
        arrays = store.arrays(clip, ("found", "level_db", *wanted))
    except WorkbenchError:  # a damaged file is told where it is needed; here any other clip will do
        return None
    usable = arrays["found"] & (np.isfinite(arrays["level_db"]) | ("columns" not in wanted))
    chosen = np.flatnonzero(usable)
    chosen = chosen[:: max(len(chosen) // N_EACH, 1)][:N_EACH]
    rows = (np.cumsum(arrays["found"]) - 1)[chosen]
    if not len(chosen):
        return None
    return {name: arrays[name][chosen if name == "columns" else rows] for name in wanted}


def drawn_inputs(wanted: tuple[str, ...]) -> tuple[dict[str, np.ndarray], str]:
    """Return moments drawn at random, and in words that they are; parameters as :func:`real_inputs`."""
    rng, n = np.random.default_rng(0), N_CLIPS * N_EACH
    sizes = {"mouths": MOUTH_SIZE, "faces": FACE_SIZE}
    arrays = {
        name: rng.uniform(DARK_DB, BRIGHT_DB, (n, N_FREQUENCIES)).astype(np.float16)
        if name == "columns"
        else rng.integers(0, 256, (n, sizes[name], sizes[name], 3), dtype=np.uint8)
        for name in wanted
    }
    return arrays, f"{n} drawn moments (the dataset's features are not here)"
