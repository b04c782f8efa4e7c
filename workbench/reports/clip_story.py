"""What the systems said about one clip, moment by moment, and why it was decided so: from stored answers alone.

A clip of the test is told by the runs' predictions. Of another one it is told what the networks answered when somebody
looked at it on the timeline (``timeline/CLIP.npz`` of the run), where that still holds; no network is asked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.evaluation.accumulate import accumulate
from workbench.evaluation.decision import decide
from workbench.evaluation.predictions import classes_of, probabilities
from workbench.media.timeline import GRID_STEP_S
from workbench.models.runs import Run
from workbench.project import Project
from workbench.reports.answer import FUSED, said
from workbench.reports.clip_answers import stamp_of
from workbench.reports.stored import stored_predictions
from workbench.sentiment import SENTIMENTS
from workbench.systems.branch_answers import AnswerShelf

VOICE_COUNTED = "audiovisual"
"""What the column ``branch`` says of moments at which the mouth was open and the voice was listened to."""


@dataclass(frozen=True, eq=False)
class Lane:
    """What one system said about n moments of a clip.

    Attributes
    ----------
    network : str
    classes : tuple of str
    start_s, end_s : np.ndarray, shape (n,)
    said : np.ndarray, shape (n, k)
        Probabilities.
    opinion : np.ndarray, shape (n, k)
        Accumulated after each moment; the last row decides.
    mouth_open : np.ndarray, shape (n,), or None
        Probability that the mouth is open, where the table holds it.
    voice_counted : np.ndarray, shape (n,), bool, or None
        Whether the voice was listened to, where the table holds it.
    truth : str
        What the clip was meant to be; empty where that changes within it.
    """

    network: str
    classes: tuple[str, ...]
    start_s: np.ndarray
    end_s: np.ndarray
    said: np.ndarray
    opinion: np.ndarray
    mouth_open: np.ndarray | None
    voice_counted: np.ndarray | None
    truth: str

    @property
    def winners(self) -> np.ndarray:
        """The class said at each moment, shape (n,), int."""
        return np.argmax(self.said, axis=1)

    @property
    def leading(self) -> np.ndarray:
        """The class the opinion leans to after each moment, shape (n,), int."""
        return np.argmax(self.opinion, axis=1)

    @property
    def decision(self) -> str:
        """What the clip was decided to be."""
        return self.classes[int(self.leading[-1])]

    @property
    def words(self) -> str:
        """The system's name in a manager's words."""
        return said(self.network)


_TABLES: dict[Run, tuple[tuple[int, int], pd.DataFrame]] = {}


def lane_of(run: Run, network: str, clip: str) -> Lane | None:
    """Return what a run said about a clip; None when it was not tested on it.

    Raises
    ------
    InvalidInputError
        The run is not finished.
    """
    stamp = stamp_of(run.folder / "predictions.csv")
    if run not in _TABLES or _TABLES[run][0] != stamp:
        while len(_TABLES) >= 8:
            del _TABLES[next(iter(_TABLES))]
        _TABLES[run] = (stamp, stored_predictions(run))
    table = _TABLES[run][1]
    rows = table[table["clip"] == clip].sort_values("start_s", kind="stable")
    if rows.empty:
        return None
    values = probabilities(rows)
    truths = set(rows["truth"])
    branch = rows["branch"] if "branch" in rows and network == FUSED else None
    return Lane(
        network=network,
        classes=classes_of(table),
        start_s=rows["start_s"].to_numpy(float),
        end_s=rows["end_s"].to_numpy(float),
        said=values,
        opinion=accumulate(values),
        mouth_open=rows["mouth_open"].to_numpy(float) if "mouth_open" in rows else None,
        voice_counted=None if branch is None else (branch == VOICE_COUNTED).to_numpy(),
        truth=truths.pop() if len(truths) == 1 else "",
    )


def lanes_kept(project: Project, run: Run, dataset: Dataset, clip: str) -> list[Lane]:
    """Return what the running system, the face and the voice said of a clip that was looked at on the timeline; else nothing.

    Parameters
    ----------
    run : Run
        An audiovisual one.

    Raises
    ------
    InvalidInputError
        A run that it was made with is gone.
    """
    answers = AnswerShelf(project, run, dataset).read(clip)
    if answers is None:
        return []
    time_s = FeatureStore(dataset.features).arrays(clip, ("time_s",))["time_s"]
    decision = decide(answers.branches)
    said_by = {"visual": answers.branches.visual, "audio": answers.audio, FUSED: decision.probabilities}
    lanes = []
    for network, values in said_by.items():
        known = np.isfinite(values).all(axis=1)
        if known.any():
            at, fused = time_s[known], network == FUSED
            lanes.append(
                Lane(
                    network=network,
                    classes=SENTIMENTS,
                    start_s=at,
                    end_s=at + GRID_STEP_S,
                    said=values[known],
                    opinion=accumulate(values[known]),
                    mouth_open=answers.branches.p_open[known] if fused else None,
                    voice_counted=decision.fused[known] if fused else None,
                    truth="",
                )
            )
    return lanes


def why(lanes: Sequence[Lane]) -> list[str]:
    """Say in plain words why the systems decided as they did; the fused one first.

    Parameters
    ----------
    lanes : sequence of Lane
        One or more; of clips that have moments.
    """
    sentences = []
    ordered = sorted(lanes, key=lambda lane: lane.network != FUSED)
    for lane in ordered:
        if not np.isfinite(lane.start_s).all():
            sentences.append(f"{lane.words.capitalize()} said {lane.decision}, of the clip as a whole.")
            continue
        if lane.voice_counted is not None:
            sentences.append(_about_the_gate(lane))
        sentences.append(_about_the_opinion(lane))
    if len(ordered) > 1:
        sentences.append(_beside_each_other(ordered))
    return sentences


def _about_the_gate(lane: Lane) -> str:
    assert lane.voice_counted is not None
    n, k = len(lane.voice_counted), int(lane.voice_counted.sum())
    if k == 0:
        return f"The voice counted at none of {n:,} moments: the mouth was taken for closed, or nothing was heard."
    where = "there the voice counted beside the face"
    return (
        f"The mouth was open in {k:,} of {n:,} moments ({k / n:.0%}): {where}; at the others the face alone."
    )


def _about_the_opinion(lane: Lane) -> str:
    """Say when the opinion turned to what was decided, and how often the decision was said."""
    final = int(lane.leading[-1])
    changes = np.flatnonzero(np.diff(lane.leading)) + 1
    k, n = int((lane.winners == final).sum()), len(lane.winners)
    turned = (
        f"the opinion was {lane.decision} from the first moment to the last"
        if not len(changes)
        else f"the opinion turned {lane.decision} at {lane.start_s[changes[-1]]:.1f} s and stayed so"
    )
    return f"{lane.words.capitalize()}: {lane.decision} was said at {k:,} of {n:,} moments ({k / n:.0%}); {turned}."


def _beside_each_other(lanes: Sequence[Lane]) -> str:
    by_decision: dict[str, list[str]] = {}
    for lane in lanes:
        by_decision.setdefault(lane.decision, []).append(lane.words)
    if len(by_decision) == 1:
        return f"All decided the same: {lanes[0].decision}."
    said_so = [f"{', '.join(names)} decided {decision}" for decision, names in by_decision.items()]
    return f"They differ: {'; '.join(said_so)}."


def stretches_of(
    values: np.ndarray, start_s: np.ndarray, end_s: np.ndarray
) -> list[tuple[float, float, int, slice]]:
    """Return (start, end, value, its moments) of each stretch of equal values, in the order of time."""
    if not len(values):
        return []
    firsts = np.concatenate([[0], np.flatnonzero(np.diff(values)) + 1])
    lasts = np.append(firsts[1:], len(values)) - 1
    return [
        (float(start_s[a]), float(max(end_s[b], start_s[b])), int(values[a]), slice(a, b + 1))
        for a, b in zip(firsts, lasts, strict=True)
    ]
