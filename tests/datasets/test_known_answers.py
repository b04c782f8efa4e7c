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


def verdicts(*rows):
    return labels(*rows).assign(sequence=range(100, 100 + len(rows)))


def test_a_verdict_goes_before_any_majority(moments, drawn):
    hand = labels(*((0.03, 0.03, name, "open") for name in ("ann", "bob", "cid")))
    found = answers_for_moments(
        moments,
        question="mouth",
        dataset=drawn,
        hand=hand,
        verdicts=verdicts((0.03, 0.03, "judge", "closed")),
    )
    assert found["answer"].iloc[1] == "closed"
    assert found[["share_closed", "share_open"]].iloc[1].tolist() == [1, 0]


def test_a_verdict_that_nobody_can_tell_leaves_no_answer_at_all(moments, drawn):
    hand = labels((0.03, 0.03, "ann", "open"))
    found = answers_for_moments(
        moments,
        question="mouth",
        dataset=drawn,
        hand=hand,
        verdicts=verdicts((0.03, 0.03, "judge", "cannot tell")),
    )
    assert found["answer"].tolist() == ["closed", "", "open", "open"]
    assert found["answer_source"].iloc[1] == ""
    assert found[["share_closed", "share_open"]].iloc[1].sum() == 0


def test_the_newest_word_counts_whether_given_for_a_frame_or_a_span(moments, drawn):
    span, frame = (0.0, 0.09, "ann", "open"), (0.03, 0.03, "ann", "closed")
    for rows, expected in (((span, frame), "closed"), ((frame, span), "open")):
        hand = labels(*rows).assign(sequence=[1, 2])
        assert ask(moments, drawn, hand, source="hand")["answer"].tolist() == [
            "open",
            expected,
            "open",
            "open",
        ]


def test_those_who_cannot_tell_do_not_vote(moments, drawn):
    hand = labels(
        (0.03, 0.03, "ann", "open"), (0.03, 0.03, "bob", "cannot tell"), (0.0, 0.0, "bob", "cannot tell")
    )
    found = ask(moments, drawn, hand, source="hand")
    assert found["answer"].tolist() == ["", "open", "", ""]
    assert found["share_open"].tolist() == [0, 1, 0, 0]


def test_the_votes_distribution_is_kept_and_a_tie_leans_one_way(moments, drawn):
    rows = [(0.03, 0.03, "ann", "open"), (0.03, 0.03, "bob", "closed")]
    found = ask(
        moments, drawn, labels(*rows, (0.06, 0.06, "ann", "open"), (0.06, 0.06, "bob", "open")), source="hand"
    )
    assert found[["share_closed", "share_open"]].iloc[1].tolist() == [0.5, 0.5]
    assert found["answer"].iloc[1] == ""
    assert found["leaning"].iloc[1] in ("closed", "open")
    assert found["leaning"].tolist()[::3] == ["", ""]
    assert ask(moments, drawn)["share_open"].tolist() == [0, 0, 1, 1]


def test_moments_of_one_decision_are_one_run(moments, drawn):
    assert ask(moments, drawn)["run"].tolist() == [0, 0, 1, 1]
    gap = labels((0.0, 0.0, "ann", "open"), (0.06, 0.09, "ann", "open"))
    runs = ask(moments, drawn, gap, source="hand")["run"]
    assert runs.iloc[1] == -1
    assert runs.iloc[0] != runs.iloc[2] == runs.iloc[3]


def test_moments_of_other_clips_and_in_any_order_get_their_own(moments, drawn):
    other = moments.assign(clip="b")
    both = pd.concat([moments, other]).sample(frac=1, random_state=3)
    found = ask(both.reset_index(drop=True), drawn, labels((0.0, 0.09, "ann", "open")), source="hand")
    assert (found["answer"] == "open").tolist() == (both["clip"] == "a").tolist()
    assert found["run"].nunique() == 2
