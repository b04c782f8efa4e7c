"""Figures of seeds, folds, ablation and search show every figure with its counts, and marks where they belong."""

import pytest

from workbench.errors import InvalidInputError
from workbench.evaluation.estimates import Score, Share
from workbench.plots.ablation import plot_ablation
from workbench.plots.repeats import plot_repeats
from workbench.plots.search import plot_search


def share(k, n=54):
    return Share(k / n, max(k / n - 0.1, 0.0), min(k / n + 0.1, 1.0), k=k, n=n)


def words_of(ax):
    return [text.get_text() for text in ax.texts] + [label.get_text() for label in ax.get_yticklabels()]


def test_each_training_has_a_row_and_all_together_the_last():
    ax = plot_repeats(
        {f"seed {k}": share(30 + k) for k in range(3)}, together=share(93, 162), words="mean of 3"
    )
    said = words_of(ax)
    assert [word for word in said if word.startswith("seed")] == ["seed 0", "seed 1", "seed 2"]
    assert "57% (93 of 162)" in said and "mean of 3" in said


def test_leaking_splits_are_hollow_and_marked():
    plain = plot_repeats({"seed 0": share(30)}, together=share(30), words="mean")
    leaking = plot_repeats(
        {"seed 0": share(30)}, together=share(30), words="mean", title="visual", leaks=True
    )
    assert leaking.get_title(loc="left").endswith("⚠ leaks") and plain.get_title(loc="left") == ""
    points = [line for line in leaking.lines if line.get_marker() in "oD"]
    assert points and all(line.get_color() == "white" for line in points)


def test_an_undefined_training_is_written_as_such():
    ax = plot_repeats({"fold 1": Share(None, None, None, "nothing")}, together=share(3), words="all")
    assert "undefined" in words_of(ax)
    with pytest.raises(InvalidInputError, match="Received none"):
        plot_repeats({}, together=share(3), words="all")


def test_an_ablation_shows_accuracies_and_paired_gains():
    figure = plot_ablation(
        {"visual": share(43), "audio": share(32), "running system": share(49)},
        {"visual": Score(6 / 54, 0.01, 0.21), "audio": Score(17 / 54, 0.15, 0.45)},
        told_apart={"visual": False, "audio": True},
        than="running system",
    )
    left, right = figure.axes
    assert any("43 of 54" in text for text in words_of(left))
    assert {"+11.1", "+31.5"} <= set(words_of(right))
    points = {line.get_ydata()[0]: line.get_color() for line in right.lines if line.get_marker() == "D"}
    assert points[0] == "white" != points[1]
    with pytest.raises(InvalidInputError, match="Received none"):
        plot_ablation({}, {}, told_apart={}, than="x")


def test_a_search_shows_its_trials_and_the_best_so_far():
    scores = [0.5, 0.4, None, 0.7, 0.6]
    trials = [
        {"number": k, "score": s, "state": "failed" if s is None else "complete"}
        for k, s in enumerate(scores)
    ]
    ax = plot_search(trials)
    best_so_far = next(line for line in ax.lines if line.get_label() == "the best so far")
    assert list(best_so_far.get_xdata()) == [1, 2, 4, 5]
    assert list(best_so_far.get_ydata()) == [0.5, 0.5, 0.7, 0.7]
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert {"a trial", "as begun", "the best", "failed"} <= set(labels)
    with pytest.raises(InvalidInputError, match="complete trial"):
        plot_search([{"number": 0, "score": None, "state": "failed"}])
