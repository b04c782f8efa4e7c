"""The gate before any accuracy: could the test have been known beforehand? Asked of a dataset or of a stored run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.known_answers import NO_VERDICTS, answers_for_moments
from workbench.datasets.leaks import TESTED
from workbench.datasets.looking import MOST_LEARNT, MOST_TESTED, Embed
from workbench.datasets.moments import moments_table
from workbench.datasets.picture_hash import appearance
from workbench.datasets.splits import parts_of_moments, split_clips
from workbench.errors import InvalidInputError
from workbench.evaluation.estimates import Share
from workbench.evaluation.gate import Example, Gate, SplitScore
from workbench.evaluation.warnings import leak_codes
from workbench.files import read_json, write_json
from workbench.labels.store import LabelStore
from workbench.models.embedding import hidden_units
from workbench.models.groups import group_of
from workbench.models.runs import Run
from workbench.progress import Progress, silent, within
from workbench.project import Project
from workbench.systems.experiment import OnEpoch, train
from workbench.systems.gate_findings import (
    about_clips,
    about_length,
    about_order,
    about_sentences,
    about_speakers,
)
from workbench.systems.gate_twins import Looking, look_alikes_of
from workbench.systems.plan import Plan, plan

SPLITS_TO_SCORE = ("clip", "sentence", "speaker")


def examine(
    project: Project,
    dataset_name: str,
    *,
    split: str = "speaker",
    seed: int = 0,
    most_tested: int = MOST_TESTED,
    most_learnt: int = MOST_LEARNT,
    progress: Progress = silent,
) -> Gate:
    """Examine how a dataset would be split, without training anything.

    Parameters
    ----------
    split : {"speaker", "clip", "sentence", "frame"}
    seed : int
        As the training's: the same seed gives the same split.
    most_tested, most_learnt : int
        So many moments of each side are looked at, at most (:mod:`workbench.datasets.looking`).

    Raises
    ------
    InvalidInputError
        No such dataset, nothing extracted, or a split that cannot be made.
    """
    what = plan(dataset_name, "visual", split=split, seed=seed)
    dataset = Dataset.open(project, dataset_name)
    moments = moments_table(dataset)
    clips = moments.drop_duplicates("clip")[["clip", "speaker", "sex", "statement"]]
    parts = split_clips(clips, kind=what.split, seed=seed)
    looking = Looking(appearance, most_tested, most_learnt, progress)
    return _gate(project, dataset, what, moments, parts, run=None, looking=looking)


def examine_run(
    project: Project,
    reference: str,
    *,
    most_tested: int = MOST_TESTED,
    most_learnt: int = MOST_LEARNT,
    progress: Progress = silent,
) -> Gate:
    """Examine the split that a stored run was trained and judged by.

    A visual run's pictures are compared by its own last hidden layer, those of others by their plain appearance.

    Raises
    ------
    InvalidInputError
        No such run, or its clips are no longer there.
    """
    run = Run.open(project, reference)
    facts = run.facts()
    dealt_by = facts.get("split_seed", facts["seed"])
    what = plan(
        facts["dataset"], facts["network"], split=facts["split"], seed=dealt_by, answers=facts.get("answers", "both")
    )  # fmt: skip
    dataset = Dataset.open(project, what.dataset)
    parts = run.split()
    moments = moments_table(dataset, clips=set(parts["clip"]))
    gone = set(parts["clip"]) - set(moments["clip"])
    if gone:
        raise InvalidInputError(
            f"The clips of a run must be there to be examined. {len(gone)} of {run.id} are not (first {min(gone)}): "
            f"import them again and run `workbench extract {what.dataset}`."
        )
    embed: Embed = appearance
    if facts["network"] == "visual" and facts["status"] == "finished":
        full = run.predictor().full
        embed = lambda faces: hidden_units(full, {"faces": faces})  # noqa: E731
    looking = Looking(embed, most_tested, most_learnt, progress)
    return _gate(project, dataset, what, moments, parts, run=run, looking=looking)


def mark(run: Run, gate: Gate) -> None:
    """Keep the gate with its run (``gate.json``); every figure of the run and of its group carries the leaks it found."""
    write_json(run.folder / "gate.json", gate.as_json())
    found = [alarm.as_json() for alarm in gate.warnings()]
    for holder in (run, group_of(run)):
        if holder is None:
            continue
        holder.update(warnings=_with(holder.facts().get("warnings", []), found))
        path = holder.folder / "evaluation.json"
        if path.is_file():
            judged = read_json(path)
            write_json(path, {**judged, "warnings": _with(judged["warnings"], found)})


def _with(there: list[dict[str, str]], found: list[dict[str, str]]) -> list[dict[str, str]]:
    codes = {warning["code"] for warning in there}
    return [*(warning for warning in found if warning["code"] not in codes), *there]


def _gate(
    project: Project,
    dataset: Dataset,
    what: Plan,
    moments: pd.DataFrame,
    parts: pd.DataFrame,
    *,
    run: Run | None,
    looking: Looking,
) -> Gate:
    catalog = dataset.table().set_index("clip")
    columns = {name: catalog[name] for name in ("sha256", "statement") if name in catalog.columns}
    split = parts[["clip", "speaker", "part"]].assign(
        **{name: parts["clip"].map(column).fillna("") for name, column in columns.items()}
    )
    split = split.assign(duration_s=split["clip"].map(catalog["duration_s"]).astype(float))
    split = split.assign(answer=split["clip"].map(_answers(project, dataset, what, moments)).fillna(""))
    split = split.iloc[_in_the_lists_order(split["clip"], catalog.index)].reset_index(drop=True)
    moments = moments.assign(part=parts_of_moments(moments, parts.drop_duplicates("clip"), seed=what.seed))
    findings = [about_clips(split), about_speakers(split), about_sentences(split, seed=what.seed)]
    looked_at = {"clips": int(split["clip"].nunique())}
    looked_at["test_clips"] = int(split.loc[split["part"].isin(TESTED), "clip"].nunique())
    alike, counts = look_alikes_of(dataset, moments, looking, seed=what.seed)
    findings += alike
    looked_at |= counts
    findings += [about_order(split, seed=what.seed), *about_length(split, seed=what.seed)]
    name = None if run is None else run.id
    return Gate(what.dataset, what.split, what.seed, name, tuple(findings), looked_at)


def _answers(project: Project, dataset: Dataset, what: Plan, moments: pd.DataFrame) -> dict[str, str]:
    """Return the sentiment of each clip: the commonest answer about its moments; none for mouths, which change."""
    if what.network == "mouth":
        return {}
    hand = verdicts = NO_VERDICTS
    if LabelStore.exists(
        project.labels
    ):  # whoever only asks makes no store and brings none to a newer version
        with LabelStore.open(project.labels, read_only=True) as store:
            hand, verdicts = store.answers("sentiment"), store.verdicts("sentiment")
    answers = answers_for_moments(
        moments, question="sentiment", dataset=dataset, hand=hand, verdicts=verdicts, source=what.answers
    )["answer"]
    known = answers[answers != ""]
    return {
        str(clip): str(rows.mode().iloc[0]) for clip, rows in known.groupby(moments.loc[known.index, "clip"])
    }


def _in_the_lists_order(clips: pd.Series, listed: pd.Index) -> np.ndarray:
    place = {clip: number for number, clip in enumerate(listed)}
    return np.argsort(clips.map(place).fillna(len(place)).to_numpy(), kind="stable")


def pictures_of(
    project: Project, gate: Gate, examples: Sequence[Example]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the two faces of each example of moments, shape (96, 96, 3) each, test first.

    Raises
    ------
    InvalidInputError
        An example is of whole clips, which have no one picture.
    """
    store = FeatureStore(Dataset.open(project, gate.dataset).features)

    def face(clip: str, time_s: float | None) -> np.ndarray:
        if time_s is None:
            raise InvalidInputError(
                f"Only moments have a picture. {clip} is meant as a whole: choose another example."
            )
        arrays = store.arrays(clip, ("time_s", "found", "faces"))
        return np.asarray(arrays["faces"][np.abs(arrays["time_s"][arrays["found"]] - time_s).argmin()])

    return [(face(e.test_clip, e.test_time_s), face(e.train_clip, e.train_time_s)) for e in examples]


