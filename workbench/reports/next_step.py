"""What to do next after a comparison: one concrete sentence, from what is stored."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.evaluation.alarms.said import many, roughly
from workbench.evaluation.alarms.telling_apart import MOST_CLIPS, clips_to_tell_apart
from workbench.evaluation.estimates import Share
from workbench.models.runs import Run
from workbench.project import Project
from workbench.reports.answer import FUSED, said, sides
from workbench.reports.clip_answers import clip_answers
from workbench.reports.stored import run_called
from workbench.reports.summary import Summary


@dataclass(frozen=True)
class NextStep:
    """What to do next.

    Attributes
    ----------
    sentence : str
    about : dict of str to str
        The fields of the list of clips to open (``system``, ``true``, ``outcome`` …); empty where there is none.
    words : str
        What that list holds.
    """

    sentence: str
    about: dict[str, str]
    words: str = ""


def next_step(project: Project, summary: Summary) -> NextStep:
    """Return the step that would change the answer, or make the most of it."""
    name = summary.comparison.dataset
    if summary.leaks:
        return NextStep(
            f"Train again so that nobody is in training and test: workbench train {name} --network all --split speaker.",
            {},
        )
    if summary.answer.tone == "nothing":
        return NextStep(
            f"Train face, voice and both on the same clips: workbench train {name} --network all.", {}
        )
    if summary.problems or summary.main is None:
        return NextStep(
            f"Train again, for a run is gone or damaged: workbench train {name} --network all.", {}
        )
    if summary.answer.tone == "unclear":
        return _tell_apart(project, summary)
    if summary.answer.tone == "no":
        better = next(side.other for side in sides(summary.comparison.pairs) if side.verdict == "worse")
        cell = {"system": FUSED, "other": better, "cell": "only_b"}
        return NextStep(
            f"Use {said(better)}, and look at what fusing spoils.",
            cell,
            f"Clips that only {said(better)} told right",
        )
    return _worst_class(summary)


def _worst_class(summary: Summary) -> NextStep:
    assert summary.main is not None
    recalls = {name: Share(**scores["recall"]) for name, scores in summary.main.level["per_class"].items()}
    known = {name: recall for name, recall in recalls.items() if recall.value is not None}
    if not known:
        return NextStep("Test on clips whose sentiment is known.", {})
    worst = min(known, key=lambda name: known[name].value or 0.0)
    recall = known[worst]
    if recall.k == recall.n:
        return NextStep("Test on new people: nothing was told wrong on these clips.", {})
    missed = recall.n - recall.k
    return NextStep(
        f"Record and label more {worst} clips: face and voice found {recall.k} of {recall.n}, fewer than of any other class.",
        {"system": FUSED, "true": worst, "outcome": "wrong"},
        f"The {many(missed, 'clip')} it missed",
    )


def _tell_apart(project: Project, summary: Summary) -> NextStep:
    """Say how many more clips would tell the fused system from the one it is furthest from being told from."""
    most: tuple[int, int, str, str] | None = None
    for side in sides(summary.comparison.pairs):
        if side.verdict != "same":
            continue
        runs = [run_called(project, summary.comparison.runs[network]) for network in (FUSED, side.other)]
        found = _more(project, *(run for run in runs if run is not None)) if None not in runs else None
        if found is None or found[1] > MOST_CLIPS:
            return NextStep(
                f"Do not fuse for accuracy's sake: the difference to {said(side.other)} is so small that {MOST_CLIPS:,} "
                "more clips would hardly show it.",
                {"system": FUSED, "other": side.other, "cell": "only_a"},
                "Clips that only face and voice told right",
            )
        most = max(most or (0, 0, "", ""), (found[1], found[0], found[2], side.other))
    assert most is not None
    n_clips, n_people, of, other = most
    whose = f" of {many(roughly(n_people), 'more speaker')}" if of == "speaker" else ""
    return NextStep(
        f"Test on about {many(roughly(n_clips), 'more clip')}{whose}: if the difference seen is real, so many would tell "
        f"face and voice from {said(other)} in four of five tests.",
        {"system": FUSED, "other": other, "cell": "only_a"},
        "Clips that only face and voice told right",
    )


def _more(project: Project, fused: Run, other: Run) -> tuple[int, int, str] | None:
    keys = ["clip", "start_s"]
    a = clip_answers(project, fused)
    both = a.merge(clip_answers(project, other)[[*keys, "right"]], on=keys, suffixes=("", "_other"))
    points = both["right"].to_numpy(dtype=int) - both["right_other"].to_numpy(dtype=int)
    return clips_to_tell_apart(both, points)
