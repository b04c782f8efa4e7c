import io

import numpy as np
import pytest
from drawn_features import draw_dataset

from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.shown_item import shown_item
from workbench.errors import InvalidInputError


def test_the_picture_is_the_network_s_own_at_the_middle_of_the_item(project, rng):
    pil = pytest.importorskip("PIL.Image")
    dataset = draw_dataset(project, rng, clips_each=1)
    clip = dataset.table()["clip"].iloc[0]
    shown = shown_item(dataset, "mouth", clip, 0.12, 0.24)
    mouths = FeatureStore(dataset.features).arrays(clip, ("mouths",))["mouths"]
    np.testing.assert_array_equal(np.asarray(pil.open(io.BytesIO(shown.pictures[0].png))), mouths[6])
    assert shown.strip is not None


def test_a_voice_has_nothing_to_be_seen(project, rng):
    dataset = draw_dataset(project, rng, clips_each=1)
    clip = dataset.table()["clip"].iloc[0]
    shown = shown_item(dataset, "sentiment_voice", clip, 0.12, 0.12)
    assert (shown.pictures, shown.strip) == ((), None)


def test_a_clip_without_features_is_told(project, rng):
    dataset = draw_dataset(project, rng, clips_each=1)
    with pytest.raises(InvalidInputError, match="extract"):
        shown_item(dataset, "mouth", "nobody.00000000", 0.0, 0.0)
