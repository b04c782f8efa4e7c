"""A dataset of faces that nobody is, whose leaks are known: each speaker a pattern of their own that moves as they speak."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.features.clip_features import FACE_SIZE, MOUTH_SIZE, N_FREQUENCIES, ClipFeatures
from workbench.sentiment import SENTIMENTS

N_MOMENTS = 12


def head(rng):
    """A speaker: a smooth grey pattern, 128 x 128, that no other speaker has."""
    rough = rng.normal(size=(9, 9)).astype(np.float32)
    smooth = cv2.resize(rough, (128, 128), interpolation=cv2.INTER_CUBIC)
    return 127 + 70 * smooth / np.abs(smooth).max()


def film(face, rng, *, n_moments=N_MOMENTS):
    """A clip of a speaker: the head sways, the mouth opens, the light is the clip's, the camera is noisy."""
    place, speed = rng.uniform(4, 24, 2), rng.uniform(0.3, 0.9, 2)
    light, phase = rng.uniform(0.8, 1.1), rng.uniform(0, 6, 3)
    frames = []
    for t in range(n_moments):
        x, y = place + 4 * np.sin(speed * t / 3 + phase[:2])
        move = np.float32([[1, 0, -x], [0, 1, -y]])
        picture = cv2.warpAffine(face.astype(np.float32), move, (FACE_SIZE, FACE_SIZE)) * light
        opening = 3 + 9 * abs(np.sin(t / 3 + phase[2]))
        cv2.ellipse(picture, (48, 74), (16, int(opening)), 0, 0, 360, 30.0, -1)
        frames.append(picture + rng.normal(0, 2, picture.shape))
    grey = np.clip(np.stack(frames), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=3)


def through_jpeg(faces, rng, *, quality=60):
    """The same pictures as another file would hold them: noise and JPEG."""
    noisy = np.clip(faces + rng.normal(0, 3, faces.shape), 0, 255).astype(np.uint8)
    setting = [cv2.IMWRITE_JPEG_QUALITY, quality]
    return np.stack([cv2.imdecode(cv2.imencode(".jpg", face, setting)[1], 1) for face in noisy])


def keep(dataset, clip, faces):
    """Write the features of a clip that shows these faces, without sound."""
    n = len(faces)
    times = np.round(np.arange(n) * 0.03, 9)
    features = ClipFeatures(
        time_s=times,
        frame_time_s=times,
        found=np.ones(n, bool),
        box=np.tile(np.array([10, 10, 96, 96], np.float32), (n, 1)),
        landmarks=np.zeros((n, 68, 2), np.float32),
        faces=faces,
        mouths=np.ascontiguousarray(faces[:, 60 : 60 + MOUTH_SIZE, 34 : 34 + MOUTH_SIZE]),
        columns=np.zeros((0, N_FREQUENCIES), np.float16),
        level_db=np.full(n, np.nan, np.float32),
    )
    FeatureStore(dataset.features).write(clip, features, {"recipe": "drawn"})


def draw_heads(project, *, n_speakers=8, clips_each=6, order="mixed", name="heads"):
    """Write a dataset of talking heads.

    Answers are balanced within each speaker, who says two sentences in turns; ``order="sorted"`` lists the catalog by answer.
    """
    dataset = Dataset(project.dataset_folder(name))
    shutil.copytree(_drawn(n_speakers, clips_each), dataset.folder)
    if order == "sorted":
        dataset.write_table(dataset.table().sort_values("intended", kind="stable"))
    return dataset


@cache
def _drawn(n_speakers, clips_each):
    """Draw once what many tests copy, and return its folder."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    rng, dataset, rows = np.random.default_rng(0), Dataset(folder / "heads"), []
    for speaker in range(n_speakers):
        face = head(rng)
        answers = rng.permutation(np.tile(SENTIMENTS, -(-clips_each // 3))[:clips_each])
        for number, answer in enumerate(answers):
            clip = f"s{speaker:02}-{number}"
            keep(dataset, clip, film(face, rng))
            rows.append(row_of(clip, f"s{speaker:02}", str(answer), statement=f"0{1 + number % 2}"))
    dataset.write_table(pd.DataFrame(rows))
    return dataset.folder


def row_of(clip, speaker, answer, *, statement):
    """A row of the catalog."""
    known = {"clip": clip, "file": f"{clip}.mp4", "sha256": clip, "kind": "video", "speaker": speaker}
    return known | {"intended": answer, "duration_s": f"{N_MOMENTS * 0.03:.6f}", "statement": statement}
