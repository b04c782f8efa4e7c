"""A project of trained runs without any training: predictions drawn from systems of known accuracy."""

import numpy as np
import pandas as pd

from tests.rights_world import declare
from workbench.datasets.leaks import leaks_of_split
from workbench.evaluation.comparison import compare
from workbench.evaluation.predictions import read, write
from workbench.evaluation.report import evaluate
from workbench.files import write_json
from workbench.models.runs import Run
from workbench.models.training import Epoch
from workbench.sentiment import MOUTH_STATES, SENTIMENTS

N_MOMENTS = 12
ACCURACIES = {"visual": 0.66, "audio": 0.55, "audiovisual": 0.97}
SETTINGS = {
    "optimizer": "adam",
    "learning_rate": 0.001,
    "batch_size": 32,
    "augmentation": {"rotation_deg": 30.0, "flip": False},
}


def split_of(*, n_speakers=12, n_clips=9, split="speaker"):
    """Which clip of which speaker lies in which part; the last half of the speakers is the test."""
    rows = []
    for speaker in range(n_speakers):
        for clip in range(n_clips):
            part = "test" if speaker >= n_speakers // 2 else "train" if clip % 4 else "validation"
            if split == "clip":
                part = ("train", "test")[clip % 2]
            if split == "frame":
                part = "all"
            rows.append({"clip": f"s{speaker:02}-c{clip}", "speaker": f"{speaker:02}", "part": part})
    return pd.DataFrame(rows)


def clip_predictions(split, accuracy, *, rng, never=""):
    """Moments of every test clip by a system that tells so many clips right, and never says ``never``."""
    rows = []
    test = split[split["part"].isin(["test", "all"])]
    for number, (clip, speaker) in enumerate(zip(test["clip"], test["speaker"], strict=True)):
        truth = SENTIMENTS[number % 3]
        said = truth if rng.random() < accuracy else SENTIMENTS[(number + 1 + rng.integers(2)) % 3]
        said = "neutral" if said == never else said
        for i in range(N_MOMENTS):
            now = said if rng.random() < 0.9 else SENTIMENTS[rng.integers(3)]
            chances = {f"p_{name}": 0.7 if name == now else 0.15 for name in SENTIMENTS}
            rows.append(
                {
                    "clip": clip,
                    "speaker": speaker,
                    "start_s": i * 0.03,
                    "end_s": i * 0.03 + 0.03,
                    "truth": truth,
                    **chances,
                }
            )
    return pd.DataFrame(rows).assign(branch="visual")


def mouth_predictions(split, accuracy, *, rng):
    """Moments of every test clip, the mouth open half of the time."""
    rows = []
    for clip, speaker in split.loc[split["part"] == "test", ["clip", "speaker"]].itertuples(index=False):
        for i in range(N_MOMENTS):
            truth = MOUTH_STATES[i % 2]
            p_open = abs((truth == "open") - (0.1 if rng.random() < accuracy else 0.9))
            rows.append(
                {
                    "clip": clip,
                    "speaker": speaker,
                    "start_s": i * 0.03,
                    "end_s": i * 0.03 + 0.03,
                    "truth": truth,
                    "p_closed": 1 - p_open,
                    "p_open": p_open,
                }
            )
    return pd.DataFrame(rows)


def write_run(
    project,
    network,
    table,
    split,
    *,
    split_kind="speaker",
    seed=0,
    companions=None,
    dataset="sample",
    epochs=6,
):
    """Write one run's folder as a training leaves it, and return the run."""
    declare(project, dataset)
    parts = {part: sorted(set(rows["speaker"])) for part, rows in split.groupby("part")}
    facts = {
        "split": split_kind,
        "settings": SETTINGS,
        "epochs": epochs,
        "answer_sources": {"known": 900, "hand": 20},
        "data_hash": "ab" * 32,
        "n_samples": {"train": 720, "validation": 200},
        "speakers": parts,
        "companions": companions or {},
        "warnings": leaks_of_split(split),
    }
    run = Run.create(project, dataset=dataset, network=network, seed=seed, facts=facts)
    run.write_split(split)
    for i in range(1, epochs + 1):
        run.add_epoch(
            Epoch(
                epoch=i,
                loss=1 / i,
                accuracy=1 - 1 / (i + 2),
                val_loss=1.5 / i,
                val_accuracy=1 - 1.4 / (i + 2),
                seconds=2.0,
            )
        )
    write(table, run.folder / "predictions.csv")
    judged = evaluate(table, split=split_kind, split_warnings=facts["warnings"], seed=seed).as_json()
    write_json(run.folder / "evaluation.json", judged)
    run.update(
        status="finished",
        duration_s=61.5,
        warnings=judged["warnings"],
        training={"accuracy": 0.99, "loss": 0.02, "val_accuracy": 0.9, "val_loss": 0.3},
    )
    return run


def write_comparison(project, runs, *, name="20261121-101500-sample", split="speaker", dataset="sample"):
    """Store the comparison of runs as `train --network all` does."""
    tables = {network: read(run.folder / "predictions.csv") for network, run in runs.items()}
    content = {
        "dataset": dataset,
        "split": split,
        "made_utc": "2026-11-21T10:15:00+00:00",
        "runs": {network: run.id for network, run in runs.items()},
        "comparison": compare(tables).as_json(),
    }
    write_json(project.reports / "comparisons" / f"{name}.json", content)
    return name


def write_world(
    project,
    *,
    accuracies=ACCURACIES,
    split_kind="speaker",
    seed=0,
    name="20261121-101500-sample",
    never=None,
    **sizes,
):
    """Write runs of all modalities with a comparison; return ``{network: run}``."""
    rng = np.random.default_rng(seed)
    split = split_of(split=split_kind, **sizes)
    runs = {}
    for network, accuracy in accuracies.items():
        table = clip_predictions(split, accuracy, rng=rng, never=(never or {}).get(network, ""))
        companions = {n: run.id for n, run in runs.items()} if network == "audiovisual" else {}
        runs[network] = write_run(
            project, network, table, split, split_kind=split_kind, seed=seed, companions=companions
        )
    write_comparison(project, runs, name=name, split=split_kind)
    return runs
