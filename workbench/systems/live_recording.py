"""A live session that is kept: the pictures that were judged, the sound that was heard, and every answer beside them.

Until it is finished all lies in a hidden folder of the dataset, which ``workbench forget`` clears and which a killed
process leaves behind for it.
"""

from __future__ import annotations

import shutil
import threading
import uuid
from collections import deque
from datetime import datetime
from typing import Any

import numpy as np

from workbench.datasets.recorded import RecordingWish, keep_clip
from workbench.errors import InvalidInputError, WorkbenchError
from workbench.files import TEMPORARY_PREFIX
from workbench.media.live_clip import SUFFIX, LiveClip
from workbench.media.timeline import GRID_STEP_S
from workbench.project import Project
from workbench.systems.analysis import Analysis
from workbench.systems.moment_events import MomentAnswer
from workbench.systems.sinks import AnalysisFacts, JsonSink

_MOST_EXPECTED = 8  # pictures sent and not yet seen: the drop rule keeps them fewer


class LiveRecording:
    """One recording, from the first picture to the clip in its dataset.

    The results beside it are the document of ``workbench analyze --json``.

    Parameters
    ----------
    project : Project
    wish : RecordingWish
        Checked by the caller.
    runs : dict of str to str
        Which run each network came from.
    alpha : float
    heard : bool
        Whether sound will come.
    """

    def __init__(
        self, project: Project, wish: RecordingWish, *, runs: dict[str, str], alpha: float, heard: bool
    ) -> None:
        self.project, self.wish = project, wish
        folder = project.dataset_folder(wish.dataset) / f"{TEMPORARY_PREFIX}{uuid.uuid4().hex[:8]}"
        folder.mkdir(mode=0o700, parents=True)
        self._folder = folder
        self._path = folder / f"camera-{datetime.now():%Y%m%d-%H%M%S}{SUFFIX}"
        self._results = folder / "results.json"
        self._sink = JsonSink(self._results)
        self._sink.open(AnalysisFacts(self._path.name, alpha, GRID_STEP_S, runs))
        self._analysis, self._heard = Analysis(self._path.name), heard
        self._clip: LiveClip | None = None
        self._expected: deque[tuple[int, float, bytes]] = deque(maxlen=_MOST_EXPECTED)
        self._early: list[tuple[float, np.ndarray]] = []
        self._lock = threading.Lock()

    def expect(self, key: int, time_s: float, jpeg: bytes, size: tuple[int, int]) -> None:
        """Take a picture that is about to be judged; it is kept once it was (:meth:`seen`).

        Raises
        ------
        WorkbenchError
            Its size changed: a clip has one, so this recording must end.
        StorageError
            The file cannot be begun.
        """
        with self._lock:
            if self._clip is None:
                self._clip = LiveClip(self._path, size, with_sound=self._heard)
                for start_s, samples in self._early:
                    self._clip.add_sound(start_s, samples)
                self._early.clear()
            if self._clip.size != size:
                raise WorkbenchError(
                    f"A recording's pictures must be of one size. Received {size} after {self._clip.size}: what was recorded so far ends there. Start again."
                )
            self._expected.append((key, time_s, jpeg))

    def hear(self, start_s: float, samples: np.ndarray) -> None:
        """Take sound, 48 kHz float32, first heard at ``start_s``."""
        with self._lock:
            if self._clip is None:
                self._early.append((start_s, samples))
            else:
                self._clip.add_sound(start_s, samples)

    def seen(self, key: Any) -> None:
        """Keep the picture that was judged; those sent before it and never judged are left out, as everywhere."""
        with self._lock:
            while self._expected and self._clip is not None:
                expected, time_s, jpeg = self._expected.popleft()
                if expected == key:
                    self._clip.add_picture(time_s, jpeg)
                    return

    def answered(self, answer: MomentAnswer) -> None:
        """Keep an answer."""
        self._sink.write(answer)
        self._analysis.add(answer)

    def finish(self) -> str:
        """Put the clip and its results into the dataset, and return the clip's id.

        Raises
        ------
        InvalidInputError
            There was no picture, or the recording is not taken in.
        StorageError
            The dataset cannot be written.
        """
        if self._clip is None or not self._clip.n_pictures:
            self.abandon()
            raise InvalidInputError(
                "A recording must hold a picture. None came: nothing was kept. Start again."
            )
        try:
            self._clip.close()
            self._sink.close(self._analysis)
            return keep_clip(self.project, self.wish, self._path, self._results)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def abandon(self) -> None:
        """Keep nothing."""
        self._sink.abandon()
        if self._clip is not None:
            self._clip.abandon()
        shutil.rmtree(self._folder, ignore_errors=True)
