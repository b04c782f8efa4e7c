import pandas as pd
import pytest

from workbench.datasets.catalog import Dataset
from workbench.datasets.known_answers import answers_for_moments
from workbench.errors import InvalidInputError

NO_LABELS = pd.DataFrame(columns=["clip", "question", "start_s", "end_s", "annotator", "value"])


@pytest.fixture
def moments():
    times = [0.0, 0.03, 0.06, 0.09]
    shown = [0.0, 0.0, 0.0334, 0.0667]
    return pd.DataFrame({"clip": "a", "intended": "positive", "time_s": times, "frame_time_s": shown})


@pytest.fixture
def drawn(tmp_path):
    dataset = Dataset(tmp_path)
    truth = {"clip": "a", "time_s": [0.0, 0.033367, 0.066733], "mouth": ["closed", "open", "open"]}
    pd.DataFrame(truth).to_csv(dataset.truth_file, index=False)
    return dataset


def labels(*rows):
    return pd.DataFrame([dict(zip(NO_LABELS.columns, ("a", "mouth", *row), strict=True)) for row in rows])


def ask(moments, dataset, hand=NO_LABELS, question="mouth", source="both"):
    return answers_for_moments(moments, question=question, dataset=dataset, hand=hand, source=source)


def test_the_truth_of_the_picture_that_was_shown_counts_not_of_the_moment(moments, drawn):
    assert ask(moments, drawn)["answer"].tolist() == ["closed", "closed", "open", "open"]


def test_an_answer_by_hand_wins_and_is_told_apart(moments, drawn):
    found = ask(moments, drawn, labels((0.03, 0.03, "ann", "open")))
    assert found["answer"].tolist() == ["closed", "open", "open", "open"]
    assert found["answer_source"].tolist() == ["known", "hand", "known", "known"]


def test_a_span_answers_for_every_moment_in_it(moments, drawn):
    found = ask(moments, drawn, labels((0.0, 0.06, "ann", "open")), source="hand")
    assert found["answer"].tolist() == ["open", "open", "open", ""]


def test_people_who_disagree_evenly_have_given_no_answer(moments, drawn):
    split = labels((0.03, 0.03, "ann", "open"), (0.03, 0.03, "bob", "closed"))
    assert ask(moments, drawn, split, source="hand")["answer"].tolist() == [""] * 4
    majority = pd.concat([split, labels((0.03, 0.03, "cid", "open"))])
    assert ask(moments, drawn, majority, source="hand")["answer"].tolist() == ["", "open", "", ""]


def test_recordings_know_their_intended_sentiment_but_not_their_mouths(moments, tmp_path):
    assert ask(moments, Dataset(tmp_path), question="sentiment")["answer"].tolist() == ["positive"] * 4
    assert ask(moments, Dataset(tmp_path), question="mouth")["answer"].tolist() == [""] * 4


def test_an_unknown_source_is_named(moments, drawn):
    with pytest.raises(InvalidInputError, match="known, hand, both.*'guess'"):
        ask(moments, drawn, source="guess")
