"""The features and the report of one clip: what one worker does."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.sound_facts import full_scale_share
from workbench.errors import InvalidInputError, MissingDependencyError
from workbench.features.clip_features import FACE_SIZE, MOUTH_SIZE, N_FREQUENCIES, ClipFeatures
from workbench.features.landmarks import N_LANDMARKS, shared_predictor
from workbench.features.moments import SeenMoment, read_moments
from workbench.features.spectrogram import level_db
from workbench.files import sha256_of
from workbench.media.audio import Sound, read_sound
from workbench.media.header import read_header

SMALL_FACE_PX = 80
QUIET_DB = -60.0
FULL_SCALE = 0.999
CLIPPED_RUN = 3


@dataclass(frozen=True)
class ClipJob:
    """One clip to extract; plain values, so that it travels to another process.

    Attributes
    ----------
    clip, sha256 : str
        Its id and the hash of its content as the catalog has them.
    path : Path
        The recording.
    features : Path
        The folder of the dataset's features.
    recipe : str
        Hash of the settings, written into the report.
    model : Path
        The 68-point model.
    """

    clip: str
    sha256: str
    path: Path
    features: Path
    recipe: str
    model: Path


def extract_clip(job: ClipJob) -> dict[str, Any]:
    """Extract one clip, keep it, and say how it went; a bad clip never raises.

    Returns
    -------
    dict
        ``clip, outcome`` (``done`` or ``failed``), ``code, message``, and for a done clip ``odd``,
        ``n_moments``, ``face_share`` and ``seconds_of_work``.
    """
    try:
        report = _extract(job)
    except InvalidInputError as error:
        return _failed(job, "NOT_READABLE", str(error))
    except MissingDependencyError as error:
        return _failed(job, "NOT_INSTALLED", str(error))
    except OSError as error:  # StorageError is one
        message = f"The features of {job.clip} could not be kept: {error}. Free some space and run again."
        return _failed(job, "NOT_KEPT", message)
    except Exception as error:  # a hostile clip may raise anything; the batch of 7,000 must go on
        message = f"{job.path.name} could not be extracted ({type(error).__name__}: {error})."
        return _failed(job, "UNEXPECTED", message)
    told = {key: report[key] for key in ("odd", "n_moments", "face_share", "seconds_of_work")}
    return {"clip": job.clip, "outcome": "done", "code": "", "message": "", **told}


def _failed(job: ClipJob, code: str, message: str) -> dict[str, Any]:
    return {"clip": job.clip, "outcome": "failed", "code": code, "message": message}


def _extract(job: ClipJob) -> dict[str, Any]:
    start = time.perf_counter()
    if job.path.is_file() and (found := sha256_of(job.path)) != job.sha256:
        raise InvalidInputError(
            f"{job.path.name} must be the recording that was imported. Its content has changed since "
            f"(sha256 {found[:8]}… instead of {job.sha256[:8]}…): import it again."
        )
    sound, odd = _sound(job.path)
    predictor = shared_predictor(job.model)
    moments = read_moments(job.path, predictor=predictor, sound=sound, with_sound=sound is not None)
    features, statuses, most_faces = gather(moments)
    report = {
        "clip": job.clip,
        "recipe": job.recipe,
        "source_sha256": job.sha256,
        **_about_faces(features, statuses, most_faces, odd),
        **_about_sound(sound, odd),
        "odd": odd,
        "seconds_of_work": round(time.perf_counter() - start, 3),
    }
    FeatureStore(job.features).write(job.clip, features, report)
    return report


def _sound(path: Path) -> tuple[Sound | None, list[str]]:
    """Read the sound; where it is damaged as a whole but there are pictures, go on with these and say so."""
    try:
        sound = read_sound(path)
    except InvalidInputError:
        if read_header(path).pictures is None:
            raise
        return None, ["SOUND_DAMAGED"]
    return sound, [] if sound is not None else ["NO_SOUND"]


def _stack(rows: list[np.ndarray], shape: tuple[int, ...], dtype: type) -> np.ndarray:
    return np.stack(rows).astype(dtype, copy=False) if rows else np.zeros((0, *shape), dtype=dtype)


def gather(moments: Iterable[SeenMoment]) -> tuple[ClipFeatures, list[str], int]:
    """Collect moments into the arrays of a clip.

    Returns
    -------
    features : ClipFeatures
    statuses : list of str
        The status of every moment.
    most_faces : int
        The most faces seen at once.
    """
    seen = list(moments)
    landmarks = [moment.landmarks for moment in seen if moment.landmarks is not None]
    faces = [moment.face for moment in seen if moment.face is not None]
    mouths = [moment.mouth for moment in seen if moment.mouth is not None]
    has_sound = any(moment.column is not None for moment in seen)
    missing = np.full(N_FREQUENCIES, np.nan, dtype=np.float32)
    columns = [m.column if m.column is not None else missing for m in seen] if has_sound else []
    nowhere = (math.nan,) * 4
    features = ClipFeatures(
        time_s=np.array([m.time_s for m in seen], dtype=np.float64),
        frame_time_s=np.array([m.frame_time_s for m in seen], dtype=np.float64),
        found=np.array([m.landmarks is not None for m in seen], dtype=bool),
        box=np.array([m.box or nowhere for m in seen], dtype=np.float32).reshape(-1, 4),
        landmarks=_stack(landmarks, (N_LANDMARKS, 2), np.float32),
        faces=_stack(faces, (FACE_SIZE, FACE_SIZE, 3), np.uint8),
        mouths=_stack(mouths, (MOUTH_SIZE, MOUTH_SIZE, 3), np.uint8),
        columns=_stack(columns, (N_FREQUENCIES,), np.float16),
        level_db=np.array([m.level_db for m in seen], dtype=np.float32),
    )
    return features, [m.status for m in seen], max((m.n_faces for m in seen), default=0)


def longest_gap_s(found: np.ndarray, time_s: np.ndarray) -> float:
    """Return the length of the longest stretch without a face, in seconds."""
    if found.size == 0 or found.all():
        return 0.0
    step_s = float(time_s[1] - time_s[0]) if time_s.size > 1 else 0.03
    edges = np.flatnonzero(np.diff(np.concatenate([[0], ~found, [0]]).astype(np.int8)))
    return round(float((edges[1::2] - edges[::2]).max() * step_s), 3)


def _about_faces(
    features: ClipFeatures, statuses: list[str], most_faces: int, odd: list[str]
) -> dict[str, Any]:
    n_moments, n_found = len(features.found), int(features.found.sum())
    has_pictures = "no pictures" not in statuses
    if not has_pictures:
        odd.append("NO_PICTURES")
    elif n_found == 0:
        odd.append("NO_FACE")
    elif n_found < n_moments:
        odd.append("FACE_LOST")
    if n_found and float(np.nanmedian(features.box[:, 2])) < SMALL_FACE_PX:
        odd.append("SMALL_FACE")
    if most_faces > 1:
        odd.append("SEVERAL_FACES")
    return {
        "n_moments": n_moments,
        "n_detected": statuses.count("detected"),
        "n_tracked": statuses.count("tracked"),
        "n_lost": statuses.count("lost"),
        "face_share": round(n_found / n_moments, 4) if n_moments and has_pictures else None,
        "longest_gap_s": longest_gap_s(features.found, features.time_s) if has_pictures else None,
        "most_faces": most_faces,
        "n_heard": int(features.heard.sum()),
    }


def _about_sound(sound: Sound | None, odd: list[str]) -> dict[str, Any]:
    if sound is None:
        return {"sound_mean_dbfs": None, "sound_peak_dbfs": None, "sound_full_scale_share": None}
    mean_db = float(level_db(sound.samples)) if sound.samples.size else math.nan
    peak = float(np.abs(sound.samples).max()) if sound.samples.size else 0.0
    odd.extend(sound.notes)
    if not mean_db > QUIET_DB:
        odd.append("QUIET")
    if _is_clipped(sound.samples):
        odd.append("CLIPPED")
    return {
        "sound_mean_dbfs": round(mean_db, 1) if math.isfinite(mean_db) else None,
        "sound_peak_dbfs": round(20 * math.log10(max(peak, 1e-7)), 1),
        "sound_full_scale_share": round(full_scale_share(sound.samples), 6),
    }


def _is_clipped(samples: np.ndarray) -> bool:
    """Whether samples in a row stand at full scale: one may be a loud voice, three are a cut wave."""
    full = np.abs(samples) >= FULL_SCALE
    return bool(full.size >= CLIPPED_RUN and (full[:-2] & full[1:-1] & full[2:]).any())
