"""How many moments one answer labels, and in how many runs all of them have one true state.

    python benchmarks/run_purity.py PROJECT DATASET

With a drawn dataset the purity is told for the actors that the thresholds were chosen on (01, 03, …) and for the others
(02, 04, …); a dataset without known truth has the lengths only.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.frame_runs import RULES, RunRule
from workbench.datasets.run_tasks import clip_runs
from workbench.evaluation.intervals import wilson
from workbench.project import Project

LIMITS = [(opening, appearance) for opening in (0.03, 0.05, 0.08, 0.15) for appearance in (5.0, 10.0, 15.0)]


def states_of(truth: pd.DataFrame, times_s: np.ndarray) -> np.ndarray:
    """Return the true mouth state of the frame nearest to each time."""
    nearest = np.abs(truth["time_s"].to_numpy()[:, None] - times_s).argmin(axis=0)
    return truth["mouth"].to_numpy()[nearest]


def measure(dataset: Dataset, clips: list[str], rule: RunRule) -> tuple[int, int, int]:
    """Return (runs with one true state, runs, moments); without truth every run counts as pure."""
    store = FeatureStore(dataset.features)
    truth = (
        dict(iter(pd.read_csv(dataset.truth_file).groupby("clip"))) if dataset.truth_file.is_file() else {}
    )
    pure = n_runs = n_moments = 0
    for clip in clips:
        states = None
        if clip in truth:
            states = states_of(truth[clip], store.arrays(clip, ("frame_time_s",))["frame_time_s"])
        for run, _, _ in clip_runs(store, clip, "mouths", rule=rule):
            n_runs, n_moments = n_runs + 1, n_moments + len(run)
            pure += states is None or len(set(states[run.first : run.last + 1])) == 1
    return pure, n_runs, n_moments


def main(root: str, name: str) -> None:
    """Print one line per rule and group of actors."""
    dataset = Dataset.open(Project.open(Path(root)), name)
    extracted = set(FeatureStore(dataset.features).clips())
    known = [clip for clip in dataset.clips() if clip.has_face and clip.clip in extracted]
    speakers = sorted({clip.speaker for clip in known})
    groups = (
        {"chosen on": speakers[::2], "judged on": speakers[1::2]}
        if dataset.truth_file.is_file()
        else {"all": speakers}
    )
    for opening, appearance in LIMITS:
        rule = RunRule(opening=opening, appearance=appearance)
        mark = " <- the rule" if rule == RULES["mouth"] else ""
        for words, chosen in groups.items():
            pure, n_runs, n_moments = measure(dataset, [c.clip for c in known if c.speaker in chosen], rule)
            told = f"{n_moments} moments in {n_runs} runs: {n_moments / max(n_runs, 1):.2f} moments an answer"
            if dataset.truth_file.is_file():
                low, high = wilson(pure, n_runs)
                told += f"; pure {pure}/{n_runs} = {pure / n_runs:.2%} ({low:.2%} to {high:.2%})"
            print(f"opening {opening:.2f}, appearance {appearance:4.1f}, {words}: {told}{mark}")


if __name__ == "__main__":
    main(*sys.argv[1:])
