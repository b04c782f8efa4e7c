"""Pictures of moments: what the networks get, small, made clip by clip."""

import io

import numpy as np
import pytest
from error_world import draw_cast
from PIL import Image

from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.moment_cards import AROUND, CardShelf
from workbench.errors import InvalidInputError


def picture(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@pytest.fixture
def dataset(project, rng):
    return draw_cast(project, rng, speakers=("01", "02"), clips_each=1)


def test_a_card_shows_the_networks_own_crops_and_columns(dataset):
    clip = dataset.table()["clip"].iloc[0]
    arrays = FeatureStore(dataset.features).arrays(clip, ("faces", "mouths"))
    card = CardShelf(dataset).of(clip, 4)
    assert np.array_equal(picture(card.mouth), arrays["mouths"][4])
    assert np.abs(picture(card.face).astype(int) - arrays["faces"][4]).mean() < 6  # JPEG
    sound = picture(card.sound)
    assert sound.shape == (133, 2 * AROUND + 1, 3)
    outside = sound[:, : AROUND - 4]
    assert (outside == 225).all() and not (sound[:, AROUND] == 225).all()


def test_each_clip_is_read_once_and_cards_are_kept(dataset, monkeypatch):
    read, whole = [], FeatureStore.arrays
    monkeypatch.setattr(
        FeatureStore, "arrays", lambda self, clip, names: read.append(clip) or whole(self, clip, names)
    )
    first, second = dataset.table()["clip"]
    shelf = CardShelf(dataset, most_kept=4)
    places = [(first, 1), (second, 2), (first, 3), (second, 4)]
    shelf.prepare(places)
    assert sorted(read) == sorted([first, second])
    assert shelf.missing(places) == []
    shelf.of(first, 9)
    assert shelf.missing(places) == [(first, 1)]


def test_a_moment_without_a_face_or_sound_has_none(project, rng):
    from drawn_features import draw_dataset

    drawn = draw_dataset(project, rng, lost=(3,))
    card = CardShelf(drawn).of(drawn.table()["clip"].iloc[0], 3)
    assert (card.face, card.mouth, card.sound) == (None, None, None)


def test_a_clip_that_was_not_extracted_is_refused(dataset):
    with pytest.raises(InvalidInputError, match="extracted first"):
        CardShelf(dataset).of("nobody", 0)
