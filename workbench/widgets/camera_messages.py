"""What the camera's page is told, as plain data: the picture that was seen and the moments judged since the last one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from workbench.sentiment import SENTIMENTS
from workbench.systems.moment_events import MomentAnswer, PictureSeen


def seen_message(seen: PictureSeen, moments: Sequence[MomentAnswer], n_dropped: int) -> dict[str, Any]:
    """Return what the page is told of a picture and of the moments judged since the last one, as plain data.

    Moments are ``[time_s, open, now, accumulated]``, the last two in the order of the classes, None without a face.
    """
    box, points = seen.shown_box, seen.shown_landmarks
    if box is None or points is None:
        box, points = seen.box, seen.landmarks
    told = moments_message(moments, seen.key, n_dropped) | {
        "time_s": seen.time_s,
        "open": seen.mouth_open,
        "n_faces": seen.n_faces,
        "others": [[round(float(v), 1) for v in other.box] for other in seen.others],
    }
    if box is not None and points is not None:
        told["box"] = [round(float(v), 1) for v in box]
        told["points"] = np.round(points.astype(float), 1).ravel().tolist()
    return told


def moments_message(moments: Sequence[MomentAnswer], key: Any, n_dropped: int) -> dict[str, Any]:
    """Return what the page is told of moments that no picture came with (``key`` None), or of a picture without a face."""
    rows = [
        [round(m.time_s, 3), m.mouth_open, _shares(m.probabilities), _shares(m.accumulated)] for m in moments
    ]
    nothing: dict[str, Any] = {"box": None, "points": None, "open": None, "n_faces": 0, "others": []}
    return {"type": "seen", "key": key, "n_dropped": n_dropped, "moments": rows, **nothing}


def _shares(probabilities: dict[str, float] | None) -> list[float] | None:
    return None if probabilities is None else [round(float(probabilities[name]), 4) for name in SENTIMENTS]
