"""A drawn dataset with points and sound, and runs whose networks are made by hand: what they look at is known."""

from dataclasses import replace

import numpy as np
import pandas as pd

from tests.drawn_features import draw_dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.evaluation.predictions import write
from workbench.features.clip_features import N_FREQUENCIES
from workbench.models.architectures import build
from workbench.models.backend import seed_everything
from workbench.models.runs import Run
from workbench.models.settings import CLASSES

N_MOMENTS = 12
LOUD_HZ = (2000, 4000)
"""Where the drawn voice is loud when it is, and the only place the audio network listens to."""


def _arc(middle, radius, start, end, n):
    angle = np.radians(np.linspace(start, end, n))
    return np.column_stack([middle[0] + radius[0] * np.cos(angle), middle[1] + radius[1] * np.sin(angle)])


def _landmarks():
    """68 points on :func:`tests.drawn_features.draw_face`, so placed that the crop around them is the face itself."""
    jaw = _arc((48, 36), (36.9, 42), 180, 0, 17)
    brows = np.concatenate([_arc((x, 26), (9, 8), 200, 340, 5) for x in (32.6, 63.4)])
    nose = np.concatenate(
        [np.column_stack([np.full(4, 48.0), np.linspace(40, 52, 4)]), _arc((48, 53), (6, 3), 180, 0, 5)]
    )
    eyes = np.concatenate([_arc((x, 36.5), (6, 3), 180, 480, 6) for x in (32.6, 63.4)])
    lips = np.concatenate([_arc((48, 69), (16, 7), 180, 510, 12), _arc((48, 69), (12, 4), 180, 495, 8)])
    return np.concatenate([jaw, brows, nose, eyes, lips])


LANDMARKS = _landmarks()


def draw_world(project, rng, *, n_speakers=6, clips_each=1):
    """A dataset of faces with points and of voices that are loud at LOUD_HZ in every other moment."""
    speakers = tuple(f"{k:02}" for k in range(1, n_speakers + 1))
    dataset = draw_dataset(project, rng, speakers=speakers, clips_each=clips_each, n_moments=N_MOMENTS)
    store = FeatureStore(dataset.features)
    hertz = np.linspace(0, 24_000, N_FREQUENCIES)
    for clip in store.clips():
        columns = rng.normal(-85, 4, (N_MOMENTS, N_FREQUENCIES))
        columns[::2, (hertz > LOUD_HZ[0]) & (hertz < LOUD_HZ[1])] += 45
        store.write(
            clip,
            replace(
                store.read(clip),
                landmarks=np.repeat(LANDMARKS[None], N_MOMENTS, axis=0).astype(np.float32),
                columns=columns.astype(np.float16),
                level_db=np.full(N_MOMENTS, -30, np.float32),
            ),
            {"recipe": "drawn"},
        )
    return dataset


def write_run(project, dataset, network, full, rng):
    """A finished run of a network on all clips of the dataset; its stored answers are by lot, its weights are not."""
    run = Run.create(
        project, dataset=dataset.name, network=network, seed=0, facts={"warnings": [], "split": "speaker"}
    )
    clips = dataset.table()
    rows = pd.DataFrame(
        [
            {"clip": c, "speaker": s, "start_s": round(k * 0.03, 9), "end_s": round(k * 0.03 + 0.03, 9)}
            for c, s in zip(clips["clip"], clips["speaker"], strict=True)
            for k in range(N_MOMENTS)
        ]
    )
    classes = CLASSES[network]
    chances = rng.dirichlet(np.ones(len(classes)), len(rows))
    rows["truth"] = np.resize(classes, len(rows))
    rows = rows.assign(**{f"p_{name}": chances[:, k] for k, name in enumerate(classes)}, branch=network)
    write(rows, run.folder / "predictions.csv")
    run.save_network(full)
    run.update(status="finished")
    return run


def mouth_watcher():
    """A visual network that follows redness through five convolutions and reads it where the drawn mouth is."""
    seed_everything(0)
    full = build("visual")
    for number in range(1, 6):
        layer = full.get_layer(f"convolution_{number}")
        kernel, bias = layer.get_weights()
        kernel[..., 0] = 0
        kernel[1, 1, : 3 if number == 1 else 1, 0] = (1, -0.5, -0.5) if number == 1 else 1
        layer.set_weights([kernel, bias])
    reader = np.zeros((8, 8, 64, 16), np.float32)
    reader[5:7, 3:5, 0, 0] = 1  # cells of 12 pixels
    full.get_layer("dense_16").set_weights([reader.reshape(-1, 16), np.zeros(16)])
    answer = np.zeros((16, 3), np.float32)
    answer[0] = (-6, 0, 6)
    full.get_layer("sentiment").set_weights([answer, np.array([8.0, 0, -8.0])])
    return full


def speech_listener():
    """An audio network that follows brightness through five convolutions and reads it at LOUD_HZ."""
    seed_everything(0)
    full = build("audio")
    for number in range(1, 6):
        layer = full.get_layer(f"convolution_{number}")
        kernel, bias = layer.get_weights()
        kernel[..., 0] = 0
        kernel[1, 1, 1 if number == 1 else 0, 0] = 1  # viridis grows in green
        layer.set_weights([kernel, bias])
    rows = slice(*(int(33 * (1 - hertz / 24_000)) for hertz in reversed(LOUD_HZ)))
    reader = np.zeros((33, 33, 128, 16), np.float32)
    reader[rows, :, 0, 0] = 1 / (33 * (rows.stop - rows.start))
    full.get_layer("dense_16").set_weights([reader.reshape(-1, 16), np.zeros(16)])
    answer = np.zeros((16, 3), np.float32)
    answer[0] = (-8, 0, 8)
    full.get_layer("sentiment").set_weights([answer, np.array([4.0, 0, -4.0])])
    return full


def fused_of(visual, audio):
    """The fused network of these two branches; it takes both at their word."""
    full = build("audiovisual")
    for name, branch in (("visual", visual), ("audio", audio)):
        full.get_layer(name).set_weights(branch.get_weights())
    kernel = np.concatenate([4 * np.eye(3), 4 * np.eye(3)]).astype(np.float32)
    full.get_layer("fused_sentiment").set_weights([kernel, np.zeros(3)])
    return full
