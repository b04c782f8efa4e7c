"""Predictions tables with known answers, for the tests of this room and of those above it."""

import numpy as np
import pandas as pd

from workbench.sentiment import SENTIMENTS


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
