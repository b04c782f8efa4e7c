"""Predictions tables with known answers, for the tests of this room and of those above it."""

import numpy as np
import pandas as pd

from workbench.sentiment import MOUTH_STATES, SENTIMENTS


def row(clip, truth, said, *, speaker="", start_s=np.nan, end_s=np.nan, sure=0.8, classes=SENTIMENTS):
    """One row in which ``said`` gets the probability ``sure``."""
    rest = (1 - sure) / (len(classes) - 1)
    chances = {f"p_{name}": sure if name == said else rest for name in classes}
    return {"clip": clip, "speaker": speaker, "start_s": start_s, "end_s": end_s, "truth": truth, **chances}


def clip_table(n_clips=54, *, wrong=(), n_speakers=6, classes=SENTIMENTS):
    """A row per clip: truths in turn, speakers in blocks, the clips numbered in ``wrong`` taken for the next class."""
    rows = []
    for clip in range(n_clips):
        truth = classes[clip % len(classes)]
        said = classes[(clip + 1) % len(classes)] if clip in wrong else truth
        speaker = f"actor-{clip * n_speakers // n_clips}" if n_speakers else ""
        rows.append(row(f"clip-{clip:03}", truth, said, speaker=speaker, classes=classes))
    return pd.DataFrame(rows)


def moment_table(said_by_clip, *, truth="positive", speaker="a", classes=SENTIMENTS):
    """A row per 30 ms for each clip: ``{"clip": ["positive", "neutral", …]}``."""
    return pd.DataFrame(
        row(clip, truth, said, speaker=speaker, start_s=0.03 * i, end_s=0.03 * i + 0.03, classes=classes)
        for clip, saids in said_by_clip.items()
        for i, said in enumerate(saids)
    )


def believable_table(rng, n_clips=200, *, temperature=1.0, n_speakers=10, n_moments=0, name="clip", flat=1.0):
    """Answers whose truth is drawn from the very probabilities they have, made too extreme by ``temperature``.

    Softening them by ``temperature`` gives the chances the truth was drawn with. With ``n_moments`` a clip has so
    many rows, all with the clip's truth, else one without times. ``flat`` above 1 makes unsure answers commoner.
    """
    chances = rng.dirichlet([flat] * len(SENTIMENTS), n_clips)
    said = chances**temperature
    said /= said.sum(axis=1, keepdims=True)
    truths = (chances.cumsum(axis=1) < rng.random((n_clips, 1))).sum(axis=1).clip(max=len(SENTIMENTS) - 1)
    clips, moments = np.divmod(np.arange(n_clips * max(n_moments, 1)), max(n_moments, 1))
    start_s = 0.03 * moments if n_moments else np.full(len(clips), np.nan)
    return pd.DataFrame(
        {
            "clip": [f"{name}-{clip:04}" for clip in clips],
            "speaker": [f"{name}-actor-{clip % n_speakers}" if n_speakers else "" for clip in clips],
            "start_s": start_s,
            "end_s": start_s + 0.03,
            "truth": np.array(SENTIMENTS)[truths[clips]],
            **{f"p_{one}": said[clips, k] for k, one in enumerate(SENTIMENTS)},
        }
    )


def sure_answers(confidence, right):
    """Clips of two classes, each said with the given confidence, and right or not."""
    rows = [
        row(f"c{i}", MOUTH_STATES[0], MOUTH_STATES[not hit], sure=sure, classes=MOUTH_STATES)
        for i, (sure, hit) in enumerate(zip(confidence, right, strict=True))
    ]
    return pd.DataFrame(rows)
