"""Cross-validate a system on speech: every speaker tested once, by what never heard them; kept as one run."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.datasets.catalog import Dataset, hash_of_rows
from workbench.datasets.voice_features import read_voices
from workbench.errors import InvalidInputError
from workbench.models.runs import Run
from workbench.progress import Progress, silent, within
from workbench.project import Project
from workbench.sentiment import SENTIMENTS
from workbench.systems.speech_folds import FoldAnswer, run_folds
from workbench.systems.speech_material import Material, material_of
from workbench.systems.speech_paper import PaperFold, settings_of
from workbench.systems.speech_plan import SpeechPlan
from workbench.systems.speech_systems import Answer, linear_fold, network_fold, speech_settings, svm_fold

_READING = 0.1  # share of the work that reading the voices is, about
TRANSDUCTIVE = {
    "code": "transductive",
    "message": "Every speaker's features were normalised by all of that speaker's own clips, those judged included, "
    "though without any answer: this is a figure for people of whom several clips are there, not for one clip of a stranger.",
}


def cross_validate(project: Project, plan: SpeechPlan, *, progress: Progress = silent) -> Run:
    """Learn and test fold by fold, and keep everything in ``reports/runs/<id>/``.

    Raises
    ------
    InvalidInputError
        No such dataset, no clips of some sentiment, or folds that cannot be made.
    MissingDependencyError
        openSMILE is asked for and not installed.
    """
    dataset = Dataset.open(project, plan.dataset)
    material = _material(dataset, plan, within(progress, 0, _READING))
    answer = _answer(dataset, material, plan)
    run = Run.create(
        project,
        dataset=plan.dataset,
        network=plan.network,
        seed=plan.seed,
        facts=_facts(dataset, material, plan),
    )
    run.write_split(_split(material))
    return _run(run, material, answer, plan, progress)


def resume(project: Project, reference: str, *, progress: Progress = silent) -> Run:
    """Go on with a stopped cross-validation at its next fold.

    Raises
    ------
    InvalidInputError
        The run is no cross-validation on speech, is finished, or its data changed since.
    """
    run = Run.open(project, reference)
    facts = run.facts()
    if "speech_plan" not in facts or facts["status"] == "finished":
        state = "finished" if facts["status"] == "finished" else f"a training of {facts['network']}"
        raise InvalidInputError(f"Only a stopped cross-validation on speech can go on. {run.id} is {state}.")
    plan = SpeechPlan(**facts["speech_plan"])
    dataset = Dataset.open(project, plan.dataset)
    material = _material(dataset, plan, within(progress, 0, _READING))
    if _samples_hash(material) != facts["samples_hash"]:
        raise InvalidInputError(
            f"A run can only go on with the data it began with. The clips of {run.id} have changed: start a new one."
        )
    return _run(run, material, _answer(dataset, material, plan), plan, progress)


def _material(dataset: Dataset, plan: SpeechPlan, progress: Progress) -> Material:
    with_egemaps = plan.egemaps and plan.system != "paper"
    voices = read_voices(dataset, with_egemaps=with_egemaps, progress=progress)
    return material_of(
        voices, by_speaker=plan.normalise == "speaker", split=plan.split, n_folds=plan.n_folds, seed=plan.seed
    )


def _answer(dataset: Dataset, material: Material, plan: SpeechPlan) -> Answer:
    if plan.system == "paper":
        return PaperFold.of(dataset, material)
    return {"svm": svm_fold, "linear": linear_fold, "network": network_fold}[plan.system]


def _run(run: Run, material: Material, answer: Answer, plan: SpeechPlan, progress: Progress) -> Run:
    def one(fold: int, told: Progress) -> FoldAnswer:
        return answer(material, fold, plan, told)

    return run_folds(run, material.n_folds, one, progress=within(progress, _READING, 1))


def _split(material: Material) -> pd.DataFrame:
    """Return every judged clip with its fold: each is test once, and learnt from in all other folds."""
    clips = material.clips[material.asked()]
    return clips[["clip", "speaker", "statement"]].assign(part="test", fold=clips["fold"] + 1)


def _samples_hash(material: Material) -> str:
    rows = material.clips[["clip", "speaker", "emotion", "intended", "fold"]]
    return hash_of_rows(rows.itertuples(index=False))


def _facts(dataset: Dataset, material: Material, plan: SpeechPlan) -> dict[str, Any]:
    asked = material.clips[material.asked()]
    settings: dict[str, Any] = {"normalise": plan.normalise, "egemaps": plan.egemaps, "folds": plan.n_folds}
    if plan.system == "network":
        settings |= speech_settings(plan).as_json()
    elif plan.system == "paper":
        settings |= {**settings_of(plan).as_json(), "every_n": plan.every_n}
    return {
        "split": plan.split,
        "n_folds": plan.n_folds,
        "answers": "known",
        "settings": settings,
        "speech_plan": plan.as_json(),
        "classes": list(SENTIMENTS),
        "data_hash": dataset.data_hash(),
        "samples_hash": _samples_hash(material),
        "n_samples": {"test": len(asked)},
        "speakers": {"test": sorted(set(asked["speaker"]) - {""})},
        "warnings": [TRANSDUCTIVE] if plan.normalise == "speaker" else [],
    }
