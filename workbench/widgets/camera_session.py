"""What the camera's page knows: pictures and sound come in with their times, what was seen goes out; kept only when asked.

No widget and no browser: the page (camera_view) is its face only.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.datasets.recorded import RecordingWish
from workbench.errors import InvalidInputError, WorkbenchError
from workbench.evaluation.accumulate import ALPHA
from workbench.features.crowd_looker import FaceOptions
from workbench.features.sight import Looker
from workbench.features.smoothing import DisplaySmoother
from workbench.features.spectrogram import N_SAMPLES
from workbench.media.audio import SOUND_RATE
from workbench.media.jpeg import JpegDecoder
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.systems.lightweight_fusion import FusionNetworks
from workbench.systems.live import LiveAnalyser, LiveSummary
from workbench.systems.live_recording import LiveRecording
from workbench.systems.stream import Event, MomentAnswer, StreamingAnalyser
from workbench.widgets.camera_messages import moments_message, seen_message

LONGEST_WAIT_S = 1.0
"""How long a moment waits for sound that stays away: a live opinion must not stand still for a microphone."""
LONGEST_GAP_S = 60.0
LARGEST = FaceOptions()
_MOST_UNTOLD = 100
"""Moments that wait for a picture to be told with; a page out of sight sends sound alone, for hours."""
_NEIGHBOUR = (
    SOUND_RATE // 2000
)  # blocks that begin this near to the end of the last one follow it without a gap


@dataclass(frozen=True)
class CameraResult:
    """What a session came to.

    Attributes
    ----------
    summary : LiveSummary
    dataset, clip : str
        Where it was kept; empty when it was not.
    problem : str
        Why it ended before it was stopped; empty when it did not.
    """

    summary: LiveSummary
    dataset: str = ""
    clip: str = ""
    problem: str = ""


class CameraSession:
    """Judge what a camera sees, one start after the other.

    Parameters
    ----------
    project : Project
        Where a recording is kept, when one is asked for.
    load_networks : callable
        Returns the networks, and tells how far it is; called once.
    tell : callable
        Told, on another thread, of every picture that was seen: a message for the page.
    alpha : float, in (0, 1]
        Share of the newest moment in the accumulated opinion.
    looker : callable
        Makes who looks for the face, anew for each start.

    Examples
    --------
    >>> session.start(heard=True)  # doctest: +SKIP
    >>> session.frame(1, 0.0, jpeg)  # doctest: +SKIP
    >>> session.stop().summary.label  # doctest: +SKIP
    'neutral'
    """

    def __init__(
        self,
        project: Project,
        load_networks: Callable[[Progress], FusionNetworks],
        tell: Callable[[dict[str, Any]], None],
        *,
        alpha: float = ALPHA,
        looker: Callable[[FaceOptions], Looker] = FaceOptions.looker,
    ) -> None:
        self.project, self.alpha = project, alpha
        self._load, self._tell, self._looker = load_networks, tell, looker
        self._networks: FusionNetworks | None = None
        self._loading = threading.Lock()
        self._live: LiveAnalyser | None = None
        self._recording: LiveRecording | None = None
        self._moments: list[MomentAnswer] = []
        self._decoder, self._last_sign_s = JpegDecoder(), 0.0
        self._heard, self._n_heard, self._n_dropped, self._shown_s = False, 0, 0, 0.0

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._live is not None

    @property
    def silent_s(self) -> float:
        """Seconds since the page said anything; 0 while nothing runs."""
        return time.monotonic() - self._last_sign_s if self.running else 0.0

    def prepare(self, progress: Progress = silent) -> FusionNetworks:
        """Load the networks and what finds a face, and return the networks; the first call takes seconds.

        Raises
        ------
        InvalidInputError
            No network was trained.
        """
        with self._loading:
            if self._networks is None:
                networks = self._load(progress)
                # On a thread that ends: what it loaded for itself goes to the next one, the analyser's.
                warm = threading.Thread(target=self._warm_up, args=(networks,), daemon=True)
                warm.start()
                warm.join()
                self._networks = networks
            return self._networks

    def _warm_up(self, networks: FusionNetworks) -> None:
        """Judge a black picture and silence: what is loaded at the first use would be the first picture's delay."""
        analyser = StreamingAnalyser(networks, looker=self._looker(LARGEST))
        analyser.push_frame(0.0, np.zeros((480, 640, 3), np.uint8))
        analyser.push_sound(0.0, np.zeros(N_SAMPLES, np.float32))
        analyser.end()

    def start(self, *, heard: bool, wish: RecordingWish | None = None, faces: FaceOptions = LARGEST) -> None:
        """Begin anew; a session that still runs (a page that was closed) is stopped first.

        Parameters
        ----------
        heard : bool
            Whether sound will come.
        wish : RecordingWish, optional
            Keep a clip with its results. Nothing is kept without it.
        faces : FaceOptions
            Which of several faces is judged.

        Raises
        ------
        InvalidInputError
            The recording was not agreed to, or names nobody.
        StorageError
            It cannot be written.
        """
        if wish is not None:
            wish.check(self.project)
        if self.running:
            self.stop()
        networks = self.prepare()
        analyser = StreamingAnalyser(
            networks,
            looker=self._looker(faces),
            alpha=self.alpha,
            sound=heard,
            longest_wait_s=LONGEST_WAIT_S,
            smoother=DisplaySmoother(),
        )
        if wish is not None:
            self._recording = LiveRecording(
                self.project, wish, runs=networks.runs, alpha=self.alpha, heard=heard
            )
        self._moments, self._last_sign_s, self._heard = [], time.monotonic(), heard
        self._n_heard, self._n_dropped, self._shown_s = 0, 0, 0.0
        self._live = LiveAnalyser(analyser, self._happened)

    def frame(self, key: int, time_s: float, jpeg: bytes | memoryview) -> None:
        """Take a picture; what is seen in it is told under its ``key``, unless a newer one comes first.

        Its time counts in whole milliseconds, as a recording keeps it.

        Raises
        ------
        InvalidInputError
            It is no JPEG, or nothing was started.
        WorkbenchError
            The analysis, or the recording, ended with an error: stop.
        """
        live, time_s = self._started(), round(time_s, 3)
        _check_gap(time_s, max(self._shown_s, self._n_heard / SOUND_RATE))  # sound may go on alone meanwhile
        image, kept = self._decoder.decode(jpeg), b""
        if self._recording is not None:
            self._recording.expect((image.shape[1], image.shape[0]))
            kept = bytes(jpeg)
        live.push_frame(time_s, image, (key, kept))
        self._n_dropped, self._shown_s = live.summary.n_dropped, time_s

    def sound(self, starts_s: Sequence[float], blocks: Sequence[bytes | memoryview]) -> None:
        """Take blocks of 48 kHz float32 samples, each with the time of its first one. Errors as :meth:`frame`."""
        live = self._started()
        if not self._heard:
            return  # it was started without sound
        for start_s, block in zip(starts_s, blocks, strict=True):
            samples = np.frombuffer(bytes(block), "<f4")
            _check_gap(float(start_s), self._n_heard / SOUND_RATE)
            first = round(float(start_s) * SOUND_RATE)
            if abs(first - self._n_heard) < _NEIGHBOUR:
                first = self._n_heard
            self._n_heard = max(first + samples.size, self._n_heard)
            if self._recording is not None:
                self._recording.hear(first / SOUND_RATE, samples)
            live.push_sound(first / SOUND_RATE, samples)

    def stop(self) -> CameraResult:
        """End the session, and keep its clip when that was asked for. Nothing happens when nothing runs.

        Where the analysis ended with an error, what was recorded up to there is kept.

        Raises
        ------
        WorkbenchError
            The clip could not be kept: the message says why.
        """
        live, self._live = self._live, None
        if live is None:
            return CameraResult(LiveSummary())
        problem = ""
        try:
            live.stop()  # the last answers come now
        except WorkbenchError as error:
            problem = str(error)
        recording, self._recording = self._recording, None
        self._n_dropped = live.summary.n_dropped
        self._send_moments()
        result = CameraResult(live.summary, problem=problem)
        if recording is None:
            return result
        try:
            return replace(result, dataset=recording.wish.dataset, clip=recording.finish())
        except WorkbenchError as error:
            if not problem:
                raise
            raise WorkbenchError(f"{problem} {error}") from error

    def _started(self) -> LiveAnalyser:
        if self._live is None:
            raise InvalidInputError("The camera must be started before pictures are sent. Press Start.")
        self._last_sign_s = time.monotonic()
        return self._live

    def _happened(self, event: Event) -> None:
        """On the analyser's thread: tell the page, and let the recording have it."""
        recording = self._recording
        if isinstance(event, MomentAnswer):
            self._moments.append(event)
            if recording is not None:
                recording.answered(event)
            if len(self._moments) >= _MOST_UNTOLD:
                self._send_moments()
            return
        key, jpeg = event.key
        if recording is not None:
            recording.seen(event.time_s, jpeg)
        self._tell(seen_message(replace(event, key=key), self._taken_moments(), self._n_dropped))

    def _taken_moments(self) -> list[MomentAnswer]:
        taken, self._moments = self._moments, []
        return taken

    def _send_moments(self) -> None:
        """Tell of the moments that no picture came after."""
        if moments := self._taken_moments():
            self._tell(moments_message(moments, None, self._n_dropped))


def _check_gap(time_s: float, last_s: float) -> None:
    """Raise WorkbenchError unless a time follows the last one of its kind: a gap would be filled, moment by moment."""
    if not 0 <= time_s <= last_s + LONGEST_GAP_S:
        raise WorkbenchError(
            f"Pictures and sound must follow each other within {LONGEST_GAP_S:.0f} s. Received {time_s:.1f} s after {last_s:.1f} s: "
            "this machine, or the page, was asleep. Start again."
        )
