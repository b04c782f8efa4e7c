"""A map of what a layer of a trained network makes of moments: chosen by lot, answered, laid out, kept with the run."""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.known_answers import answers_for_moments
from workbench.datasets.moments import gather, moments_table
from workbench.datasets.splits import parts_of_moments
from workbench.errors import InvalidInputError
from workbench.evaluation.estimates import Score
from workbench.evaluation.projection import METHODS, NAMES, Map, Method, lay_out
from workbench.evaluation.trustworthiness import Trust
from workbench.evaluation.warnings import LEAK_MARK, leak_codes
from workbench.files import atomic_file
from workbench.labels.store import LabelStore
from workbench.models.architectures import LAST_HIDDEN_LAYER
from workbench.models.layers import activations, check_layer
from workbench.models.runs import Run
from workbench.models.settings import CLASSES, INPUTS
from workbench.progress import Progress, silent, within
from workbench.project import Project
from workbench.systems.judging import predictions_on

N_MOMENTS = 2000
PARTS = ("train", "validation", "test")
USUAL_LAYER = {
    "mouth": "dense_500",
    "visual": LAST_HIDDEN_LAYER,
    "audio": LAST_HIDDEN_LAYER,
    "audiovisual": "both",
}
"""The last layer before the answer."""
_TOGETHER = 4000  # moments whose pictures are in memory at a time
_FORM = 1  # of the kept file; raise it when what is kept changes


@dataclass(frozen=True)
class MomentMap:
    """A map with the moments on it.

    Attributes
    ----------
    run : Run
    dataset : Dataset
    moments : pd.DataFrame
        ``clip, speaker, moment, time_s, face_row, heard, part, truth, predicted, confidence``, one row per point; an
        empty truth means that nobody knows.
    map : Map
    """

    run: Run
    dataset: Dataset
    moments: pd.DataFrame
    map: Map

    @property
    def classes(self) -> tuple[str, ...]:
        """The network's classes in their order."""
        return CLASSES[self.network]

    @property
    def network(self) -> str:
        """Which of the four networks it is."""
        return str(self.run.facts()["network"])

    def table(self) -> pd.DataFrame:
        """Return ``x, y`` and the moments, one row per point."""
        found = self.moments.copy()
        found.insert(0, "x", self.map.coordinates[:, 0])
        found.insert(1, "y", self.map.coordinates[:, 1])
        return found

    def title(self) -> str:
        """Say what is mapped: ``"visual, layer dense_16: t-SNE of 2,000 moments"``, with the mark of a leaking split."""
        leaks = f" {LEAK_MARK}" if leak_codes(self.run.facts().get("warnings", [])) else ""
        return f"{self.network}, layer {self.map.layer}: {NAMES[self.map.method]} of {self.map.n:,} moments{leaks}"

    def parts(self) -> str:
        """Say what they are: ``"1,000 of train (learnt from), 480 of validation, 520 of test"``."""
        counts, words = self.moments["part"].value_counts(), {"train": "train (learnt from)"}
        return ", ".join(f"{counts[part]:,} of {words.get(part, part)}" for part in PARTS if part in counts)


def map_moments(
    project: Project,
    reference: str,
    *,
    layer: str | None = None,
    method: Method = "tsne",
    n_moments: int = N_MOMENTS,
    seed: int = 0,
    progress: Progress = silent,
) -> MomentMap:
    """Map moments of all parts of a run's split by what one of its layers makes of them.

    Coordinates and answers are kept in the run's folder (``maps/``) and read again as long as network, moments and
    features are the same; truths are read anew each time, so a relabelled moment is seen at once.

    Parameters
    ----------
    reference : str
        The run's id or a unique part of it.
    layer : str, optional
        A layer of :func:`workbench.models.layers.layers_of`; the last one before the answer where none is named.
    n_moments : int
        At most so many, drawn by lot from those that the network can be asked about.

    Raises
    ------
    InvalidInputError
        No such run, layer or method; the training is not finished; or the run's clips are gone.
    """
    run = Run.open(project, reference)
    facts = run.facts()
    if method not in METHODS:
        raise InvalidInputError(f"The method must be one of {', '.join(METHODS)}. Received {method!r}.")
    if n_moments < 1:
        raise InvalidInputError(f"A map needs moments. Received n_moments={n_moments}.")
    if facts.get("status") != "finished":
        raise InvalidInputError(
            f"A run must be finished before it is mapped. {run.id} is {facts['status']}: "
            f"resume it with `workbench train --resume {run.id}`."
        )
    dataset = Dataset.open(project, facts["dataset"])
    moments = _moments(project, dataset, run, n_moments=n_moments, seed=seed)
    layer = layer or USUAL_LAYER[facts["network"]]
    kept = _KeptMap(run, dataset, moments, layer=layer, method=method, seed=seed)
    found = kept.read()
    if found is None:
        answers, laid_out = _compute(project, run, dataset, moments, layer, method, seed, progress)
        kept.write(answers, laid_out)
        found = answers, laid_out
    answers, laid_out = found
    classes = np.array(CLASSES[facts["network"]], dtype=object)
    moments = moments.assign(
        predicted=classes[answers.argmax(axis=1)], confidence=answers.max(axis=1).astype(float)
    )
    return MomentMap(run, dataset, moments, laid_out)


