import numpy as np
import pytest

from tests.evaluation.tables import believable_table, clip_table, sure_answers
from workbench.errors import InvalidInputError
from workbench.evaluation.confidence import confidences_of
from workbench.evaluation.predictions import validate
from workbench.evaluation.threshold import choose_threshold, try_threshold


def sure_of(table, unit="clip"):
    return confidences_of(validate(table), unit=unit)


CONFIDENCE = np.round(np.linspace(0.99, 0.51, 25), 2)
RIGHT = np.array([True] * 9 + [False] + [True] * 8 + [False] * 7)  # 9 of 10 and 17 of 18 right, then none


def test_the_lowest_confidence_that_is_right_often_enough_is_chosen():
    chosen = choose_threshold(sure_of(sure_answers(CONFIDENCE, RIGHT)), accuracy=0.9, test_clips=[])
    assert chosen.value == pytest.approx(CONFIDENCE[17])
    assert (chosen.accuracy.k, chosen.accuracy.n) == (17, 18)
    assert (chosen.coverage.k, chosen.coverage.n) == (18, 25)


def test_equally_sure_answers_are_given_together_or_not_at_all():
    table = sure_answers([0.9] * 10 + [0.8] * 10, [True] * 10 + [True, True] + [False] * 8)
    chosen = choose_threshold(sure_of(table), accuracy=0.9, test_clips=[])
    assert chosen.value == pytest.approx(0.9) and chosen.coverage.k == 10


def test_an_accuracy_always_reached_answers_always():
    chosen = choose_threshold(sure_of(clip_table(wrong=(1,))), accuracy=0.9, test_clips=[])
    assert chosen.value == 0.0 and chosen.coverage.k == 54


def test_no_threshold_says_so_and_is_not_made_of_a_handful_of_clips():
    table = sure_answers([0.99] * 4 + [0.7] * 20, [True] * 4 + [False] * 20)
    chosen = choose_threshold(sure_of(table), accuracy=0.9, test_clips=[])
    assert chosen.value is None
    assert "90% of the validation clips leaves 5 clips or more" in chosen.undefined
    tried = try_threshold(chosen, sure_of(table))
    assert tried.accuracy.undefined == tried.coverage.undefined == "no threshold was found"
    assert tried.as_json()["undefined"] == chosen.undefined


def test_many_moments_of_few_clips_make_no_threshold(rng):
    moments = sure_of(believable_table(rng, 4, n_moments=50, flat=0.1), "moment")
    assert choose_threshold(moments, accuracy=0.1, test_clips=[]).value is None


def test_the_test_is_judged_with_counts_and_intervals(rng):
    validation = sure_of(believable_table(rng, 300, name="validation"))
    test = sure_of(believable_table(rng, 300, name="test"))
    chosen = choose_threshold(validation, accuracy=0.8, test_clips=test.rows["clip"])
    tried = try_threshold(chosen, test)
    kept = test.confidence >= chosen.value
    assert (tried.accuracy.k, tried.accuracy.n) == (int(test.right[kept].sum()), int(kept.sum()))
    assert (tried.coverage.k, tried.coverage.n) == (int(kept.sum()), 300)
    assert tried.accuracy.low < tried.accuracy.value < tried.accuracy.high
    assert 0.7 < tried.accuracy.value < 0.9


def test_a_threshold_that_nothing_on_the_test_reaches_is_undefined_there():
    chosen = choose_threshold(
        sure_of(sure_answers([0.95] * 9 + [0.6] * 9, [True] * 9 + [False] * 9)), accuracy=0.9, test_clips=[]
    )
    tried = try_threshold(chosen, sure_of(clip_table()))
    assert tried.accuracy.undefined == "no clip is so sure"
    assert (tried.coverage.k, tried.coverage.n) == (0, 54)


def test_choosing_on_the_test_is_refused():
    table = sure_of(clip_table())
    with pytest.raises(
        InvalidInputError, match="threshold must be fitted on clips that the test does not hold"
    ):
        choose_threshold(table, accuracy=0.9, test_clips=table.rows["clip"])


@pytest.mark.parametrize("accuracy", [0.0, 1.2, float("nan")])
def test_a_wanted_accuracy_that_is_no_share_is_refused(accuracy):
    with pytest.raises(InvalidInputError, match="must lie in"):
        choose_threshold(sure_of(clip_table()), accuracy=accuracy, test_clips=[])
