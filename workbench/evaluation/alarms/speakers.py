"""The alarm about one speaker who carries the score: without them, it is chance.

What a speaker adds is the number of their rows told right, less those that always saying the commonest class would tell
right; what all add together is how far the score lies above that. One speaker carries the score when all three hold:

1. they add two thirds of it or more, and at least twice their share of the rows;
2. without them the accuracy is not surely above always saying the commonest class of the rest;
3. chance does not explain it: clips dealt out to the speakers by lot make the best one as good in fewer than 5% of
   deals. The best of all speakers is looked at in every deal, so many speakers raise no more false alarms than few.

With fewer than four known speakers nobody can tell one who carries the score from people who differ, and nothing is
said: ``few_speakers`` is raised then.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.evaluation.alarms.chance import surely_above_majority
from workbench.evaluation.alarms.said import many
from workbench.evaluation.judgement import judge
from workbench.evaluation.warnings import Alarm

FEWEST_SPEAKERS = 4
SHARE_THAT_CARRIES = 2 / 3
TIMES_ITS_ROWS = 2.0
_P = 0.05
_N_DEALS = 999


def influence(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what each known speaker does to the score.

    Parameters
    ----------
    rows : pd.DataFrame
        ``clip, speaker, truth, predicted``.

    Returns
    -------
    pd.DataFrame
        Indexed by speaker, the greatest gain first: ``k`` right of ``n`` rows, ``k_without`` of ``n_without``, ``gain``
        (rows right beyond always saying the commonest class) and ``share`` of all speakers' gain; NaN where that is
        not above 0.
    """
    known = rows[rows["speaker"] != ""]
    right = (known["truth"] == known["predicted"]).astype(int)
    commonest = known["truth"].mode().iloc[0] if len(known) else ""
    by = pd.DataFrame({"k": right, "n": 1, "majority": (known["truth"] == commonest).astype(int)})
    table = by.groupby(known["speaker"]).sum()
    total = table.sum()
    gain = table["k"] - table["majority"]
    of_all = float(gain.sum())
    return pd.DataFrame(
        {
            "k": table["k"],
            "n": table["n"],
            "k_without": total["k"] - table["k"],
            "n_without": total["n"] - table["n"],
            "gain": gain,
            "share": gain / of_all if of_all > 0 else np.nan,
        }
    ).sort_values("gain", ascending=False, kind="stable")


def one_speaker(rows: pd.DataFrame, *, classes: tuple[str, ...], unit: str, seed: int) -> list[Alarm]:
    """Return an alarm when one speaker carries the score.

    Parameters
    ----------
    rows : pd.DataFrame
        ``clip, speaker, truth, predicted``, one row per ``unit``.
    """
    known = rows[rows["speaker"] != ""]
    table = influence(known)
    if len(table) < FEWEST_SPEAKERS:
        return []
    speaker, most = str(table.index[0]), table.iloc[0]
    share_of_rows = most["n"] / len(known)
    if not most["share"] >= max(SHARE_THAT_CARRIES, TIMES_ITS_ROWS * share_of_rows):
        return []
    rest = judge(known[known["speaker"] != speaker], classes=classes, unit=unit, seed=seed)
    if surely_above_majority(rest):
        return []
    p = _p_of_the_best(known, speaker, seed=seed)
    if p >= _P:
        return []
    return [
        Alarm(
            "one_speaker",
            f"One speaker carries the score: {speaker} is told right on {most['k']:,.0f} of "
            f"{many(int(most['n']), unit)}, the other {len(table) - 1} speakers on {rest.accuracy.in_words()}, which is "
            f"not surely better than always saying their commonest class. Take it for a score of {speaker} alone: learn "
            "from more people, and see what is special about those recordings.",
            {"speaker": speaker, "share_of_gain": float(most["share"]), "p": p},
        )
    ]


def _p_of_the_best(rows: pd.DataFrame, speaker: str, *, seed: int) -> float:
    """Return how often, clips dealt to speakers by lot, the best speaker stands out as far as this one does."""
    right = (rows["truth"] == rows["predicted"]).astype(float)
    clips = right.groupby([rows["speaker"], rows["clip"]], sort=True).mean()
    speakers, names = pd.factorize(clips.index.get_level_values(0))
    scores, n = clips.to_numpy(), len(clips)
    member = np.eye(len(names))[speakers]
    sizes = member.sum(axis=0)
    scale = np.sqrt(sizes * (1 - sizes / n))

    def standing_out(dealt: np.ndarray) -> np.ndarray:
        return np.asarray((dealt @ member - sizes * scores.mean()) / scale)

    rng = np.random.default_rng([seed, 83])
    own = standing_out(scores)[list(names).index(speaker)]
    as_far = sum(bool(standing_out(rng.permutation(scores)).max() >= own - 1e-9) for _ in range(_N_DEALS))
    return (1 + as_far) / (1 + _N_DEALS)
