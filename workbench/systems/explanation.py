"""What an analyst looks at after a training: test moments with pictures, answers, saliency and a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.moments import gather, moments_table
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import read
from workbench.evaluation.projection import tsne_map
from workbench.features.spectrogram import column_strips
from workbench.models.embedding import hidden_units
from workbench.models.runs import Run
from workbench.models.saliency import attribute, pictures_of
from workbench.models.settings import CLASSES, INPUTS
from workbench.project import Project


@dataclass(frozen=True)
class Explained:
    """A run with some of its test moments.

    Attributes
    ----------
    run : Run
    full : keras.Model
        The trained network.
    moments : pd.DataFrame
        ``clip, speaker, moment, time_s, truth, predicted, confidence, right``, one row per moment.
    arrays : dict of str to np.ndarray
        What the network was shown, row by row with ``moments``.
    """

    run: Run
    full: Any
    moments: pd.DataFrame
    arrays: dict[str, np.ndarray]

    def pictures(self) -> np.ndarray:
        """Return what the network sees: (n, 96, 96, 3) faces or (n, 400, 400, 3) spectrograms, float32 in [0, 1]."""
        if "faces" in self.arrays:
            return self.arrays["faces"].astype(np.float32) / 255.0
        return np.repeat(column_strips(self.arrays["columns"]), 400, axis=2)

    def part(self, rows: list[int]) -> Explained:
        """Return the same with the given rows only."""
        arrays = {name: values[rows] for name, values in self.arrays.items()}
        return Explained(self.run, self.full, self.moments.iloc[rows], arrays)

    def saliency(self, rows: list[int], *, method: str = "gradient") -> np.ndarray:
        """Return the saliency of the given rows for what the network answered, shape (n, height, width), peaks at 1.

        For sound it does not vary along time, as the picture does not.
        """
        classes, part = CLASSES[self.full.name], self.part(rows)
        numbers = np.array([classes.index(answer) for answer in part.moments["predicted"]])
        (maps,) = attribute(self.full, pictures_of(part.arrays), numbers, method).strengths().values()
        return np.repeat(maps, maps.shape[1], axis=2) if "columns" in self.arrays else maps

    def examples(self) -> dict[str, int]:
        """Return, per class, the row of the moment the network is surest of and right about, where there is one."""
        chosen = {}
        for name in CLASSES[self.full.name]:
            rows = np.flatnonzero(((self.moments["truth"] == name) & self.moments["right"]).to_numpy())
            if rows.size:
                chosen[name] = int(rows[np.argmax(self.moments["confidence"].to_numpy()[rows])])
        return chosen

    def map(self, *, seed: int = 0) -> np.ndarray:
        """Return the t-SNE map of the 16-unit layer, shape (n, 2)."""
        return tsne_map(hidden_units(self.full, self.arrays), seed=seed)


def explain(project: Project, reference: str, *, n_moments: int = 600, seed: int = 0) -> Explained:
    """Bring together a visual or audio run's network, some test moments and its answers to them.

    Parameters
    ----------
    reference : str
        The run's id or a unique part of it.
    n_moments : int
        At most so many, drawn by lot from the test part.

    Raises
    ------
    InvalidInputError
        The run is of another network.
    """
    run = Run.open(project, reference)
    facts = run.facts()
    if facts["network"] not in ("visual", "audio"):
        raise InvalidInputError(
            f"Saliency and maps are for visual and audio runs. {run.id} is of the {facts['network']} network."
        )
    dataset = Dataset.open(project, facts["dataset"])
    table = read(run.folder / "predictions.csv")
    chosen = table.sample(min(n_moments, len(table)), random_state=seed).sort_index()
    classes = CLASSES[facts["network"]]
    probabilities = chosen[[f"p_{name}" for name in classes]].to_numpy()
    answers = pd.DataFrame(
        {
            "clip": chosen["clip"].to_numpy(),
            "milliseconds": (chosen["start_s"].to_numpy() * 1000).round().astype(int),
            "truth": chosen["truth"].to_numpy(),
            "predicted": np.array(classes)[probabilities.argmax(axis=1)],
            "confidence": probabilities.max(axis=1),
        }
    )
    moments = moments_table(dataset)
    moments["milliseconds"] = (moments["time_s"] * 1000).round().astype(int)
    joined = answers.merge(moments, on=["clip", "milliseconds"], how="inner", validate="one_to_one")
    joined["right"] = joined["truth"] == joined["predicted"]
    return Explained(run, run.predictor().full, joined, gather(dataset, joined, INPUTS[facts["network"]]))
