"""A tiny extracted dataset without any recording: drawn faces and mouths, written through the feature store."""

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.features.clip_features import FACE_SIZE, MOUTH_SIZE, N_FREQUENCIES, ClipFeatures


def draw_face(*, opening, skin=(224, 178, 140), size=FACE_SIZE):
    """A face of ``size`` pixels whose mouth is open by ``opening`` (0 to 1)."""
    y, x = np.mgrid[0:size, 0:size] / size - 0.5
    face = np.full((size, size, 3), (70, 90, 110), np.uint8)
    face[(x / 0.40) ** 2 + (y / 0.47) ** 2 < 1] = skin
    for side in (-0.16, 0.16):
        face[((x - side) / 0.06) ** 2 + ((y + 0.12) / 0.035) ** 2 < 1] = (250, 250, 250)
        face[((x - side) / 0.025) ** 2 + ((y + 0.12) / 0.03) ** 2 < 1] = (50, 40, 30)
    face[(x / 0.17) ** 2 + ((y - 0.22) / (0.035 + 0.09 * opening)) ** 2 < 1] = (190, 80, 80)
    if opening > 0:
        face[(x / 0.13) ** 2 + ((y - 0.22) / (0.01 + 0.075 * opening)) ** 2 < 1] = (60, 20, 25)
    return face


def draw_mouth(face):
    """The mouth of :func:`draw_face`, 28 x 28."""
    crop = face[FACE_SIZE // 2 + 7 : FACE_SIZE // 2 + 35, FACE_SIZE // 2 - 14 : FACE_SIZE // 2 + 14]
    return crop[:MOUTH_SIZE, :MOUTH_SIZE].copy()


def draw_clip(rng, *, n_moments=30, lost=()):
    """The features of one clip; ``lost`` are moments without a face."""
    found = np.ones(n_moments, bool)
    found[list(lost)] = False
    skin = tuple(int(v) for v in rng.integers((150, 110, 80), (245, 200, 170)))
    openings = np.clip(np.sin(np.arange(n_moments) / 3 + rng.uniform(0, 6)), 0, 1)[found]
    faces = (
        np.stack([draw_face(opening=o, skin=skin) for o in openings])
        if found.any()
        else np.zeros((0, 96, 96, 3), np.uint8)
    )
    mouths = np.stack([draw_mouth(f) for f in faces]) if found.any() else np.zeros((0, 28, 28, 3), np.uint8)
    times = np.round(np.arange(n_moments) * 0.03, 9)
    return ClipFeatures(
        time_s=times,
        frame_time_s=times,
        found=found,
        box=np.where(found[:, None], np.array([10, 10, 96, 96], np.float32), np.nan).astype(np.float32),
        landmarks=np.zeros((int(found.sum()), 68, 2), np.float32),
        faces=faces,
        mouths=mouths,
        columns=np.zeros((0, N_FREQUENCIES), np.float16),
        level_db=np.full(n_moments, np.nan, np.float32),
    )


def draw_dataset(
    project, rng, *, name="sample", speakers=("01", "02", "03"), clips_each=2, n_moments=30, lost=()
):
    """A catalogued and extracted dataset of drawn clips."""
    dataset = Dataset(project.dataset_folder(name))
    store = FeatureStore(dataset.features)
    rows = []
    for speaker in speakers:
        for number in range(clips_each):
            clip = f"{speaker}-{number}.{rng.integers(2**32):08x}"
            row = {
                "clip": clip,
                "file": f"{clip}.mp4",
                "sha256": clip,
                "kind": "audiovisual",
                "speaker": speaker,
            }
            rows.append(row | {"intended": "positive", "duration_s": f"{n_moments * 0.03:.6f}"})
            store.write(clip, draw_clip(rng, n_moments=n_moments, lost=lost), {"recipe": "drawn"})
    dataset.write_table(pd.DataFrame(rows))
    return dataset
