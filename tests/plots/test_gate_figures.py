"""What the gate found, drawn: pairs with their distance, scores with their marks."""

import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.evaluation.estimates import Share
from workbench.evaluation.gate import Example, SplitScore, score_lines
from workbench.plots.gate import plot_pairs, plot_split_scores

SCORES = [
    SplitScore("clip", "r1", Share(37 / 40, 0.80, 0.97, k=37, n=40), leaks=("leak_speakers",)),
    SplitScore("sentence", None, Share(None, None, None, "a sentence split needs at least 2 sentences")),
    SplitScore("speaker", "r3", Share(24 / 36, 0.50, 0.80, k=24, n=36)),
]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_a_leaking_score_is_hollow_and_marked_and_an_undefined_one_written():
    ax = plot_split_scores(SCORES)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["by clip", "by sentence", "by speaker"]
    marked = [text for text in texts(ax) if "⚠ leaks" in text]
    assert len(marked) == 1 and "37 of 40" in marked[0]
    assert any(text.startswith("undefined: a sentence split") for text in texts(ax))
    points = [
        line for line in ax.lines if line.get_marker() not in ("|", "None") and line.get_markersize() == 10
    ]
    assert [p.get_markerfacecolor() == "white" for p in points if len(p.get_xdata()) == 1] == [True, False]


def test_scores_in_words_carry_the_mark_their_run_and_their_interval():
    lines = score_lines(SCORES)
    assert lines[0].startswith(
        "clip      37 of 40 (92.5%, 95% interval 80.0 to 97.0%) clips right ⚠ leaks (leak_speakers)"
    )
    assert "undefined" in lines[1] and "run" not in lines[1]
    assert "⚠" not in lines[2] and lines[2].endswith("run r3")


def test_every_pair_shows_two_pictures_their_clips_and_their_distance():
    example = Example("a", "b", 0.3, 0.33, distance=0.0123, hash_bits=2)
    picture = np.zeros((96, 96, 3), np.uint8)
    figure = plot_pairs([example] * 4, [(picture, picture)] * 4)
    shown = [ax for ax in figure.axes if ax.images]
    assert len(shown) == 4 and all(len(ax.images) == 2 for ax in shown)
    assert {"test", "training", "a\nat 0.30 s", "b\nat 0.33 s", "distance 0.012, 2 of 64 bits"} <= set(
        texts(shown[0])
    )


def test_no_pair_is_a_sentence_and_a_missing_picture_is_refused():
    assert "no test picture" in texts(plot_pairs([], []).axes[0])[0]
    with pytest.raises(InvalidInputError, match="1 examples and 0 pairs"):
        plot_pairs([Example("a", "b", 0.0, 0.0)], [])


def test_no_score_is_refused():
    with pytest.raises(InvalidInputError, match="one split or more"):
        plot_split_scores([])
