"""One look at a moment: its pictures as they lie in the store, its sound as it lies in the recording."""

import io

import numpy as np
import pytest
from drawn_features import draw_dataset
from PIL import Image
from timed_video import recorded_dataset

from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.moment_context import clip_of
from workbench.datasets.moment_preview import MomentPreviews
from workbench.media.audio import read_sound


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)))


def test_the_pictures_are_those_of_the_moment_pixel_by_pixel(project, rng):
    dataset = draw_dataset(project, rng, speakers=("01",), clips_each=1, n_moments=8, lost=(2,))
    clip = dataset.table()["clip"][0]
    previews = MomentPreviews(dataset, {clip: [1, 2, 5]})
    features = FeatureStore(dataset.features).read(clip)
    shown = previews.pictures(clip, 5)
    np.testing.assert_array_equal(pixels(shown["face"]), features.faces[4])  # one face before it was lost
    np.testing.assert_array_equal(pixels(shown["mouth"]), features.mouths[4])
    assert previews.pictures(clip, 2) == {}


def test_a_recording_that_is_gone_has_no_sound_and_is_no_error(project, rng):
    dataset = draw_dataset(project, rng, speakers=("01",), clips_each=1, n_moments=4)
    assert MomentPreviews(dataset, {}).sound(dataset.table()["clip"][0], 0.0) is None


def test_the_sound_is_that_around_the_moment(project, rng):
    dataset = recorded_dataset(project, rng, speakers=("01",), n_frames=60)
    clip = dataset.table()["clip"][0]
    wav = MomentPreviews(dataset, {}).sound(clip, 1.0)
    heard = np.frombuffer(wav[44:], "<i2") / 32_767
    sound = read_sound(clip_of(dataset, clip).path)
    assert heard.size == pytest.approx(0.8 * 48_000, abs=2)
    np.testing.assert_allclose(heard, sound.samples[round(0.6 * 48_000) :][: heard.size], atol=1e-4)
