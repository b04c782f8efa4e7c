"""Answers as the running system gives them, without any system."""

import numpy as np

from workbench.sentiment import SENTIMENTS
from workbench.systems.moment_events import MomentAnswer


def answers(n, *, frame_rate=30.0, lost=(), rng=None):
    """``n`` moments of one recording; those in ``lost`` show no face."""
    rng = rng or np.random.default_rng(3)
    opinion = None
    for index in range(n):
        time_s = round(index * 0.03, 9)
        frame_time_s = np.floor(time_s * frame_rate + 1e-6) / frame_rate
        if index in lost:
            yield MomentAnswer(index, time_s, frame_time_s, "lost", heard=True, level_db=-20.0)
            continue
        now = rng.dirichlet((1, 1, 1))
        opinion = now if opinion is None else 0.1 * now + 0.9 * opinion
        p_open = float(rng.random())
        yield MomentAnswer(
            index, time_s, frame_time_s, "detected", box=(10.04 + 4 * index, 40.0, 100.0, 100.0), p_open=p_open,
            mouth_open=p_open > 0.5, branch="audiovisual" if p_open > 0.5 else "visual", heard=True, level_db=-20.0,
            probabilities=dict(zip(SENTIMENTS, map(float, now), strict=True)),
            accumulated=dict(zip(SENTIMENTS, map(float, opinion), strict=True)),
        )  # fmt: skip
