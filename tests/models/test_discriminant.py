import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.models.discriminant import fit_discriminant


def test_two_directions_are_enough_among_hundreds_of_numbers(rng):
    """Fewer rows than numbers: a plain covariance could not be inverted."""
    targets = np.tile([0, 1, 2], 40)
    places = np.zeros((3, 200))
    places[1, 0] = places[2, 1] = 4
    layer = fit_discriminant(places[targets] + rng.normal(size=(120, 200)), targets)
    new = np.tile([0, 1, 2], 100)
    answers = layer.scores(places[new] + rng.normal(size=(300, 200)))
    assert (answers.argmax(axis=1) == new).mean() > 0.85
    assert layer.n_parameters == 3 * 200 + 3


def test_with_many_rows_it_is_the_softmax_of_bayes_rule(rng):
    """Equal spheres around known places: the weights are the places, whatever their unit."""
    places = np.array([[0.0, 0], [2, 0], [0, 2]])
    targets = np.repeat([0, 1, 2], 20_000)
    layer = fit_discriminant(places[targets] + rng.normal(size=(60_000, 2)), targets)
    raised = np.exp(layer.scores(np.array([[1.0, 0.0], [1.0, 1.0]])))
    middle = raised / raised.sum(axis=1, keepdims=True)
    assert middle[0] == pytest.approx(np.array([1, 1, np.exp(-2)]) / (2 + np.exp(-2)), abs=0.02)
    assert middle[1] == pytest.approx(np.ones(3) / 3, abs=0.02)


@pytest.mark.parametrize("targets", [[0, 1, 0, 1], [0, 0, 1, 1, 2], [0, 0, 2, 2, 3, 3]])
def test_too_few_targets_or_rows_are_refused(rng, targets):
    with pytest.raises(InvalidInputError, match="3 targets or more with 2 rows each"):
        fit_discriminant(rng.normal(size=(len(targets), 3)), np.array(targets))
