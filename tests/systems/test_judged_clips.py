"""Which clips are offered, and in which order."""

import numpy as np
import pandas as pd
import pytest
from drawn_features import draw_dataset

from tests.reports.world import write_run
from workbench.errors import InvalidInputError
from workbench.sentiment import SENTIMENTS
from workbench.systems.judged_clips import clip_choices


def judged_run(project, dataset, said, *, truth="positive"):
    """A run whose test part is ``said``: for each clip the class it was decided to be."""
    rows = [
        {"clip": clip, "speaker": clip[:2], "start_s": 0.03 * k, "end_s": 0.03 * k + 0.03}
        | {"truth": truth if isinstance(truth, str) else truth[k]}
        | {f"p_{name}": 0.8 if name == decided else 0.1 for name in SENTIMENTS}
        for clip, decided in said.items()
        for k in range(2)
    ]
    split = pd.DataFrame([{"clip": c, "speaker": c[:2], "part": "test"} for c in said])
    return write_run(project, "audiovisual", pd.DataFrame(rows), split, dataset=dataset.name)


@pytest.fixture
def dataset(project):
    return draw_dataset(project, np.random.default_rng(3), clips_each=1)


def test_the_clips_the_run_was_wrong_about_come_first(project, dataset):
    right, wrong, outside = (clip.clip for clip in dataset.clips())
    run = judged_run(project, dataset, {right: "positive", wrong: "neutral"})
    choices = clip_choices(dataset, run)
    assert [(c.clip, c.said, c.truth, c.wrong) for c in choices] == [
        (wrong, "neutral", "positive", True),
        (right, "positive", "positive", False),
    ]
    first, *others = clip_choices(dataset, run, first=outside)
    assert (first.clip, first.said, first.wrong) == (outside, "", False)
    assert [c.clip for c in others] == [wrong, right]


def test_another_dataset_offers_all_its_extracted_clips_unjudged(project, dataset):
    run = judged_run(project, dataset, {dataset.clips()[0].clip: "neutral"})
    other = draw_dataset(project, np.random.default_rng(4), name="other", speakers=("07",))
    assert [c.said for c in clip_choices(other, run)] == ["", ""]


def test_a_stranger_and_a_dataset_without_features_are_refused(project, dataset):
    run = judged_run(project, dataset, {dataset.clips()[0].clip: "neutral"})
    with pytest.raises(InvalidInputError, match="must be in the catalog"):
        clip_choices(dataset, run, first="stranger")
    (dataset.features).rename(dataset.folder / "aside")
    with pytest.raises(InvalidInputError, match="workbench extract"):
        clip_choices(dataset, run)