def _moments(project: Project, dataset: Dataset, run: Run, *, n_moments: int, seed: int) -> pd.DataFrame:
    """Return moments by lot of those the network can be asked about, with their parts and what is known of them."""
    facts, split = run.facts(), run.split()
    moments = moments_table(dataset, clips=set(split["clip"]))
    moments["part"] = parts_of_moments(moments, split.drop_duplicates("clip"), seed=facts["seed"])
    usable = moments["voiced"] if facts["network"] == "audio" else moments["face_row"] >= 0
    if facts["network"] == "audiovisual":
        usable = usable & moments["heard"]
    moments = moments[usable]
    if moments.empty:
        raise InvalidInputError(
            f"A map needs moments that the {facts['network']} network can be asked about. {dataset.name} has none."
        )
    chosen = moments.sample(min(n_moments, len(moments)), random_state=seed).sort_index()
    question = "mouth" if facts["network"] == "mouth" else "sentiment"
    with LabelStore.open(project.labels) as store:
        hand, verdicts = store.answers(question), store.verdicts(question)
    chosen["truth"] = answers_for_moments(
        chosen, question=question, dataset=dataset, hand=hand, verdicts=verdicts, source=facts.get("answers", "both")
    )["answer"]  # fmt: skip
    columns = ["clip", "speaker", "moment", "time_s", "face_row", "heard", "part", "truth"]
    return chosen[columns].reset_index(drop=True)


def _compute(
    project: Project,
    run: Run,
    dataset: Dataset,
    moments: pd.DataFrame,
    layer: str,
    method: Method,
    seed: int,
    progress: Progress,
) -> tuple[np.ndarray, Map]:
    """Return the network's probabilities, shape (n, n_classes), and the map."""
    facts = run.facts()
    network, full = facts["network"], run.predictor().full
    check_layer(full, layer)
    companions = {name: Run.open(project, other) for name, other in facts.get("companions", {}).items()}
    probabilities = [f"p_{name}" for name in CLASSES[network]]
    answers: list[np.ndarray] = []
    features: list[np.ndarray] = []
    done = 0
    for rows in _in_portions(moments):
        table = predictions_on(dataset, rows.assign(answer=rows["truth"]), run=run, companions=companions)
        answers.append(table[probabilities].to_numpy(np.float32))
        told = within(progress, 0.5 * done / len(moments), 0.5 * (done + len(rows)) / len(moments))
        features.append(activations(full, gather(dataset, rows, INPUTS[network]), layer, progress=told))
        done += len(rows)
    laid_out = lay_out(
        np.concatenate(features),
        method=method,
        layer=layer,
        rows=moments,
        seed=seed,
        progress=within(progress, 0.5, 1.0),
    )
    return np.concatenate(answers), laid_out


def _in_portions(moments: pd.DataFrame) -> list[pd.DataFrame]:
    """Cut the moments, which stand clip by clip, into portions of whole clips that fit into memory."""
    first_of_clip = moments["clip"].ne(moments["clip"].shift())
    portion = (pd.Series(np.arange(len(moments)), moments.index) // _TOGETHER).where(first_of_clip).ffill()
    return [rows for _, rows in moments.groupby(portion, sort=True)]


class _KeptMap:
    """One map's file in its run's folder, and whether it still is the map of these moments."""

    def __init__(
        self, run: Run, dataset: Dataset, moments: pd.DataFrame, *, layer: str, method: Method, seed: int
    ) -> None:
        self.layer, self.method, self.seed, self.n = layer, method, seed, len(moments)
        name = re.sub(r"[^A-Za-z0-9_-]", "-", layer)
        self.path: Path = run.folder / "maps" / f"{name}-{method}-{len(moments)}-{seed}.npz"
        self.fingerprint = _fingerprint(run, dataset, moments, [_FORM, layer, method, seed])

    def read(self) -> tuple[np.ndarray, Map] | None:
        """Return the probabilities and the map, or None where there is none of just this."""
        try:
            with np.load(self.path, allow_pickle=False) as kept:
                if str(kept["fingerprint"]) != self.fingerprint:
                    return None
                answers, points, trust = kept["answers"], kept["coordinates"], kept["trust"]
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return None  # none yet, or damaged: it is computed anew
        value, low, high = (None if np.isnan(one) else float(one) for one in trust[:3])
        found = Trust(Score(value, low, high), *(int(one) for one in trust[3:]))
        return answers, Map(points, self.method, self.layer, self.seed, found)

    def write(self, answers: np.ndarray, laid_out: Map) -> None:
        """Keep the map, whole or not at all."""
        trust, score = laid_out.trust, laid_out.trust.score
        numbers = [score.value, score.low, score.high, trust.k, trust.n_asked, trust.n]
        self.path.parent.mkdir(exist_ok=True)
        with atomic_file(self.path) as temporary, temporary.open("wb") as stream:
            np.savez_compressed(
                stream,
                fingerprint=self.fingerprint,
                answers=answers,
                coordinates=laid_out.coordinates,
                trust=np.array([np.nan if one is None else one for one in numbers], float),
            )


def _fingerprint(run: Run, dataset: Dataset, moments: pd.DataFrame, made: list[Any]) -> str:
    """Return a hash of everything a map hangs on: the network, the moments, how their features were made."""
    facts, store = run.facts(), FeatureStore(dataset.features)
    together = hashlib.sha256(
        repr([facts["weights_hash"], sorted(facts.get("companions", {}).items()), *made]).encode()
    )
    for clip, rows in moments.groupby("clip", sort=True):
        recipe = store.read_report(str(clip)).get("recipe")
        together.update(repr((clip, recipe, rows["moment"].tolist())).encode())
    return together.hexdigest()
