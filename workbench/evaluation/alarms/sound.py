"""The alarms about sound: clips in which there is nothing to hear, and clips cut off at full scale.

A clip is *silent* when its loud moments (their 95th percentile) stay below -60 dBFS, or when four fifths of its moments
or more lie below -75 dBFS: of 213 clips of RAVDESS speech, which is quiet, the quietest reached -52 dBFS, and at most
63% of a clip's moments were that low. It is *clipped* when more than one sample in a thousand stands at full scale, as
import warns of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from workbench.datasets.importing.oddities import CLIPPED_SHARE
from workbench.evaluation.estimates import interval_in_words, share
from workbench.evaluation.intervals import wilson
from workbench.evaluation.warnings import Alarm

SILENT_DBFS = -60.0
SILENT_SHARE = 0.8
CODES = ("no_sound", "silent_sound", "clipped_sound")
_NAMED = 5


def about_sound(facts: pd.DataFrame, *, who: str = "clips") -> list[Alarm]:
    """Return alarms about clips without sound, silent ones and clipped ones; each lists its clips.

    Parameters
    ----------
    facts : pd.DataFrame
        One row per clip: ``clip, sound`` (``"yes"``, ``"none"``, ``"unknown"``), ``loud_dbfs, silent_share,
        full_scale_share`` (:func:`workbench.datasets.sound_facts.sound_facts`).
    who : str
        What the clips are, in words: ``"clips of this run"``.
    """
    known, heard = facts[facts["sound"] != "unknown"], facts[facts["sound"] == "yes"]
    measured = heard[heard["full_scale_share"].notna()]
    silent = heard[(heard["loud_dbfs"] < SILENT_DBFS) | (heard["silent_share"] >= SILENT_SHARE)]
    clipped = measured[measured["full_scale_share"] > CLIPPED_SHARE]
    mute = known[known["sound"] == "none"]
    found = []
    if len(mute):
        said = "have no sound at all"
        mend = "Nothing can be heard in them: leave them out, or import the recordings that have their sound."
        found.append(_alarm("no_sound", mute, len(known), len(facts), who, said, mend))
    if len(silent):
        said = f"are silent (loud moments below {SILENT_DBFS:g} dBFS, or {SILENT_SHARE:.0%} of them without a voice)"
        mend = "Was the microphone off? Listen to them; leave them out, or record them again."
        found.append(_alarm("silent_sound", silent, len(heard), len(facts), who, said, mend))
    if len(clipped):
        worst = clipped["full_scale_share"].max()
        said = f"are clipped (more than {CLIPPED_SHARE:.1%} of their samples at full scale, at worst {worst:.1%})"
        mend = "Cut waves sound angry to any network: record at a lower level, or leave them out."
        found.append(_alarm("clipped_sound", clipped, len(measured), len(facts), who, said, mend))
    return found


def _alarm(code: str, clips: pd.DataFrame, n: int, n_all: int, who: str, said: str, mend: str) -> Alarm:
    names = list(clips["clip"])
    figure = share(len(names), n, wilson(len(names), n), undefined="")
    unseen = f" {n_all - n} more could not be asked." if n_all > n else ""
    message = (
        f"{figure.k:,} of {figure.n:,} {who} ({figure.value:.1%}, {interval_in_words(figure)}) {said}: {_some(names)}."
        f"{unseen} {mend}"
    )
    return Alarm(code, message, {"clips": names, "k": len(names), "n": n})


def _some(names: Sequence[str]) -> str:
    further = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + further
