"""A drawn actor's pictures and sound, so that faces can be looked for without anybody's face."""

from fractions import Fraction

import numpy as np
import pytest

from workbench.media.sample_cast.actor import draw_actor
from workbench.media.sample_cast.performance import perform
from workbench.media.sample_cast.script import write_script
from workbench.media.video import write_video

N_PICTURES = 12


@pytest.fixture(scope="session")
def performance():
    """One drawn actor's whole clip: states of the face, sound, truth."""
    part = write_script(1, n_clips=3, seed=0, calm_face_share=0.0, flat_voice_share=0.0)[0]
    return perform(draw_actor(1, seed=0), part, seed=0)


@pytest.fixture(scope="session")
def pictures(performance):
    """Every third of the drawn pictures from the start, RGB."""
    drawn = []
    for number, picture in enumerate(performance.pictures()):
        if number % 3 == 0:
            drawn.append(picture)
        if len(drawn) == N_PICTURES:
            return drawn
    raise AssertionError("the drawn clip is too short for these tests")


@pytest.fixture(scope="session")
def empty_picture(pictures):
    """A picture of the same size without a face."""
    height, width = pictures[0].shape[:2]
    ramp = np.linspace(60, 180, width, dtype=np.uint8)
    return np.repeat(np.tile(ramp, (height, 1))[:, :, None], 3, axis=2).copy()


@pytest.fixture(scope="session")
def film(tmp_path_factory, pictures, performance):
    """Write pictures with or without sound as a clip at 30000/1001 pictures a second; returns its path."""

    def write(name, shown=pictures, *, sound=True):
        path = tmp_path_factory.mktemp("film") / name
        n_samples = round(len(shown) * 1001 / 30000 * 48_000)
        samples = performance.sound[:n_samples].astype(np.float32) if sound else None
        write_video(path, shown, frame_rate=Fraction(30000, 1001), sound=samples)
        return path

    return write
