"""Draw the whole cast into a folder: clips with names as in RAVDESS, and the truth beside them."""

from __future__ import annotations

import math
import multiprocessing
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import cv2
import pandas as pd

from workbench.errors import InvalidInputError
from workbench.files import atomic_file
from workbench.media.sample_cast.actor import draw_actor
from workbench.media.sample_cast.performance import FRAME_RATE, perform
from workbench.media.sample_cast.script import Part, write_script
from workbench.media.sample_cast.truth import read_truth, write_truth
from workbench.media.video import write_video
from workbench.progress import Progress, silent

TRUTH_FILE = "truth.csv"
_OURS = re.compile(r"Actor_\d\d/\d\d(-\d\d){6}\.mp4")


def _check(
    *, n_actors: int, n_clips: int, seed: int, calm_face_share: float, flat_voice_share: float, n_workers: int
) -> None:
    for name, value, low, high in (
        ("n_actors", n_actors, 2, 24),
        ("n_clips", n_clips, 1, 24),
        ("n_workers", n_workers, 1, 64),
    ):
        if not low <= value <= high:
            raise InvalidInputError(f"{name} must lie between {low} and {high}. Received {value}.")
    if seed < 0:
        raise InvalidInputError(f"seed must be 0 or a positive whole number. Received {seed}.")
    for name, share in (("calm_face_share", calm_face_share), ("flat_voice_share", flat_voice_share)):
        if not (math.isfinite(share) and 0 <= share <= 1):
            raise InvalidInputError(f"{name} must be a share from 0 to 1. Received {share}.")
    if calm_face_share + flat_voice_share > 1 + 1e-9:
        raise InvalidInputError(
            "calm_face_share and flat_voice_share must be at most 1 together: no clip may hide its sentiment in both. "
            f"Received {calm_face_share} and {flat_voice_share}."
        )


def draw_clip(folder: Path, part: Part, seed: int) -> pd.DataFrame:
    """Draw one clip below ``folder`` and return its truth."""
    performance = perform(draw_actor(part.actor, seed=seed), part, seed=seed)
    with atomic_file(folder / part.file) as temporary:
        write_video(temporary, performance.pictures(), frame_rate=FRAME_RATE, sound=performance.sound)
    return performance.truth()


def _one_thread() -> None:
    cv2.setNumThreads(1)  # the workers already fill the machine


def _drawn(folder: Path, parts: list[Part], seed: int, n_workers: int) -> Iterator[tuple[Part, pd.DataFrame]]:
    """Yield every part with its truth, as they are finished."""
    if n_workers == 1:
        for part in parts:
            yield part, draw_clip(folder, part, seed)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(n_workers, mp_context=context, initializer=_one_thread) as pool:
        waiting = {pool.submit(draw_clip, folder, part, seed): part for part in parts}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _earlier_clips(folder: Path) -> set[str]:
    """Return the clips that the truth of an earlier cast in this folder lists."""
    path = folder / TRUTH_FILE
    return (
        {name for name in read_truth(path)["file"].unique() if _OURS.fullmatch(name)}
        if path.is_file()
        else set()
    )


def draw_cast(
    folder: Path,
    *,
    n_actors: int = 12,
    n_clips: int = 9,
    seed: int = 0,
    calm_face_share: float = 1 / 3,
    flat_voice_share: float = 1 / 3,
    n_workers: int = 2,
    progress: Progress = silent,
) -> Path:
    """Draw a cast of actors, each playing ``n_clips`` short clips, and return the path of the truth table.

    The same arguments give the same bytes, whatever ``n_workers``. Clips of an earlier cast in the same folder
    that do not belong to this one are removed.

    Parameters
    ----------
    folder : Path
        Receives ``Actor_XX/MM-….mp4`` and ``truth.csv``.
    n_actors, n_clips : int
        Actors (2 to 24) and clips of each (1 to 24).
    calm_face_share, flat_voice_share : float
        Of each actor's clips of each sentiment but neutral: the share in which the face stays neutral while the
        voice carries it, and the share in which the voice stays neutral while the face does.
    n_workers : int
        Processes that draw at once.

    Raises
    ------
    InvalidInputError
        An argument is out of its bounds.
    StorageError
        The folder cannot be written.
    """
    _check(
        n_actors=n_actors,
        n_clips=n_clips,
        seed=seed,
        calm_face_share=calm_face_share,
        flat_voice_share=flat_voice_share,
        n_workers=n_workers,
    )
    if folder.exists() and not folder.is_dir():
        raise InvalidInputError(
            f"The cast must be drawn into a folder. Received the file {folder}: pass a folder."
        )
    parts = [
        part
        for actor in range(1, n_actors + 1)
        for part in write_script(
            actor,
            n_clips=n_clips,
            seed=seed,
            calm_face_share=calm_face_share,
            flat_voice_share=flat_voice_share,
        )
    ]
    earlier = _earlier_clips(folder)
    # While clips of two casts may lie mixed, there is no truth: a stopped run cannot pass for a whole one.
    (folder / TRUTH_FILE).unlink(missing_ok=True)
    for name in earlier - {part.file for part in parts}:
        (folder / name).unlink(missing_ok=True)
    truths: dict[int, pd.DataFrame] = {}
    order = {part: number for number, part in enumerate(parts)}
    for part, truth in _drawn(folder, parts, seed, min(n_workers, len(parts))):
        truths[order[part]] = truth
        progress(len(truths), len(parts), part.file)
    write_truth(
        folder / TRUTH_FILE, pd.concat([truths[number] for number in sorted(truths)], ignore_index=True)
    )
    return folder / TRUTH_FILE
