"""Who is compared on what: the same items, and the moments that spans and frames have in common."""

import pandas as pd

from workbench.evaluation.agreement.ratings import ratings_of
from workbench.labels.said import classes_of

CLASSES = ("closed", "open")


def answers(*rows):
    table = pd.DataFrame(rows, columns=["clip", "start_s", "end_s", "annotator", "value"])
    return table.assign(sequence=range(1, len(rows) + 1))


def frames(annotator, values, *, clip="a", first=0):
    return [
        (clip, 0.03 * (first + k), 0.03 * (first + k), annotator, value)
        for k, value in enumerate(values)
        if value
    ]


def test_the_same_items_are_compared_and_missing_answers_stay_missing():
    found = ratings_of(
        answers(*frames("Ada", ["open", "closed", "open"]), *frames("Bob", ["open", "", "closed"])), CLASSES
    )
    assert found.annotators == ("Ada", "Bob")
    assert found.codes.tolist() == [[1, 1], [0, -1], [1, 0]]
    assert found.n_overlaid == 0


def test_those_who_cannot_tell_have_given_no_class_and_are_counted():
    found = ratings_of(
        answers(
            *frames("Ada", ["open", "cannot tell"]),
            *frames("Bob", ["open", "open"]),
            *frames("Cy", ["cannot tell"]),
        ),
        CLASSES,
    )
    assert found.annotators == ("Ada", "Bob")
    assert found.codes.tolist() == [[1, 1], [-1, 1]]
    assert found.n_abstained == 2


def test_a_span_and_frames_in_it_are_compared_on_the_moments_both_cover_and_copies_count_once():
    span = ("a", 0.0, 0.27, "Ada", "open")
    found = ratings_of(
        answers(span, *frames("Bob", ["open", "open", "open", "closed", "closed"], first=2)), CLASSES
    )
    assert found.codes.tolist() == [[1, 1], [1, 0]]
    assert found.items[["start_s", "end_s"]].to_numpy().round(3).tolist() == [[0.06, 0.12], [0.15, 0.18]]
    assert found.n_overlaid == 2


def test_two_spans_that_end_differently_are_compared_where_they_overlap():
    found = ratings_of(
        answers(
            ("a", 0.0, 0.30, "Ada", "open"),
            ("a", 0.33, 0.60, "Ada", "closed"),
            ("a", 0.0, 0.45, "Bob", "open"),
            ("a", 0.48, 0.60, "Bob", "closed"),
        ),
        CLASSES,
    )
    assert found.codes.tolist() == [[1, 1], [0, 1], [0, 0]]


def test_equal_spans_side_by_side_are_items_of_their_own_even_with_equal_answers():
    rows = [
        ("a", s, e, who, "open")
        for who in ("Ada", "Bob")
        for s, e in ((0.0, 0.30), (0.33, 0.60), (0.63, 0.9))
    ]
    found = ratings_of(answers(*rows), CLASSES)
    assert found.codes.tolist() == [[1, 1]] * 3
    assert found.n_overlaid == 0


def test_a_persons_newest_word_about_a_moment_counts_whichever_way_it_was_given():
    frame_last = [("a", 0.0, 0.09, "Ada", "open"), ("a", 0.03, 0.03, "Ada", "closed")]
    bob = frames("Bob", ["open"] * 4)
    assert ratings_of(answers(*frame_last, *bob), CLASSES).codes.tolist() == [[1, 1], [0, 1], [1, 1]]
    assert ratings_of(answers(*reversed(frame_last), *bob), CLASSES).codes.tolist() == [[1, 1]]


def test_clips_are_never_mixed_up():
    found = ratings_of(answers(("a", 0.0, 0.3, "Ada", "open"), *frames("Bob", ["open"], clip="b")), CLASSES)
    assert found.codes.tolist() == [[-1, 1], [1, -1]] or found.codes.tolist() == [[1, -1], [-1, 1]]


def test_pairs_and_single_classes_are_cut_out():
    found = ratings_of(
        answers(*frames("Ada", ["open", "closed"]), *frames("Bob", ["open"]), *frames("Cy", ["closed"])),
        CLASSES,
    )
    assert found.of_pair("Ada", "Cy").codes.tolist() == [[1, 0]]
    assert found.one_against_the_rest("open").codes.tolist() == [[0, 0, 1], [1, -1, -1]]


def test_nothing_said_is_no_items():
    found = ratings_of(answers(), CLASSES)
    assert found.codes.shape == (0, 0)
    assert found.annotators == ()


def test_classes_of_every_version_of_a_question_count():
    assert classes_of("sentiment") == ("negative", "neutral", "positive")
    assert "cannot tell" not in classes_of("mouth")
