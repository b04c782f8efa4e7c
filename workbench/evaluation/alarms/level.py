"""Every alarm that one level's answers, of clips or of moments, can raise."""

from __future__ import annotations

import pandas as pd

from workbench.evaluation.alarms.chance import at_chance
from workbench.evaluation.alarms.column_order import column_order
from workbench.evaluation.alarms.said import collapsed, missing_classes, ties
from workbench.evaluation.alarms.speakers import one_speaker
from workbench.evaluation.alarms.width import wide_interval
from workbench.evaluation.clips import has_tie
from workbench.evaluation.judgement import Judgement
from workbench.evaluation.predictions import PROBABILITY_PREFIX
from workbench.evaluation.warnings import Alarm, about_few


def alarms_of_level(rows: pd.DataFrame, judgement: Judgement, *, seed: int) -> list[Alarm]:
    """Return every alarm about one level's figures.

    Parameters
    ----------
    rows : pd.DataFrame
        What was judged: ``clip, speaker, truth, predicted, p_<class> …``.
    """
    if judgement.accuracy.n == 0:
        return [Alarm("empty", "The table has no rows: every figure is undefined. Give it predictions.")]
    classes, unit = judgement.confusion.classes, judgement.unit
    chances = rows[[PROBABILITY_PREFIX + name for name in classes]].to_numpy(dtype=float)
    return [
        *collapsed(judgement),
        *column_order(rows, judgement, seed=seed),
        *missing_classes(judgement),
        *at_chance(judgement),
        *one_speaker(rows, classes=classes, unit=unit, seed=seed),
        *about_few(n_clips=judgement.n_clips, n_speakers=judgement.n_speakers),
        *wide_interval(rows, judgement),
        *ties(has_tie(chances), unit=unit),
    ]
