"""Answers drawn with a known accuracy, speakers who differ as much as told, and planted faults."""

import numpy as np
import pandas as pd

from workbench.evaluation.clips import decide_clips
from workbench.evaluation.predictions import validate
from workbench.evaluation.report import evaluate
from workbench.sentiment import SENTIMENTS


def drawn_table(rng, n_speakers=12, n_each=10, *, accuracy=0.8, alike=0.0, n_moments=0):
    """A row per clip (or per moment); each speaker's accuracy is drawn with the intraclass correlation ``alike``.

    Truths come in turn, so each class has about a third of the clips, and wrong answers fall on the others evenly.
    """
    chances = np.full(n_speakers, accuracy)
    if alike:
        scale = (1 - alike) / alike
        chances = rng.beta(accuracy * scale, (1 - accuracy) * scale, n_speakers)
    clips = np.arange(n_speakers * n_each)
    speakers, truths = clips // n_each, (clips + clips // n_each) % 3
    times = max(n_moments, 1)
    clip, moment = np.divmod(np.arange(len(clips) * times), times)
    right = rng.random(len(clip)) < chances[speakers[clip]]
    said = np.where(right, truths[clip], (truths[clip] + rng.integers(1, 3, len(clip))) % 3)
    start_s = 0.03 * moment if n_moments else np.full(len(clip), np.nan)
    return pd.DataFrame(
        {
            "clip": [f"clip-{c:04}" for c in clip],
            "speaker": [f"actor-{speakers[c]:03}" for c in clip],
            "start_s": start_s,
            "end_s": start_s + 0.03,
            "truth": np.array(SENTIMENTS)[truths[clip]],
            **{f"p_{name}": np.where(said == k, 0.8, 0.1) for k, name in enumerate(SENTIMENTS)},
        }
    )


def say(table, rows, names):
    """Let the table say ``names`` in ``rows``."""
    table = table.copy()
    for name in SENTIMENTS:
        table.loc[rows, f"p_{name}"] = np.where(np.asarray(names)[rows] == name, 0.8, 0.1)
    return table


def decided(table):
    """One row per clip with its decision, as the alarms get it."""
    return decide_clips(validate(table))


def codes(table, **known):
    """The codes of the alarms an evaluation raises."""
    return [alarm.code for alarm in evaluate(table, **known).warnings]


def alarm(table, code):
    """The one alarm of a code."""
    (found,) = [one for one in evaluate(table).warnings if one.code == code]
    return found
