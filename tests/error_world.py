"""A drawn dataset with runs whose errors are known: no network is trained, what "networks" say is drawn."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
from drawn_features import draw_clip

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.evaluation.predictions import write
from workbench.features.clip_features import N_FREQUENCIES
from workbench.models.runs import Run
from workbench.project import Project
from workbench.sentiment import SENTIMENTS

N_MOMENTS = 20
FACTS = {
    "data_hash": "drawn",
    "split": "speaker",
    "answers": "both",
    "settings": {"augmentation": None},
    "companions": {},
    "warnings": [],
    "status": "finished",
}


def draw_speaking(rng, n_moments=N_MOMENTS):
    """A clip with a face and a hum that changes."""
    frequencies = np.arange(N_FREQUENCIES)
    pitch = 8 + 3 * np.sin(np.arange(n_moments) / 4 + rng.uniform(0, 6))
    columns = -110 + 70 * np.cos(2 * np.pi * frequencies[None, :] / pitch[:, None]) ** 8
    columns -= frequencies[None, :] / 12
    sound = {"columns": columns.astype(np.float16), "level_db": np.full(n_moments, -30, np.float32)}
    return replace(draw_clip(rng, n_moments=n_moments), **sound)


def draw_cast(
    project,
    rng,
    *,
    speakers=("01", "02", "03", "04", "05", "06"),
    clips_each=3,
    name="sample",
    n_moments=N_MOMENTS,
):
    """An extracted dataset: each speaker says the three sentiments, ``clips_each`` clips of them in turn."""
    dataset = Dataset(project.dataset_folder(name))
    store = FeatureStore(dataset.features)
    rows = []
    for number, speaker in enumerate(speakers):
        for k in range(clips_each):
            clip = f"{speaker}-{k}.{rng.integers(2**32):08x}"
            rows.append(
                {
                    "clip": clip,
                    "file": f"{clip}.mp4",
                    "sha256": clip,
                    "kind": "audiovisual",
                    "speaker": speaker,
                    "intended": SENTIMENTS[k % 3],
                    "duration_s": f"{n_moments * 0.03:.6f}",
                    "sex": ("male", "female")[number % 2],
                    "intensity": ("normal", "strong")[k % 2],
                    "statement": ("01", "02")[(number + k) % 2],
                }
            )
            store.write(clip, draw_speaking(rng, n_moments), {"recipe": "drawn"})
    dataset.write_table(pd.DataFrame(rows))
    return dataset


def said_about(dataset, rng, *, clips, right=0.75, sure=0.8, n_moments=N_MOMENTS):
    """A predictions table: of each clip, ``right`` of the moments are named as intended, by lot."""
    catalog = dataset.table().set_index("clip")
    rows = []
    for clip in clips:
        true = SENTIMENTS.index(catalog.loc[clip, "intended"])
        for k in range(n_moments):
            said = true if rng.random() < right else int((true + rng.integers(1, 3)) % 3)
            chances = rng.dirichlet(np.ones(3)) * (1 - sure)
            chances[said] += sure
            row = {"clip": clip, "speaker": catalog.loc[clip, "speaker"], "truth": SENTIMENTS[true]}
            row |= {"start_s": round(0.03 * k, 9), "end_s": round(0.03 * k + 0.03, 9)}
            rows.append(row | {f"p_{name}": chances[i] for i, name in enumerate(SENTIMENTS)})
    return pd.DataFrame(rows)


def draw_run(project, dataset, rng, network="visual", *, tested=("05", "06"), validating=("04",), **said):
    """A finished run of a network that never was: its split, and what it says about the test and validation part."""
    clips = dataset.table()[["clip", "speaker"]]
    part = clips["speaker"].map(
        lambda s: "test" if s in tested else "validation" if s in validating else "train"
    )
    run = Run.create(project, dataset=dataset.name, network=network, seed=0, facts=FACTS)
    run.write_split(clips.assign(part=part))
    for name, file in (("test", "predictions.csv"), ("validation", "validation_predictions.csv")):
        table = said_about(dataset, rng, clips=clips["clip"][part == name], **said)
        if network == "audiovisual":
            table["mouth_open"] = rng.random(len(table)).round(4)
        write(table, run.folder / file)
    run.update(status="finished")
    return run


def draw_runs(project, dataset, rng, **said):
    """The three runs of one comparison."""
    return {
        name: draw_run(project, dataset, rng, name, **said) for name in ("visual", "audio", "audiovisual")
    }


def drawn_once(folder, **cast):
    """Draw a project with a cast and the three runs of one comparison; return its folder, to be copied for each test."""
    project, rng = Project.open(folder / "project"), np.random.default_rng(20260101)
    draw_runs(project, draw_cast(project, rng, **cast), rng)
    return project.root


def copied(root, folder):
    """Return a copy of a drawn project, and its runs by network."""
    shutil.copytree(root, folder / "copy")
    project = Project.open(folder / "copy")
    runs = {path.name.split("-")[3]: Run(path) for path in sorted(project.runs.iterdir())}
    return project, {name: runs[name] for name in ("visual", "audio", "audiovisual")}
