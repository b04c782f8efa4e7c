import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.evaluation.tables import believable_table, clip_table, sure_answers
from workbench.errors import InvalidInputError
from workbench.evaluation.calibration import measure_calibration
from workbench.evaluation.confidence import confidences_of
from workbench.evaluation.predictions import validate
from workbench.evaluation.temperature import HIGHEST, LOWEST, fit_temperature, softened


def sure_of(table, unit="clip"):
    return confidences_of(validate(table), unit=unit)


@pytest.mark.parametrize("planted", [0.5, 1.0, 2.5])
def test_a_planted_temperature_is_found_again(rng, planted):
    validation = sure_of(believable_table(rng, 800, temperature=planted, flat=2.0))
    found = fit_temperature(validation, test_clips=[])
    assert found.value.value == pytest.approx(planted, rel=0.12)
    assert found.value.low <= planted <= found.value.high
    assert not found.at_edge


def test_it_is_the_least_likelihood_loss_on_a_fine_grid(rng):
    validation = sure_of(believable_table(rng, 80, temperature=1.7))
    found = fit_temperature(validation, test_clips=[]).value.value
    grid = np.exp(np.linspace(np.log(0.3), np.log(5), 4001))
    rows = np.arange(validation.n)
    losses = [
        -np.log(softened(validation.probabilities, temperature=t)[rows, validation.truth]).mean()
        for t in grid
    ]
    assert found == pytest.approx(grid[np.argmin(losses)], rel=1e-3)


def test_too_sure_answers_become_believable_on_clips_it_was_not_fitted_on(rng):
    test = sure_of(believable_table(rng, 300, temperature=2.5, name="test"))
    validation = sure_of(believable_table(rng, 200, temperature=2.5, name="validation"))
    softer = fit_temperature(validation, test_clips=test.rows["clip"]).apply(test)
    before, after = measure_calibration(test), measure_calibration(softer)
    assert after.ece.value < before.ece.value / 2
    assert after.nll.value < before.nll.value
    assert after.accuracy == before.accuracy


@settings(deadline=None, max_examples=60)
@given(
    arrays(np.float64, (7, 3), elements=st.integers(0, 1000).map(float)),
    st.floats(LOWEST, HIGHEST),
)
def test_a_temperature_never_changes_the_order_of_the_classes(weights, temperature):
    chances = (weights + 1) / (weights + 1).sum(axis=1, keepdims=True)
    softer = softened(chances, temperature=temperature)
    np.testing.assert_allclose(softer.sum(axis=1), 1)
    assert (softer[np.arange(7), chances.argmax(axis=1)] == softer.max(axis=1)).all()


def test_one_changes_nothing_and_the_extremes_are_certainty_and_a_toss(rng):
    chances = rng.dirichlet([1, 1, 1], 50)
    np.testing.assert_allclose(softened(chances, temperature=1.0), chances, atol=2e-6)
    np.testing.assert_allclose(softened(chances, temperature=1e6), 1 / 3, atol=1e-4)
    assert softened(np.array([[0.5, 0.3, 0.2]]), temperature=0.01).max() == pytest.approx(1)
    np.testing.assert_allclose(softened(np.array([[1.0, 0.0, 0.0]]), temperature=3.0).sum(), 1)
    with pytest.raises(InvalidInputError, match="above 0"):
        softened(chances, temperature=0.0)


def test_an_answer_stays_what_it_was_said_to_be():
    tied = sure_of(sure_answers([0.5, 0.5], [True, False]))
    softer = fit_temperature(sure_of(clip_table(wrong=(1, 5))), test_clips=[]).apply(tied)
    assert softer.said.tolist() == tied.said.tolist()


def test_fitting_on_the_test_is_refused():
    table = clip_table()
    with pytest.raises(
        InvalidInputError, match=r"2 of 54 validation clip\(s\) are in the test too.*other clips"
    ):
        fit_temperature(sure_of(table), test_clips=["clip-003", "clip-001", "another"])


def test_fitting_on_nothing_is_refused():
    with pytest.raises(InvalidInputError, match="Received none for any clip: train the run again"):
        fit_temperature(sure_of(clip_table().iloc[:0]), test_clips=[])


def test_answers_that_are_all_right_have_no_temperature_and_say_so():
    found = fit_temperature(sure_of(clip_table()), test_clips=[])
    assert found.at_edge
    assert found.value.value == pytest.approx(LOWEST)


def test_answers_that_are_always_wrong_have_none_either():
    found = fit_temperature(sure_of(clip_table(wrong=range(54))), test_clips=[])
    assert found.at_edge
    assert found.value.value == pytest.approx(HIGHEST)


def test_few_clips_know_a_temperature_less_well_than_many(rng):
    widths = []
    for n in (30, 200):
        validation = sure_of(believable_table(rng, n, temperature=2.0, n_speakers=0))
        value = fit_temperature(validation, test_clips=[]).value
        widths.append(np.log(value.high / value.low))
    assert widths[0] > 2 * widths[1]
