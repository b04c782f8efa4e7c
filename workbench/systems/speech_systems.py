"""The three systems that are cross-validated on speech: each learns one fold and answers for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from workbench.evaluation.predictions import PROBABILITY_PREFIX
from workbench.models.row_classifier import fit_rows
from workbench.models.speech_training import SpeechSettings, Targets, fit_speech, speech_probabilities
from workbench.progress import Progress, silent, within
from workbench.sentiment import SENTIMENTS
from workbench.systems.cross_validation import FoldAnswer
from workbench.systems.speech_material import Material
from workbench.systems.speech_plan import SpeechPlan

Answer = Callable[..., FoldAnswer]


def svm_fold(material: Material, fold: int, plan: SpeechPlan, progress: Progress = silent) -> FoldAnswer:
    """Fit a support vector machine on the statistics of the others' utterances."""
    learnt, tested = material.learnt(fold, asked_only=True), material.tested(fold)
    people = "speaker" if plan.split == "speaker" else "clip"
    progress(0, 1, "choosing the strength")
    classifier = fit_rows(
        material.rows[learnt],
        list(material.clips["intended"].iloc[learnt]),
        list(material.clips[people].iloc[learnt]),
        kind="svm",
        classes=SENTIMENTS,
        seed=plan.seed,
    )
    facts = {
        "n_learnt": len(learnt),
        "n_features": material.rows.shape[1],
        "strength": classifier.strength,
        "temperature": classifier.temperature,
        "inner_accuracy": round(classifier.inner_accuracy, 6),
    }
    return FoldAnswer(
        utterance_table(material, tested, classifier.probabilities(material.rows[tested])), facts
    )


def network_fold(material: Material, fold: int, plan: SpeechPlan, progress: Progress = silent) -> FoldAnswer:
    """Train the lightweight network's members on the others' utterances, of all emotions."""
    settings = speech_settings(plan)
    learnt, tested = material.learnt(fold, asked_only=False), material.tested(fold)
    clips = material.clips.iloc[learnt]
    clips, learnt = (
        clips[keep := ((clips["emotion"] != "") | (clips["intended"] != "")).to_numpy()],
        learnt[keep],
    )
    told = Targets.of(clips["emotion"], clips["intended"], SENTIMENTS)
    pictures, rows = material.standard_pictures(learnt), material.standard_rows(learnt)
    answers, networks, histories = np.zeros((len(tested), len(SENTIMENTS))), [], []
    for member in range(settings.members):
        network, history = fit_speech(
            [pictures[k] for k in learnt],
            rows[learnt],
            told.numbers(clips["emotion"], clips["intended"]),
            told=told,
            settings=settings,
            seed=plan.seed * 1000 + fold * 10 + member,
            progress=within(progress, member / settings.members, (member + 1) / settings.members),
        )
        answers += speech_probabilities(network, told, [pictures[k] for k in tested], rows[tested])
        networks.append(network)
        histories.append(history)
    facts = {
        "n_learnt": len(learnt),
        "n_features": material.rows.shape[1],
        "targets": list(told.names),
        "parameters": sum(int(network.count_params()) for network in networks),
        "history": histories,
    }
    return FoldAnswer(utterance_table(material, tested, answers / settings.members), facts, networks)


def speech_settings(plan: SpeechPlan) -> SpeechSettings:
    """Return the network's settings with the plan's changes."""
    changes = {"epochs": plan.epochs, "members": plan.members}
    return replace(SpeechSettings(), **{name: value for name, value in changes.items() if value is not None})


def utterance_table(material: Material, tested: np.ndarray, probabilities: np.ndarray) -> pd.DataFrame:
    """Return the predictions table of whole clips: no times, one row each."""
    clips = material.clips.iloc[tested].reset_index(drop=True)
    table = clips[["clip", "speaker"]].assign(start_s=np.nan, end_s=np.nan, truth=clips["intended"])
    columns = {f"{PROBABILITY_PREFIX}{name}": probabilities[:, k] for k, name in enumerate(SENTIMENTS)}
    return table.assign(**columns, fold=clips["fold"] + 1)
