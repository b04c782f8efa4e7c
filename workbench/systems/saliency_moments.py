"""Moments of a run's test part to be explained, each with what its network was shown and what it answered."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.moments import gather, moments_table
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import read
from workbench.models.inference import Predictor
from workbench.models.runs import Run
from workbench.models.saliency.attribution import Attribution, Attributor, attribute
from workbench.models.saliency.cut import Cut, Pictures, pictures_of
from workbench.models.settings import CLASSES, INPUTS
from workbench.project import Project

SEEN = ("faces", "mouths")


@dataclass(frozen=True)
class SaliencyMoments:
    """Moments with their network.

    Attributes
    ----------
    run : Run
    predictor : Predictor
    table : pd.DataFrame
        ``clip, speaker, moment, time_s, face_row, truth, predicted, confidence, right``, one row per moment.
    arrays : dict of str to np.ndarray
        What the network is shown, row by row: ``faces``, ``mouths``, ``columns``; with ``landmarks`` where it sees.
    cut : Cut
        The network opened for saliency.
    """

    run: Run
    predictor: Predictor
    table: pd.DataFrame
    arrays: dict[str, np.ndarray]
    cut: Cut

    @property
    def network(self) -> str:
        """Which of the four networks it is."""
        return self.predictor.network

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of what the network is shown."""
        return INPUTS[self.network]

    @property
    def classes(self) -> np.ndarray:
        """The number of the class each moment was answered with, shape (n,): what is explained."""
        return pd.Categorical(self.table["predicted"], categories=list(self.predictor.classes)).codes.astype(
            int
        )

    @functools.cached_property
    def pictures(self) -> Pictures:
        """What the network is shown, as it takes it."""
        return pictures_of({name: self.arrays[name] for name in self.inputs})

    def attribute(self, method: str | Attributor, *, seed: int = 0) -> Attribution:
        """Explain every moment's own answer."""
        return attribute(self.cut, self.pictures, self.classes, method, seed)


def moments_to_explain(
    project: Project, reference: str, *, n_moments: int = 12, seed: int = 0
) -> SaliencyMoments:
    """Draw test moments of a run evenly over the true classes and over clips, by lot.

    Of an audiovisual run only moments that the fused network answered are taken (the mouth was open).

    Raises
    ------
    InvalidInputError
        No such run, an unfinished one, or none of its test moments are there any more.
    """
    run = Run.open(project, reference)
    predictor, _ = _opened(run)
    dataset = Dataset.open(project, run.facts()["dataset"])
    table = read(run.folder / "predictions.csv")
    if "branch" in table and predictor.network == "audiovisual":
        table = table[table["branch"] == "audiovisual"]
    if n_moments < 1 or table.empty:
        raise InvalidInputError(
            f"Saliency needs one test moment or more. {run.id} has {len(table)} that its network answered, and "
            f"{n_moments} were asked for."
        )
    chosen = _evenly(table, n_moments, seed=seed)
    return _explaining(run, dataset, _joined(dataset, chosen))


def clip_to_explain(project: Project, reference: str, clip: str | None = None) -> SaliencyMoments:
    """Return all moments of one clip at which a run's network has what it looks at, in order of time.

    Parameters
    ----------
    clip : str, optional
        A clip's id or a part of it; the first one of the run's test when left out.

    Raises
    ------
    InvalidInputError
        No such run or clip, or nothing for the network in it.
    """
    run = Run.open(project, reference)
    predictor, _ = _opened(run)
    dataset = Dataset.open(project, run.facts()["dataset"])
    table = read(run.folder / "predictions.csv")
    name = _clip_called(dataset, clip) if clip is not None else str(table["clip"].iloc[0])
    truth = table.loc[table["clip"] == name, "truth"].unique()
    moments = moments_table(dataset, clips={name}).assign(truth=truth[0] if len(truth) == 1 else "")
    usable = np.ones(len(moments), bool)
    if set(INPUTS[predictor.network]) & set(SEEN):
        usable &= (moments["face_row"] >= 0).to_numpy()
    if "columns" in INPUTS[predictor.network]:
        usable &= moments["heard"].to_numpy()
    if not usable.any():
        raise InvalidInputError(
            f"The {predictor.network} network needs {' and '.join(INPUTS[predictor.network])}. {name} has no moment with them."
        )
    return _explaining(run, dataset, moments[usable].reset_index(drop=True))


