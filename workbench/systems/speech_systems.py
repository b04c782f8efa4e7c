"""The systems that are cross-validated on speech: each learns one fold and answers for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.evaluation.predictions import PROBABILITY_PREFIX
from workbench.models.discriminant import Discriminant, fit_discriminant
from workbench.models.row_classifier import fit_rows
from workbench.models.speech_targets import Targets
from workbench.models.speech_training import SpeechSettings, fit_speech, speech_probabilities
from workbench.progress import Progress, silent, within
from workbench.sentiment import SENTIMENTS
from workbench.systems.speech_folds import FoldAnswer
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


@dataclass(frozen=True)
class Lesson:
    """What a fold learns all emotions from.

    Attributes
    ----------
    told : Targets
    learnt, tested : np.ndarray
        Numbers of rows of the material.
    targets : np.ndarray, shape (n_learnt,)
        Numbers of ``told.names``.
    rows : np.ndarray, shape (n, d)
        The statistics of all utterances, standardised by those learnt from.
    """

    told: Targets
    learnt: np.ndarray
    tested: np.ndarray
    targets: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, material: Material, fold: int) -> Lesson:
        """Gather the others' clips of all emotions."""
        learnt = material.learnt(fold, asked_only=False)
        known = material.clips.iloc[learnt]
        learnt = learnt[((known["emotion"] != "") | (known["intended"] != "")).to_numpy()]
        clips = material.clips.iloc[learnt]
        told = Targets.of(clips["emotion"], clips["intended"], SENTIMENTS)
        targets = told.numbers(clips["emotion"], clips["intended"])
        return cls(told, learnt, material.tested(fold), targets, material.standard_rows(learnt))

    def linear(self) -> tuple[Discriminant, np.ndarray]:
        """Fit the linear layer; return it and its probability of each class for the clips tested."""
        layer = fit_discriminant(self.rows[self.learnt], self.targets)
        return layer, self.told.answers(layer.scores(self.rows[self.tested]))

    def facts(self, n_parameters: int) -> dict[str, Any]:
        """Return what is to be known about the fold."""
        return {
            "n_learnt": len(self.learnt),
            "n_features": self.rows.shape[1],
            "targets": list(self.told.names),
            "parameters": n_parameters,
        }


def linear_fold(material: Material, fold: int, plan: SpeechPlan, progress: Progress = silent) -> FoldAnswer:
    """Fit one linear layer on the statistics of the others' utterances, of all emotions."""
    progress(0, 1, "linear layer")
    lesson = Lesson.of(material, fold)
    layer, said = lesson.linear()
    return FoldAnswer(
        utterance_table(material, lesson.tested, said),
        lesson.facts(layer.n_parameters),
        arrays={"weights": layer.weights, "biases": layer.biases},
    )


def network_fold(material: Material, fold: int, plan: SpeechPlan, progress: Progress = silent) -> FoldAnswer:
    """Fit the linear layer, train the network's members, and answer by the mean of both, half of the say each."""
    settings, lesson = speech_settings(plan), Lesson.of(material, fold)
    layer, linear = lesson.linear()
    pictures = material.standard_pictures(lesson.learnt)
    networks, histories, heard = [], [], np.zeros_like(linear)
    for member in range(settings.members):
        network, history = fit_speech(
            [pictures[k] for k in lesson.learnt],
            lesson.rows[lesson.learnt],
            lesson.targets,
            told=lesson.told,
            settings=settings,
            seed=plan.seed * 1000 + fold * 10 + member,
            progress=within(progress, member / settings.members, (member + 1) / settings.members),
        )
        heard += speech_probabilities(
            network, lesson.told, [pictures[k] for k in lesson.tested], lesson.rows[lesson.tested]
        )
        networks.append(network)
        histories.append(history)
    parts = {"linear": linear, "network": heard / settings.members}
    n_parameters = layer.n_parameters + sum(int(network.count_params()) for network in networks)
    return FoldAnswer(
        utterance_table(material, lesson.tested, (parts["linear"] + parts["network"]) / 2),
        {**lesson.facts(n_parameters), "history": histories},
        networks,
        {"weights": layer.weights, "biases": layer.biases},
        {name: utterance_table(material, lesson.tested, values) for name, values in parts.items()},
    )


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
