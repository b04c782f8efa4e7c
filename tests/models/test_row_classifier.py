import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.models.row_classifier import STRENGTHS, fit_rows

CLASSES = ("negative", "neutral", "positive")


def clouds(rng, *, n_groups=6, each=5, apart=3.0, spread_of_groups=0.0):
    """Three clouds of rows; every group has its own place."""
    rows, truth, groups = [], [], []
    for group in range(n_groups):
        place = rng.normal(0, spread_of_groups, 4)
        for k, name in enumerate(CLASSES):
            rows.append(rng.normal(0, 1, (each, 4)) + place + apart * np.eye(4)[k])
            truth += [name] * each
            groups += [f"g{group}"] * each
    return np.concatenate(rows), truth, groups


@pytest.mark.parametrize("kind", ["svm", "logistic"])
def test_it_tells_clouds_apart_that_lie_apart(rng, kind):
    rows, truth, groups = clouds(rng)
    fitted = fit_rows(rows, truth, groups, kind=kind, classes=CLASSES)
    new, wanted, _ = clouds(rng)
    answers = fitted.probabilities(new)
    assert answers.shape == (90, 3) and answers.sum(axis=1) == pytest.approx(np.ones(90))
    assert np.mean([CLASSES[k] for k in answers.argmax(axis=1)] == np.array(wanted)) > 0.85
    assert fitted.strength in STRENGTHS[kind]


def test_the_inner_figure_is_about_groups_that_were_held_out(rng):
    """Rows that tell the group and nothing else: on new groups there is nothing to be known."""
    places = rng.normal(0, 20, (12, 4))
    labels = [CLASSES[k % 3] for k in range(12)]
    rows = np.concatenate([place + rng.normal(0, 0.1, (6, 4)) for place in places])
    truth = [label for label in labels for _ in range(6)]
    groups = [f"g{k}" for k in range(12) for _ in range(6)]
    assert fit_rows(rows, truth, groups, kind="svm", classes=CLASSES).inner_accuracy < 0.6
    by_row = [str(k) for k in range(len(rows))]
    assert fit_rows(rows, truth, by_row, kind="svm", classes=CLASSES).inner_accuracy > 0.95


def test_overlapping_clouds_are_answered_with_less_confidence(rng):
    sure = fit_rows(*clouds(rng, apart=5.0), kind="svm", classes=CLASSES)
    unsure = fit_rows(*clouds(rng, apart=0.7), kind="svm", classes=CLASSES)
    near, _, _ = clouds(rng, apart=0.7)
    far, _, _ = clouds(rng, apart=5.0)
    assert sure.probabilities(far).max(axis=1).mean() > unsure.probabilities(near).max(axis=1).mean() + 0.2


def test_the_same_seed_gives_the_same_answers(rng):
    data = clouds(rng, apart=1.0)
    first, again = (fit_rows(*data, kind="svm", classes=CLASSES, seed=3) for _ in range(2))
    assert (first.probabilities(data[0]) == again.probabilities(data[0])).all()


def test_what_cannot_be_learnt_from_is_refused(rng):
    rows, truth, groups = clouds(rng)
    with pytest.raises(InvalidInputError, match="none of positive"):
        fit_rows(rows, ["neutral", "negative"] * 45, groups, kind="svm", classes=CLASSES)
    with pytest.raises(InvalidInputError, match="Received 1"):
        fit_rows(rows, truth, ["one"] * 90, kind="svm", classes=CLASSES)
    with pytest.raises(InvalidInputError, match="1 of 90 are not"):
        fit_rows(
            np.where(np.arange(90)[:, None] == 4, np.nan, rows), truth, groups, kind="svm", classes=CLASSES
        )
    with pytest.raises(InvalidInputError, match="'forest'"):
        fit_rows(rows, truth, groups, kind="forest", classes=CLASSES)
    with pytest.raises(InvalidInputError, match="one class only"):
        fit_rows(rows[:2], ["negative", "neutral"], ["a", "b"], kind="svm", classes=CLASSES[:2])
