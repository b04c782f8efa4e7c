"""Everything that decides what features come out, as one hash: other settings are extracted anew."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from workbench.features import face, follower, mouth, spectrogram
from workbench.features.clip_features import FACE_SIZE, MOUTH_SIZE
from workbench.features.pretrained import LandmarkModel
from workbench.media.audio import SOUND_RATE
from workbench.media.timeline import GRID_STEP_S

VERSION = 1
"""Raise it when the same settings give other features than before."""


def settings(model: LandmarkModel) -> dict[str, Any]:
    """Return every setting of the way from a recording to features, ready for JSON."""
    return {
        "version": VERSION,
        "grid_step_s": GRID_STEP_S,
        "landmark_model_sha256": model.sha256,
        "face": {"size": FACE_SIZE, "margin": face.FACE_MARGIN},
        "mouth": {"size": MOUTH_SIZE, "margin": mouth.MOUTH_MARGIN},
        "sound": {
            "rate": SOUND_RATE,
            "n_samples": spectrogram.N_SAMPLES,
            "window": spectrogram.WINDOW_LENGTH,
            "floor_db": spectrogram.FLOOR_DB,
        },
        "follow": {
            "large_share": follower.LARGE_SHARE,
            "small_share": follower.SMALL_SHARE,
            "small_every_n": follower.SMALL_EVERY_N,
            "whole_every_n": follower.WHOLE_EVERY_N,
            "reach": follower.REACH,
            "anchor_overlap": follower.ANCHOR_OVERLAP,
            "thresholds": [follower.WHOLE_THRESHOLD, follower.NEAR_THRESHOLD, follower.TRACKED_THRESHOLD],
            "sure_track": follower.SURE_TRACK,
            "longest_track_s": follower.LONGEST_TRACK_S,
        },
    }


def recipe_of(model: LandmarkModel) -> str:
    """Return the hash of :func:`settings`, 16 hex digits."""
    text = json.dumps(settings(model), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
