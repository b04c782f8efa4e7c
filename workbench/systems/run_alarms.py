"""What is known to be wrong with a run before its answers are judged: its split, its sound, its training."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.leaks import LEARNT, TESTED, leaks_of_split
from workbench.datasets.picture_hash import appearance
from workbench.datasets.sound_facts import sound_facts
from workbench.evaluation.alarms.over_fitting import over_fitting
from workbench.evaluation.alarms.sound import CODES as SOUND_CODES
from workbench.evaluation.alarms.sound import about_sound
from workbench.evaluation.gate import Finding
from workbench.evaluation.warnings import Alarm
from workbench.models.groups import Group
from workbench.models.runs import Run
from workbench.models.settings import INPUTS
from workbench.systems.gate_twins import compare_pictures, compare_sounds

MOST_TESTED, MOST_LEARNT = 300, 1_200
"""Moments that are compared before a training: a tenth of what ``workbench gate`` compares."""
MOST_CLIPS = {"tested": 40, "learnt": 120}
"""Clips that are opened for it, 9 ms each: all of the drawn cast, some of a larger dataset."""


def before_training(
    dataset: Dataset, moments: pd.DataFrame, split: pd.DataFrame, *, network: str, seed: int
) -> list[Alarm]:
    """Return the leaks of a split, look-alikes across it among them, and what is wrong with the sound of its clips.

    Look-alikes are asked of what the network sees or hears; a split by frame is known to leak. A few clips and moments
    are compared only, so that it takes a second or two: a split that copies many clips is caught, one copy among
    thousands is for ``workbench gate RUN`` to find.

    Parameters
    ----------
    moments : pd.DataFrame
        The moments the network could use, with ``part``.
    split : pd.DataFrame
        ``clip, speaker, part``, and ``statement`` where known.
    """
    found = [Alarm(w["code"], w["message"]) for w in leaks_of_split(split)]
    if not (split["part"] == "all").any():
        alike = look_alikes(dataset, moments, network=network, seed=seed)
        found += [Alarm(finding.code, finding.message) for finding in alike if finding.leak]
    if hears(network):
        facts = sound_facts(dataset, set(split["clip"]), read_recordings=False)
        found += about_sound(facts, who="clips of this split")
    return found


def look_alikes(dataset: Dataset, moments: pd.DataFrame, *, network: str, seed: int) -> list[Finding]:
    """Ask the gate's question about look-alikes of a choice of clips, as far as the network sees or hears them."""
    some = moments[moments["clip"].isin(_some_clips(moments, seed=seed))]
    found = []
    if network != "audio":
        seen, _ = compare_pictures(
            dataset, some, embed=appearance, by="appearance", most_tested=MOST_TESTED, most_learnt=MOST_LEARNT, seed=seed
        )  # fmt: skip
        found.append(seen)
    if hears(network):
        heard, _ = compare_sounds(dataset, some, most_tested=MOST_TESTED, most_learnt=MOST_LEARNT, seed=seed)
        found.append(heard)
    return found


def hears(network: str) -> bool:
    """Say whether a network is given sound."""
    return "columns" in INPUTS[network]


def _some_clips(moments: pd.DataFrame, *, seed: int) -> set[str]:
    """Draw the clips that are opened, some of each side."""
    rng = np.random.default_rng([seed, 89])
    chosen: set[str] = set()
    for parts, most in ((TESTED, MOST_CLIPS["tested"]), (LEARNT, MOST_CLIPS["learnt"])):
        clips = moments.loc[moments["part"].isin(parts), "clip"].unique()
        chosen |= set(rng.permutation(clips)[:most])
    return chosen


def after_training(run: Run) -> list[Alarm]:
    """Return what a run's curves say: whether it over-fits."""
    facts = run.facts()
    labels = facts.get("effective_labels", {})
    n_clips = {part: counts["n_clips"] for part, counts in labels.items()}
    return over_fitting(run.history(), n_samples=facts.get("n_samples", {}), n_clips=n_clips)


def alarms_of_run(run: Run | Group) -> list[Alarm]:
    """Return the alarms about a run that its predictions do not tell: leaks, sound, over-fitting.

    Leaks and sound are those stored with the run (the gate adds to them), over-fitting is read from its curves
    (a group has none of its own: its runs tell).
    """
    kept = [
        Alarm(warning["code"], warning["message"])
        for warning in run.facts().get("warnings", [])
        if warning["code"].startswith("leak") or warning["code"] in SOUND_CODES
    ]
    return [*kept, *(after_training(run) if isinstance(run, Run) else [])]
