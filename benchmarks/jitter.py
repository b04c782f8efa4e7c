"""How much the displayed landmarks tremble and lag: ``python -m benchmarks.jitter VIDEO [VIDEO ...]``.

Trembling is the root mean square of the landmarks' second difference from picture to picture, as a share of the face's
width. The lag is the shift in time at which the unfiltered opening of the mouth fits the filtered one best; the share of
its spread that is left says how much of the mouth's motion the eye still sees.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.features.mouth import mouth_opening
from workbench.features.sight import FollowLooker
from workbench.features.smoothing import DisplaySmoother
from workbench.media.video import read_frames

LONGEST_LAG = 6.0


@dataclass(frozen=True)
class Steadied:
    """What smoothing does to one recording.

    Attributes
    ----------
    before, after : float
        Trembling as a share of the face's width.
    lag_ms : float
    motion_left : float
        Spread of the mouth's opening after smoothing over that before.
    """

    before: float
    after: float
    lag_ms: float
    motion_left: float


def measure(video: Path) -> Steadied:
    """Look at a recording and compare what is computed with what is displayed."""
    looker, smoother = FollowLooker(), DisplaySmoother()
    sights = [looker.look(frame) for frame in read_frames(video)]
    pairs = [(s.time_s, s.landmarks, smoother.smooth(s)[1]) for s in sights if s.landmarks is not None]
    raw, shown = (np.array([pair[k] for pair in pairs], dtype=float) for k in (1, 2))
    width = float(np.median(np.linalg.norm(raw[:, 16] - raw[:, 0], axis=1)))
    opening, displayed = mouth_opening(raw), mouth_opening(shown)
    step_s = float(np.median(np.diff([pair[0] for pair in pairs])))
    return Steadied(
        before=_tremble(raw, width),
        after=_tremble(shown, width),
        lag_ms=1000 * step_s * _lag(opening, displayed),
        motion_left=float(displayed.std() / opening.std()),
    )


def _tremble(points: np.ndarray, width: float) -> float:
    return float(np.sqrt((np.diff(points, 2, axis=0) ** 2).sum(axis=-1).mean()) / width)


def _lag(before: np.ndarray, after: np.ndarray) -> float:
    """Return by how many pictures ``after`` follows ``before``."""
    at, start = np.arange(len(before)), int(LONGEST_LAG)
    shifts = np.arange(0, LONGEST_LAG, 0.05)
    errors = [np.mean((np.interp(at[start:] - s, at, before) - after[start:]) ** 2) for s in shifts]
    return float(shifts[int(np.argmin(errors))])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.jitter", description=__doc__)
    parser.add_argument("videos", type=Path, nargs="+")
    for video in parser.parse_args().videos:
        steadied = measure(video)
        print(
            f"{video.name}: trembling {steadied.before:.2%} of the face's width before, {steadied.after:.2%} after"
            f" ({steadied.after / steadied.before:.0%}); lag {steadied.lag_ms:.0f} ms;"
            f" {steadied.motion_left:.0%} of the mouth's motion left",
            flush=True,
        )


if __name__ == "__main__":
    main()
