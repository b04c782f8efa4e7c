import io

import numpy as np
from PIL import Image

from workbench.labels.schema import MOUTH, SENTIMENT, SENTIMENT_VOICE
from workbench.widgets.drawn_examples import drawn_examples


def test_every_class_has_two_examples_that_look_different_and_are_said_in_words():
    for schema in (MOUTH, SENTIMENT):
        examples = drawn_examples(schema)
        assert [e.value for e in examples] == [value for value in schema.values for _ in range(2)]
        assert all(e.value in e.words for e in examples)
        pictures = [np.asarray(Image.open(io.BytesIO(e.png)).convert("L"), float) for e in examples]
        first, other_class = pictures[0], pictures[-2]
        assert np.abs(first - other_class).mean() > 1


def test_a_voice_has_no_pictures():
    assert drawn_examples(SENTIMENT_VOICE) == []
