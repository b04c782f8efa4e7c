"""Moments of a dataset to be labelled: spread over speakers and clips, each with the pixels the networks get.

What is shown and heard is decided by the question's modality, here and nowhere else: a task of a question about the
voice has no picture to give away.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workbench.datasets.catalog import Dataset
from workbench.datasets.crop_shelf import CropShelf
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.film_strip import Strip, draw_strip
from workbench.datasets.moment_context import MomentContext, moment_context
from workbench.datasets.task_choice import clips_in_turn, in_turn, moments_to_ask, shuffled, spread
from workbench.errors import InvalidInputError
from workbench.labels.schema import QUESTIONS, Modality, schema_of
from workbench.lazy import load

SHOWN: dict[Modality, tuple[str, ...]] = {
    "mouth": ("mouths", "faces"),
    "face": ("faces",),
    "voice": (),
    "both": ("faces",),
}
"""Which arrays are shown for a modality: first the one its network gets, then what helps to see it."""
PICTURES = {question: SHOWN[schema_of(question).modality] for question in QUESTIONS}
"""The same for every question."""
ISOLATED = ("sentiment_face", "sentiment_voice", "sentiment_both")
"""Questions asked about the same moments, each with one modality alone: these moments have a face and a voice."""
NEIGHBOURS = 4
"""So many moments before and after are in the film strip."""
_WORDS = {"mouths": "mouth", "faces": "face"}


@dataclass(frozen=True)
class Picture:
    """One picture to show.

    Attributes
    ----------
    name : {"mouth", "face"}
        What it shows.
    png : bytes
        The crop, pixel for pixel, as lossless PNG.
    """

    name: str
    png: bytes


@dataclass(frozen=True)
class FrameTask:
    """One moment of one clip waiting for a label; pictures are read when asked for.

    Attributes
    ----------
    task_id : str
        Clip and time, the same in every session.
    clip : str
        The clip's id.
    start_s, end_s : float
        The moment on the 30 ms grid, twice.
    dataset : str
        Name of the dataset.
    modality : {"mouth", "face", "voice", "both"}
        What is shown and heard.
    """

    task_id: str
    clip: str
    start_s: float
    end_s: float
    dataset: str
    modality: Modality
    _moment: int = field(repr=False)
    _shelf: CropShelf = field(repr=False, compare=False)

    @property
    def moment(self) -> int:
        """Index of the moment on the clip's grid."""
        return self._moment

    def pictures(self) -> tuple[Picture, ...]:
        """Return what is shown: first the crop the question's network gets; none for a voice."""
        return pictures_of(self._shelf, self.clip, self._moment)

    def strip(self) -> Strip | None:
        """Return the moments before and after as a film strip; none for a voice."""
        return strip_of(self._shelf, self.clip, self._moment, self._moment)

    def context(self, *, radius_s: float = 1.0) -> MomentContext:
        """Return the clip around the moment, without what the question leaves out; raises as ``moment_context``."""
        return moment_context(
            self._shelf.dataset,
            self.clip,
            self.start_s,
            self.end_s,
            radius_s=radius_s,
            modality=self.modality,
        )

    @property
    def pixels_sha256(self) -> str:
        """Hash of the first picture's pixels: RGB bytes row by row."""
        return self._shelf.pixels_sha256(self.clip, [self._moment])

    def details(self) -> Mapping[str, Any]:
        """Return what is kept with an answer: dataset, and hashes of the pixels and of the 30 ms of sound judged."""
        return {"dataset": self.dataset, **hashes_of(self._shelf, self.clip, [self._moment], self.modality)}