def _explaining(run: Run, dataset: Dataset, moments: pd.DataFrame) -> SaliencyMoments:
    """Read the arrays of the given moments and let the network answer them."""
    predictor, cut = _opened(run)
    network = predictor.network
    wanted = INPUTS[network] + (("landmarks",) if set(INPUTS[network]) & set(SEEN) else ())
    arrays = gather(dataset, moments, wanted)
    chances = cut.probabilities(pictures_of({name: arrays[name] for name in INPUTS[network]}))
    table = moments.assign(
        predicted=np.array(CLASSES[network])[chances.argmax(axis=1)], confidence=chances.max(axis=1)
    )
    table["right"] = table["truth"] == table["predicted"]
    named: dict[str, Any] = {f"p_{name}": chances[:, k] for k, name in enumerate(CLASSES[network])}
    return SaliencyMoments(run, predictor, table.assign(**named), arrays, cut)


def _opened(run: Run) -> tuple[Predictor, Cut]:
    """Return a run's network, opened; the last few are kept, as compiling takes longer than most figures."""
    return _network(run, str(run.facts().get("weights_hash", "")))


@functools.lru_cache(maxsize=4)
def _network(run: Run, weights_hash: str) -> tuple[Predictor, Cut]:
    del weights_hash  # only part of the key
    predictor = run.predictor()
    return predictor, Cut(predictor.full)


def _evenly(table: pd.DataFrame, n: int, *, seed: int) -> pd.DataFrame:
    """Choose rows by lot, the true classes in turns, each time of a clip that was used least so far."""
    shuffled = table.iloc[np.random.default_rng([seed, 103]).permutation(len(table))]
    clips, truths = pd.factorize(shuffled["clip"])[0], pd.factorize(shuffled["truth"], sort=True)[0]
    used, free = np.zeros(clips.max() + 1), np.ones(len(shuffled), bool)
    chosen: list[int] = []
    while len(chosen) < min(n, len(shuffled)):
        for truth in range(truths.max() + 1):
            rows = np.flatnonzero(free & (truths == truth))
            if rows.size and len(chosen) < n:
                row = int(rows[np.argmin(used[clips[rows]])])
                chosen.append(row)
                free[row] = False
                used[clips[row]] += 1
    return shuffled.iloc[chosen].sort_values(["truth", "clip", "start_s"])


def _joined(dataset: Dataset, chosen: pd.DataFrame) -> pd.DataFrame:
    """Add to rows of predictions what the moments table knows of them."""
    answers = pd.DataFrame(
        {
            "clip": chosen["clip"].to_numpy(),
            "milliseconds": (chosen["start_s"].to_numpy() * 1000).round().astype(int),
            "truth": chosen["truth"].to_numpy(),
        }
    )
    moments = moments_table(dataset, clips=set(answers["clip"]))
    moments["milliseconds"] = (moments["time_s"] * 1000).round().astype(int)
    joined = answers.merge(moments, on=["clip", "milliseconds"], how="inner", validate="one_to_one")
    if joined.empty:
        raise InvalidInputError(
            f"A run's test moments must be in its dataset to be explained. None of them are in {dataset.name} any more: "
            f"import its clips again and run `workbench extract {dataset.name}`."
        )
    return joined


def _clip_called(dataset: Dataset, part: str) -> str:
    names: Sequence[str] = dataset.table()["clip"].tolist()
    fitting = [name for name in names if name == part] or [name for name in names if part in name]
    if len(fitting) != 1:
        there = ", ".join((fitting or list(names))[:8])
        raise InvalidInputError(
            f"A clip must be named by its id or a part that fits one clip of {dataset.name} only. Received {part!r}, "
            f"which fits {len(fitting)}; for instance: {there}."
        )
    return fitting[0]
