"""The paper's audio network, cross-validated on people it never heard: 30 ms at a time, no context (Yakaew 2021)."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.moments import gather, moments_table
from workbench.datasets.samples import collect
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import PROBABILITY_PREFIX
from workbench.media.timeline import GRID_STEP_S
from workbench.models.inference import Predictor
from workbench.models.settings import CLASSES, INPUTS, Settings, published
from workbench.models.training import Epoch, fit
from workbench.progress import Progress, silent
from workbench.systems.speech_folds import FoldAnswer
from workbench.systems.speech_material import Material
from workbench.systems.speech_plan import SpeechPlan

_CLIPS_TOGETHER = 50


@dataclass(frozen=True)
class PaperFold:
    """Learn and answer with the columns that were extracted from a dataset.

    Attributes
    ----------
    dataset : Dataset
    moments : pd.DataFrame
        Every voiced moment of the clips that are cross-validated.
    """

    dataset: Dataset
    moments: pd.DataFrame

    @classmethod
    def of(cls, dataset: Dataset, material: Material) -> PaperFold:
        """Gather the voiced moments of the clips.

        Raises
        ------
        InvalidInputError
            Some clips were not extracted.
        """
        wanted = set(material.clips["clip"][material.asked()])
        absent = wanted - set(FeatureStore(dataset.features).clips())
        if absent:
            raise InvalidInputError(
                f"The paper's network needs the 30 ms columns of every clip. {len(absent)} of {len(wanted)} were not "
                f"extracted: run `workbench extract {dataset.name}`."
            )
        moments = moments_table(dataset, clips=wanted)
        return cls(dataset, moments[moments["voiced"]])

    def __call__(
        self, material: Material, fold: int, plan: SpeechPlan, progress: Progress = silent
    ) -> FoldAnswer:
        """Train on the others' moments with the published settings, and answer for every voiced moment of the fold."""
        settings = settings_of(plan)
        clips = material.clips.set_index("clip")
        moments = self.moments.assign(
            answer=self.moments["clip"].map(clips["intended"]),
            answer_source="known",
            run=self.moments["clip"],
            part=np.where(self.moments["clip"].map(clips["fold"]) == fold, "test", "train"),
        )
        samples = collect(
            self.dataset,
            moments,
            what=INPUTS["audio"],
            classes=CLASSES["audio"],
            per_class={"train": settings.per_class_train},
            seed=plan.seed,
        )
        epochs: list[Epoch] = []
        with tempfile.TemporaryDirectory() as folder:
            full = fit(
                "audio",
                train=samples.part("train"),
                validation=samples.part("validation"),  # nobody: all the others are learnt from
                settings=settings,
                seed=plan.seed * 1000 + fold,
                checkpoint=Path(folder) / "checkpoint.npz",
                on_epoch=epochs.append,
                progress=progress,
            )
        tested = moments[moments["part"] == "test"]
        tested = tested[tested.groupby("clip").cumcount() % plan.every_n == 0]
        facts = {
            "n_learnt": int(samples.table["clip"].nunique()),
            "n_moments_learnt": len(samples),
            "parameters": int(full.count_params()),
            "history": [[{"epoch": e.epoch, "loss": e.loss, "accuracy": e.accuracy} for e in epochs]],
        }
        table = self._answers(Predictor("audio", full), tested).assign(fold=fold + 1)
        return FoldAnswer(table, facts, [full])

    def _answers(self, predictor: Predictor, moments: pd.DataFrame) -> pd.DataFrame:
        parts = []
        clips = moments["clip"].unique()
        for first in range(0, len(clips), _CLIPS_TOGETHER):
            rows = moments[moments["clip"].isin(clips[first : first + _CLIPS_TOGETHER])]
            values = predictor.probabilities(**gather(self.dataset, rows, INPUTS["audio"]))
            table = pd.DataFrame(
                {
                    "clip": rows["clip"],
                    "speaker": rows["speaker"],
                    "start_s": rows["time_s"],
                    "end_s": (rows["time_s"] + GRID_STEP_S).round(9),
                    "truth": rows["answer"],
                }
            )
            for k, name in enumerate(predictor.classes):
                table[f"{PROBABILITY_PREFIX}{name}"] = values[:, k]
            parts.append(table)
        return pd.concat(parts, ignore_index=True)


def settings_of(plan: SpeechPlan) -> Settings:
    """Return the published settings with the plan's changes."""
    return published("audio").with_changes(epochs=plan.epochs, per_class_train=plan.per_class)
