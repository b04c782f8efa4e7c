"""What is left of the running system's answers when a face is tilted or partly covered (Yakaew 2021, figure 8).

Every picture of a recording is disturbed in the same way and the whole system looks at it anew; its answers are compared
with those to the same recording undisturbed. So this says what is *held*, not what is right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from workbench.errors import InvalidInputError
from workbench.evaluation.robustness import Held
from workbench.features.sight import FollowLooker, Looker, Sight
from workbench.features.upright import UprightLooker
from workbench.media.audio import read_sound
from workbench.media.video import Frame, read_frames
from workbench.systems.lightweight_fusion import FusionNetworks
from workbench.systems.moment_events import MomentAnswer, PictureSeen
from workbench.systems.stream import StreamingAnalyser

Kind = Literal["roll", "covered from below", "covered from the side"]
KINDS: tuple[Kind, ...] = ("roll", "covered from below", "covered from the side")


@dataclass(frozen=True)
class Disturbance:
    """One way to make it harder.

    Attributes
    ----------
    kind : {"roll", "covered from below", "covered from the side"}
    amount : float
        Degrees counter-clockwise the whole picture is turned by, or the share of the face's height (from the chin up) or
        width (from the right of the picture) that is covered with a patch of the face's own mean colour, as a hand would.

    Raises
    ------
    InvalidInputError
        Another kind, or a share outside 0 to 1.
    """

    kind: Kind
    amount: float

    def __post_init__(self) -> None:
        if self.kind not in KINDS or (self.kind != "roll" and not 0 <= self.amount <= 1):
            raise InvalidInputError(
                f"A disturbance must be one of {', '.join(KINDS)}, covering a share from 0 to 1. "
                f"Received {self.kind!r}, {self.amount}."
            )

    def of(self, image: np.ndarray, sight: Sight) -> np.ndarray:
        """Return a disturbed copy of a picture in which ``sight`` is seen undisturbed."""
        if self.kind == "roll":
            height, width = image.shape[:2]
            way = cv2.getRotationMatrix2D((width / 2, height / 2), self.amount, 1.0)
            return cv2.warpAffine(image, way, (width, height), borderMode=cv2.BORDER_REPLICATE)
        if sight.landmarks is None or sight.face is None or not self.amount:
            return image
        low, high = sight.landmarks.min(axis=0), sight.landmarks.max(axis=0)
        width, height = high - low
        covered = image.copy()
        if self.kind == "covered from below":
            low, high = (
                np.array([low[0] - 0.2 * width, high[1] - self.amount * height]),
                high + np.array([0.2 * width, 0.3 * height]),
            )
        else:
            low, high = (
                np.array([high[0] - self.amount * width, low[1] - 0.3 * height]),
                high + np.array([0.3 * width, 0.2 * height]),
            )
        left, top, right, bottom = (max(round(float(v)), 0) for v in (*low, *high))
        covered[top:bottom, left:right] = sight.face.mean(axis=(0, 1)).astype(np.uint8)
        return covered


def held(
    video: Path,
    networks: FusionNetworks,
    disturbances: Iterable[Disturbance],
    *,
    upright: bool = False,
    every: int = 1,
) -> list[Held]:
    """Judge a recording undisturbed and under each disturbance, and say what is held.

    Parameters
    ----------
    upright : bool
        Whether tilted faces are cut out upright (:mod:`workbench.features.upright`).
    every : int
        Look at every n-th picture only, as if the camera were slower.

    Raises
    ------
    InvalidInputError
        It is no recording, or no face is seen in it undisturbed.
    """
    frames, looker = list(read_frames(video))[::every], FollowLooker()
    sights = [looker.look(frame) for frame in frames]
    before, label = _judge(video, networks, frames, [frame.image for frame in frames], upright)
    known = [k for k, seen in enumerate(before) if seen.mouth_open is not None]
    if not known:
        raise InvalidInputError(f"{video.name} must show a face to be disturbed. None is seen in it.")
    results = []
    for one in disturbances:
        after, other_label = _judge(
            video,
            networks,
            frames,
            (one.of(f.image, s) for f, s in zip(frames, sights, strict=True)),
            upright,
        )
        found = [k for k in known if after[k].mouth_open is not None]
        n_same = sum(after[k].mouth_open == before[k].mouth_open for k in found)
        results.append(
            Held(
                video.name,
                one.kind,
                one.amount,
                upright,
                len(known),
                len(found),
                n_same,
                other_label == label,
            )
        )
    return results


def _judge(
    video: Path,
    networks: FusionNetworks,
    frames: list[Frame],
    images: Iterable[np.ndarray],
    upright: bool,
) -> tuple[list[PictureSeen], str | None]:
    looker: Looker = UprightLooker(FollowLooker()) if upright else FollowLooker()
    sound = read_sound(video)
    analyser = StreamingAnalyser(networks, looker=looker, sound=sound is not None, longest_wait_s=3600.0)
    events = [] if sound is None else analyser.push_sound(0.0, sound.samples)
    for frame, image in zip(frames, images, strict=True):
        events += analyser.push_frame(frame.time_s, image)
    events += analyser.end()
    opinions = [e.accumulated for e in events if isinstance(e, MomentAnswer) and e.accumulated]
    label = max(opinions[-1], key=opinions[-1].__getitem__) if opinions else None
    return [event for event in events if isinstance(event, PictureSeen)], label
