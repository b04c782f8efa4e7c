"""A live session that is kept: the pictures that were judged, the sound that was heard, and every answer beside them.

Until it is finished all lies in a hidden folder of the dataset, which ``workbench forget`` clears and which a killed
process leaves behind for it.
"""

from __future__ import annotations

import shutil
import threading
import uuid
from datetime import datetime

import numpy as np

from workbench.datasets.recorded import RecordingWish, keep_clip
from workbench.errors import InvalidInputError, StorageError, WorkbenchError
from workbench.files import TEMPORARY_PREFIX
from workbench.media.live_clip import SUFFIX, LiveClip
from workbench.media.timeline import GRID_STEP_S
from workbench.project import Project
from workbench.systems.analysis import Analysis
from workbench.systems.moment_events import MomentAnswer
from workbench.systems.sinks import AnalysisFacts, JsonSink


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

    Raises
    ------
    StorageError
        The dataset cannot be written.
    """

    def __init__(
        self, project: Project, wish: RecordingWish, *, runs: dict[str, str], alpha: float, heard: bool
    ) -> None:
        self.project, self.wish = project, wish
        folder = project.dataset_folder(wish.dataset) / f"{TEMPORARY_PREFIX}{uuid.uuid4().hex[:8]}"
        try:
            folder.mkdir(mode=0o700, parents=True)
        except OSError as error:
            raise StorageError(
                f"A recording's dataset must be writable in {folder.parent}. Received: {error.strerror}. "
                "Mend its permissions, or start without recording."
            ) from error
        self._folder = folder
        self._path = folder / f"camera-{datetime.now():%Y%m%d-%H%M%S}{SUFFIX}"
        self._results = folder / "results.json"
        self._sink = JsonSink(self._results)
        self._sink.open(AnalysisFacts(self._path.name, alpha, GRID_STEP_S, runs))
        self._analysis, self._heard = Analysis(self._path.name), heard
        self._clip: LiveClip | None = None
        self._early: list[tuple[float, np.ndarray]] = []
        self._lock = threading.Lock()

    def expect(self, size: tuple[int, int]) -> None:
        """Make ready for a picture of this size, which is about to be judged.

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

    def hear(self, start_s: float, samples: np.ndarray) -> None:
        """Take sound, 48 kHz float32, first heard at ``start_s``."""
        with self._lock:
            if self._clip is None:
                self._early.append((start_s, samples))
            else:
                self._clip.add_sound(start_s, samples)

    def seen(self, time_s: float, jpeg: bytes) -> None:
        """Keep a picture that was judged, in whole milliseconds later than the one before."""
        assert self._clip is not None  # it was expected
        self._clip.add_picture(time_s, jpeg)

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
            The dataset cannot be written. The recording was asked for, so it stays where the message says.
        """
        if self._clip is None or not self._clip.n_pictures:
            self.abandon()
            raise InvalidInputError(
                "A recording must hold a picture. None came: nothing was kept. Start again."
            )
        try:
            clip = self._kept(self._clip)
        except InvalidInputError:
            self.abandon()
            raise
        except OSError as error:
            self._sink.abandon()
            if not self._path.is_file():
                raise
            raise StorageError(
                f"{error} What was recorded lies in {self._folder}, for you only: `workbench forget` clears it."
            ) from error
        shutil.rmtree(self._folder, ignore_errors=True)
        return clip

    def _kept(self, clip: LiveClip) -> str:
        clip.close()
        self._sink.close(self._analysis)
        return keep_clip(self.project, self.wish, self._path, self._results)

    def abandon(self) -> None:
        """Keep nothing."""
        self._sink.abandon()
        if self._clip is not None:
            self._clip.abandon()
        shutil.rmtree(self._folder, ignore_errors=True)
