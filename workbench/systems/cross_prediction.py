"""What networks say about the moments that a run learnt from, asked of networks that had not seen them.

A run knows its own training answers, the wrong ones too, so it cannot doubt them. Here the training part is dealt into
folds of whole speakers (whole clips, where it has fewer than three speakers); for each fold the network is trained again
on the others with the run's own settings, and asked about the fold. That takes as long as training once per fold.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.folds import speaker_folds
from workbench.datasets.moments import gather
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import write
from workbench.models.inference import Predictor
from workbench.models.runs import Run, utc_now
from workbench.models.settings import CLASSES, INPUTS, NETWORKS
from workbench.models.training import fit
from workbench.progress import Progress, silent, within
from workbench.project import Project
from workbench.systems.judged_moments import FILES
from workbench.systems.judging import system_answers, table_of
from workbench.systems.lightweight_fusion import FusionNetworks
from workbench.systems.plan import plan_of
from workbench.systems.preparation import samples_of
from workbench.systems.retraining import moments_for


@dataclass
class _Fold:
    """The clips of one fold, and the networks that never saw them."""

    clips: frozenset[str]
    networks: dict[str, Any] = field(default_factory=dict)


def cross_predict(
    project: Project, runs: Mapping[str, Run | str], *, n_folds: int = 3, progress: Progress = silent
) -> dict[str, Path]:
    """Keep, with each run, cross-validated predictions of its training part; return where they are.

    Parameters
    ----------
    runs : mapping of network to Run or run id
        Of one comparison. An audiovisual one needs its visual and audio runs: they are taken along.
    n_folds : int
        2 or more; fewer are made where there are fewer speakers.

    Raises
    ------
    InvalidInputError
        Fewer than two folds, or too little to learn from without one of them.
    """
    if n_folds < 2:
        raise InvalidInputError(f"Cross-validation needs 2 folds or more. Received {n_folds}.")
    wanted = {name: Run.open(project, run) if isinstance(run, str) else run for name, run in runs.items()}
    if "audiovisual" in wanted:
        for name, run_id in wanted["audiovisual"].facts()["companions"].items():
            if name in ("visual", "audio"):
                wanted[name] = Run.open(project, run_id)
    order = [name for name in NETWORKS if name in wanted]
    first = wanted[order[0]]
    folds, by = _folds(first.split(), n_folds=n_folds, seed=first.facts()["seed"])
    kept = {}
    for number, name in enumerate(order):
        step = within(progress, number / len(order), (number + 1) / len(order))
        table = _cross_predicted(project, name, wanted[name], folds, step)
        kept[name] = wanted[name].folder / FILES["train"]
        write(table, kept[name])
        wanted[name].update(cross_predicted={"n_folds": len(folds), "by": by, "made_utc": utc_now()})
    return kept


def _folds(split: pd.DataFrame, *, n_folds: int, seed: int) -> tuple[list[_Fold], str]:
    """Deal the clips that are learnt from (all of them, under a frame split) into folds; say by what."""
    learnt = split[split["part"].isin(["train", "all"])]
    n_speakers = learnt.loc[learnt["speaker"] != "", "speaker"].nunique()
    by = "speaker" if n_speakers >= 3 and (learnt["speaker"] != "").all() else "clip"
    units = learnt.assign(speaker=learnt[by])
    dealt = speaker_folds(units, n_folds=min(n_folds, units["speaker"].nunique()), seed=seed)
    return [_Fold(frozenset(units.loc[units["speaker"].isin(fold), "clip"])) for fold in dealt], by


def _cross_predicted(
    project: Project, network: str, run: Run, folds: list[_Fold], progress: Progress
) -> pd.DataFrame:
    facts = run.facts()
    what = plan_of(facts)
    dataset = Dataset.open(project, what.dataset)
    companions = {name: Run.open(project, run_id) for name, run_id in facts["companions"].items()}
    moments = moments_for(project, what, companions)
    parts = []
    for number, fold in enumerate(folds):
        held = (moments["part"] == "train") & moments["clip"].isin(fold.clips)
        asked = moments[held & (moments["answer"] != "")]
        others = moments[moments["part"].isin(["train", "validation"]) & ~held]
        step = within(progress, number / len(folds), (number + 1) / len(folds))
        samples = samples_of(dataset, others, what)
        with tempfile.TemporaryDirectory() as folder:
            fold.networks[network] = fit(
                network,
                train=samples.part("train"),
                validation=samples.part("validation"),
                settings=what.settings,
                seed=what.seed,
                checkpoint=Path(folder) / "checkpoint.npz",
                branches={n: fold.networks[n] for n in ("visual", "audio")}
                if network == "audiovisual"
                else None,
                progress=step,
            )
        if len(asked):
            parts.append(_asked(dataset, network, fold, asked, companions))
    if not parts:
        raise InvalidInputError(
            f"The training part of {run.id} needs answers to be cross-validated. It has none now."
        )
    return pd.concat(parts, ignore_index=True)


def _asked(
    dataset: Dataset, network: str, fold: _Fold, rows: pd.DataFrame, companions: Mapping[str, Run]
) -> pd.DataFrame:
    """Return the predictions of a fold's network; the audiovisual one stands for the whole running system."""
    if network != "audiovisual":
        predictor = Predictor(network, fold.networks[network])
        probabilities = predictor.probabilities(**gather(dataset, rows, INPUTS[network]))
        return table_of(rows, probabilities, CLASSES[network]).assign(branch=network)
    networks = FusionNetworks(
        companions["mouth"].predictor(),
        Predictor("visual", fold.networks["visual"]),
        Predictor("audiovisual", fold.networks["audiovisual"]),
        {},
    )
    probabilities, further = system_answers(dataset, rows, networks)
    return table_of(rows, probabilities, CLASSES[network]).assign(**further)
