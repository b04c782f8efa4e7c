"""Spans and frames are one kind of label: who said what about which moment."""

import numpy as np
import pandas as pd

from workbench.labels.said import SILENT, effective_labels, grid_times, newest_words


def labels(*rows):
    table = pd.DataFrame(rows, columns=["start_s", "end_s", "annotator", "value"]).assign(clip="a")
    return table.assign(sequence=range(1, len(rows) + 1))


TIMES = np.arange(6) * 0.03


def test_a_span_covers_its_first_and_last_moment_and_a_frame_its_own():
    names, words = newest_words(labels((0.03, 0.09, "Ada", "open"), (0.15, 0.15, "Bob", "open")), TIMES)
    assert names == ("Ada", "Bob")
    assert (words[:, 0] != SILENT).tolist() == [False, True, True, True, False, False]
    assert (words[:, 1] != SILENT).tolist() == [False] * 5 + [True]


def test_the_last_recorded_word_wins_wherever_it_stands_in_the_table():
    both = labels((0.0, 0.15, "Ada", "open"), (0.06, 0.06, "Ada", "closed"))
    assert newest_words(both, TIMES)[1][:, 0].tolist() == [0, 0, 1, 0, 0, 0]
    turned = both.iloc[::-1].reset_index(drop=True)
    assert turned["value"].iloc[newest_words(turned, TIMES)[1][2, 0]] == "closed"


def test_times_of_a_span_lie_on_the_grid():
    np.testing.assert_allclose(grid_times(0.0, 0.09), [0, 0.03, 0.06, 0.09])
    np.testing.assert_allclose(grid_times(0.031, 0.031), [0.03])


def test_copies_inside_a_run_are_one_label():
    span = ("a", 0.0, 0.30)
    assert effective_labels(labels((span[1], span[2], "Ada", "open"))) == (11, 1)
    frames = [(0.03 * k, 0.03 * k, "Ada", "open") for k in range(10)]
    assert effective_labels(labels(*frames)) == (10, 1)
    assert effective_labels(labels(*frames, (0.12, 0.12, "Ada", "closed"))) == (10, 3)
    assert effective_labels(labels(*frames[::3])) == (4, 4)
    assert effective_labels(labels()) == (0, 0)
