"""Does fusing help on people never met? Face, voice and both, from embeddings that others computed.

Logistic regression on what is seen, on what is heard, and on both laid side by side (early fusion: one classifier
learns from all numbers); late fusion is the mean of what face and voice say. The same folds of speakers for all, the
strength of each classifier chosen by inner folds of the speakers learnt from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.embeddings import Embeddings, read_embeddings
from workbench.datasets.folds import speaker_folds
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import PROBABILITY_PREFIX
from workbench.models.row_classifier import RowClassifier, fit_rows
from workbench.models.runs import Run
from workbench.progress import Progress, silent, within
from workbench.project import Project
from workbench.sentiment import SENTIMENTS
from workbench.systems.modalities import store_comparison
from workbench.systems.speech_folds import FoldAnswer, run_folds

RUNS = {
    "visual": "visual_embedding",
    "audio": "audio_embedding",
    "audiovisual": "fused_embedding",
    "late": "late_embedding",
}
"""What each run's network is called, by what it learns from."""


def cross_validate_embeddings(
    project: Project, path: Path, *, name: str, n_folds: int = 7, seed: int = 0, progress: Progress = silent
) -> dict[str, Run]:
    """Cross-validate face, voice, both (early) and both (late) by speaker, and keep how they compare.

    Parameters
    ----------
    path : Path
        Embeddings (:func:`workbench.datasets.embeddings.read_embeddings`).
    name : str
        What the data is called in the runs; no dataset of the project may be called so.

    Returns
    -------
    dict of str to Run
        ``visual``, ``audio``, ``audiovisual`` (early fusion), ``late``; the comparison of the first three lies in
        ``reports/comparisons/``.

    Raises
    ------
    InvalidInputError
        The file is no embeddings, or the folds cannot be made.
    """
    if Dataset(project.dataset_folder(name)).catalog_file.is_file():
        raise InvalidInputError(
            f"Embeddings need a name of their own. A dataset is called {name!r} already: choose another."
        )
    embeddings = read_embeddings(path)
    clips = (
        embeddings.clips if (embeddings.clips["sex"] != "").all() else embeddings.clips.drop(columns="sex")
    )
    folds = speaker_folds(clips, n_folds=n_folds, seed=seed)
    number = {speaker: fold for fold, speakers in enumerate(folds) for speaker in speakers}
    dealt = clips["speaker"].map(number).to_numpy(dtype=int)
    answers: list[dict[str, FoldAnswer]] = []
    for fold in range(n_folds):
        progress(fold, n_folds, f"fold {fold + 1}")
        answers.append(
            _answers(
                embeddings,
                dealt,
                fold,
                seed=seed,
                progress=within(progress, fold / n_folds, (fold + 1) / n_folds),
            )
        )
    runs = {}
    for key, network in RUNS.items():
        run = Run.create(project, dataset=name, network=network, seed=seed, facts=_facts(embeddings, n_folds))
        run.write_split(clips[["clip", "speaker"]].assign(part="test", fold=dealt + 1))
        runs[key] = run_folds(run, n_folds, lambda fold, told, key=key: answers[fold][key])  # type: ignore[misc]
    store_comparison(project, {key: runs[key] for key in ("visual", "audio", "audiovisual")}, seed=seed)
    progress(n_folds, n_folds, "judged")
    return runs


def _answers(
    embeddings: Embeddings, dealt: np.ndarray, fold: int, *, seed: int, progress: Progress
) -> dict[str, FoldAnswer]:
    """Return what face, voice and both say about the clips of a fold."""
    learnt, tested = np.flatnonzero(dealt != fold), np.flatnonzero(dealt == fold)
    rows = {
        "visual": embeddings.video,
        "audio": embeddings.audio,
        "audiovisual": np.concatenate([embeddings.video, embeddings.audio], axis=1),
    }
    clips = embeddings.clips.iloc[learnt]
    found, said = {}, {}
    for step, (key, values) in enumerate(rows.items()):
        progress(step, len(rows), f"fold {fold + 1}: {key}")
        classifier = fit_rows(
            values[learnt],
            list(clips["intended"]),
            list(clips["speaker"]),
            kind="logistic",
            classes=SENTIMENTS,
            seed=seed,
        )
        said[key] = classifier.probabilities(values[tested])
        found[key] = FoldAnswer(_table(embeddings, tested, said[key], fold), _about(classifier, len(learnt)))
    late = (said["visual"] + said["audio"]) / 2
    found["late"] = FoldAnswer(_table(embeddings, tested, late, fold), {"n_learnt": len(learnt)})
    return found


def _about(classifier: RowClassifier, n_learnt: int) -> dict[str, Any]:
    return {
        "n_learnt": n_learnt,
        "strength": classifier.strength,
        "temperature": classifier.temperature,
        "inner_accuracy": round(classifier.inner_accuracy, 6),
    }


def _table(embeddings: Embeddings, tested: np.ndarray, probabilities: np.ndarray, fold: int) -> pd.DataFrame:
    clips = embeddings.clips.iloc[tested].reset_index(drop=True)
    table = clips[["clip", "speaker"]].assign(start_s=np.nan, end_s=np.nan, truth=clips["intended"])
    columns = {f"{PROBABILITY_PREFIX}{name}": probabilities[:, k] for k, name in enumerate(SENTIMENTS)}
    return table.assign(**columns, fold=fold + 1)


def _facts(embeddings: Embeddings, n_folds: int) -> dict[str, Any]:
    return {
        "split": "speaker",
        "n_folds": n_folds,
        "answers": "known",
        "settings": {"classifier": "logistic regression", "folds": n_folds},
        "source_hash": embeddings.file_hash,
        "classes": list(SENTIMENTS),
        "data_hash": embeddings.content_hash(),
        "samples_hash": embeddings.content_hash(),
        "n_samples": {"test": len(embeddings.clips)},
        "speakers": {"test": sorted(set(embeddings.clips["speaker"]))},
        "warnings": [],
    }