def frame_tasks(dataset: Dataset, question: str, *, n_tasks: int = 200, seed: int = 0) -> list[FrameTask]:
    """Choose moments with a face: speakers take turns, then their clips, then spread-out moments of each clip.

    The first ``k`` of more tasks are the same tasks as ``k`` tasks, so asking for more keeps what was done. The
    isolated questions (``sentiment_face``, ``sentiment_voice``, ``sentiment_both``) get the same moments as each other,
    with face and voice, each in an order of its own, so that nobody remembers what the last question showed.

    Parameters
    ----------
    question : str
        One of :data:`PICTURES`; decides what is shown and heard.
    n_tasks : int
        At most so many; fewer when the dataset has fewer moments with a face.
    seed : int
        Another one chooses others.

    Raises
    ------
    InvalidInputError
        An unknown question, ``n_tasks`` below 1, or no extracted clip with a face.
    """
    check_request(question, n_tasks)
    store = FeatureStore(dataset.features)
    isolated = question in ISOLATED
    chosen = in_turn(
        clips_in_turn(dataset, seed=seed, with_voice=isolated),
        n_tasks,
        lambda clip: _spread_moments(store, clip, seed=seed, with_voice=isolated),
    )
    if not chosen:
        what = "a face that speaks" if isolated else "a face"
        raise InvalidInputError(
            f"Frames to label must have {what}. Extraction found none in {dataset.name}: see its report."
        )
    modality = schema_of(question).modality
    wanted: dict[str, set[int]] = defaultdict(set)
    for clip, (moment, _) in chosen:
        wanted[clip].update(range(moment - NEIGHBOURS, moment + NEIGHBOURS + 1))
    shelf = CropShelf(dataset, PICTURES[question], wanted)
    tasks = {
        task_id: FrameTask(task_id, clip, time_s, time_s, dataset.name, modality, moment, shelf)
        for clip, (moment, time_s) in chosen
        for task_id in [f"{clip}@{time_s:.3f}"]
    }
    order = shuffled(list(tasks), seed, question) if isolated else list(tasks)
    return [tasks[task_id] for task_id in order]


def check_request(question: str, n_tasks: int) -> None:
    """Raise :class:`InvalidInputError` for an unknown question or fewer than one task."""
    if question not in PICTURES:
        raise InvalidInputError(f"Frames can be asked about {', '.join(PICTURES)}. Received {question!r}.")
    if n_tasks < 1:
        raise InvalidInputError(f"n_tasks must be 1 or more. Received {n_tasks}.")


def pictures_of(shelf: CropShelf, clip: str, moment: int) -> tuple[Picture, ...]:
    """Return the crops of one moment as pictures."""
    crops = [(name, shelf.crop(clip, name, moment)) for name in shelf.arrays]
    return tuple(Picture(_WORDS[name], _png(crop)) for name, crop in crops if crop is not None)


def strip_of(shelf: CropShelf, clip: str, first: int, last: int) -> Strip | None:
    """Return the film strip of the moments ``first`` to ``last`` with neighbours; none where nothing is to be seen."""
    if not shelf.arrays:
        return None
    times = shelf.grid(clip).time_s
    cells = range(max(first - NEIGHBOURS, 0), min(last + NEIGHBOURS + 1, len(times)))
    name = shelf.arrays[0]
    return draw_strip(
        _WORDS[name],
        [shelf.crop(clip, name, moment) for moment in cells],
        [float(times[moment]) for moment in cells],
        marked=(first - cells[0], last - cells[0]),
    )


def hashes_of(shelf: CropShelf, clip: str, moments: list[int], modality: Modality) -> dict[str, str]:
    """Return the hashes of what the networks get at these moments, of what the question is about.

    ``pixels_sha256`` where one sees; ``sound_sha256`` where the voice is judged, of the first of the moments.
    """
    hashes = {}
    if shelf.arrays:
        hashes["pixels_sha256"] = shelf.pixels_sha256(clip, moments)
    if modality in ("voice", "both"):
        hashes["sound_sha256"] = shelf.sound_sha256(clip, moments[0])
    return hashes


def _spread_moments(
    store: FeatureStore, clip: str, *, seed: int, with_voice: bool
) -> list[tuple[int, float]]:
    """Return all (moment, time) that can be asked about so that any first few lie far apart in time."""
    moments = moments_to_ask(store, clip, with_voice=with_voice)
    return [moments[place] for place in spread(clip, len(moments), seed=seed)]


def _png(crop: np.ndarray) -> bytes:
    stream = io.BytesIO()
    load("PIL.Image").fromarray(crop).save(stream, format="png", compress_level=1)
    return stream.getvalue()
