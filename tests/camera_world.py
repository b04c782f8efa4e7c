"""A camera without a camera: JPEG pictures and sound with their times, and a looker whose face hangs on every pixel."""

import cv2
import numpy as np
from scripted_networks import Scripted, by_content

from workbench.features.sight import Sight
from workbench.media.audio import SOUND_RATE
from workbench.systems.lightweight_fusion import FusionNetworks


class AnyFace:
    """Sees a face in every picture, cut out of its middle: other pixels, other crops. Nobody in black pictures."""

    def look(self, frame):
        if frame.image.max() < 40:
            return Sight(frame.time_s, "lost")
        high, wide = frame.image.shape[:2]
        box = (wide / 4, high / 4, wide / 2, high / 2)
        landmarks = np.stack([np.linspace(wide / 4, 3 * wide / 4, 68), np.full(68, high / 2)], 1)
        face, mouth = (cv2.resize(frame.image, (n, n), interpolation=cv2.INTER_AREA) for n in (96, 28))
        return Sight(frame.time_s, "detected", box, 1, landmarks.astype(np.float32), face, mouth)

    def heard(self, time_s, level_db):
        pass

    def state(self):
        return {}

    def restore(self, state):
        pass


def by_picture(n, mouths):
    """P(open) from the picture's red, so that both branches are taken."""
    p = np.asarray(mouths, float).reshape(n, -1, 3)[:, :, 0].mean(axis=1) / 255
    return np.column_stack([1 - p, p])


def fusion():
    """Networks whose answers hang on what they are shown."""
    return FusionNetworks(
        Scripted(by_picture), Scripted(by_content(1)), Scripted(by_content(2)), {"mouth": "m"}
    )


def pictures(rng, n, *, size=(64, 48), rate=30):
    """(key, time, JPEG) of n noisy pictures whose red comes and goes."""
    for k in range(n):
        image = cv2.GaussianBlur(rng.integers(0, 255, (size[1], size[0], 3), np.uint8), (5, 5), 2)
        image[:, :, 2] = int(127 + 120 * np.sin(k / 3))  # BGR: red is last
        yield (
            k + 1,
            round(k / rate, 3),
            cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes(),
        )


def sound_blocks(rng, seconds, *, size=1440):
    """(start, float32 bytes) of blocks of noise that comes and goes."""
    samples = (0.1 * rng.normal(size=round(seconds * SOUND_RATE))).astype("<f4")
    for first in range(0, samples.size, size):
        yield first / SOUND_RATE, samples[first : first + size].tobytes()