def scores_under_splits(
    project: Project,
    dataset_name: str,
    network: str,
    *,
    splits: Sequence[str] = SPLITS_TO_SCORE,
    seed: int = 0,
    on_epoch: OnEpoch = lambda run, epoch: None,
    progress: Progress = silent,
    **changes: Any,
) -> list[SplitScore]:
    """Train the same network under several splits and put the scores side by side; each is a stored run.

    A split that cannot be made or learnt from (one sentence only, speakers not known, a class missing in a part) has an
    undefined score that says why.

    Parameters
    ----------
    network : {"mouth", "visual", "audio", "audiovisual"}
        The audiovisual one needs its companions trained under the same splits.
    **changes
        As :func:`workbench.systems.plan.plan` (``epochs``, ``per_class_train`` …).

    Raises
    ------
    InvalidInputError
        Not one of the splits can be trained on.
    """
    plans = [plan(dataset_name, network, split=split, seed=seed, **changes) for split in splits]
    scores = []
    for number, what in enumerate(plans):
        step = within(progress, number / len(plans), (number + 1) / len(plans))
        try:
            scores.append(score_of(train(project, what, on_epoch=on_epoch, progress=step)))
        except InvalidInputError as error:
            scores.append(SplitScore(what.split, None, Share(None, None, None, str(error))))
            if not any(score.run for score in scores) and number + 1 == len(plans):
                raise
    return scores


def score_of(run: Run) -> SplitScore:
    """Return the stored score of a finished run with the marks of its split."""
    judged, facts = read_json(run.folder / "evaluation.json"), run.facts()
    level = "clip" if judged["clips"] is not None else "moment"
    accuracy = Share(**(judged["clips"] or judged["frames"])["accuracy"])
    return SplitScore(facts["split"], run.id, accuracy, level, leak_codes(facts["warnings"]))
