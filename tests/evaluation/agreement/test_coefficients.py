"""Every coefficient against printed examples and against other people's libraries."""

import numpy as np
import pytest

from tests.evaluation.agreement.published import (
    ABSTRACTORS,
    FLEISS_1971,
    KRIPPENDORFF_2011,
    codes_of_counts,
    codes_of_table,
)
from workbench.errors import InvalidInputError
from workbench.evaluation.agreement.coefficients import (
    agreement_weights,
    beyond_chance,
    cohen_kappa,
    counts_per_item,
    fleiss_kappa,
    gwet_ac2,
    item_sums,
    krippendorff_alpha,
    percent,
)


def figure(coefficient, codes, *, n_classes, weights="nominal"):
    matrix = agreement_weights(weights, n_classes)
    return float(
        beyond_chance(*coefficient(item_sums(counts_per_item(codes, n_classes), matrix).sum(axis=0), matrix))
    )


def kappa(table):
    return float(beyond_chance(*cohen_kappa(np.asarray(table))))


def ratings(rng, *, n_items=60, n_annotators=4, n_classes=3, missing=0.0, careful=0.7):
    truth = rng.integers(n_classes, size=n_items)
    lot = rng.integers(n_classes, size=(n_items, n_annotators))
    codes = np.where(rng.random(lot.shape) < careful, truth[:, None], lot)
    return np.where(rng.random(lot.shape) < missing, -1, codes)


@pytest.mark.parametrize(
    ("coefficient", "weights", "printed"),
    [
        (percent, "nominal", 0.818),
        (fleiss_kappa, "nominal", 0.761),
        (krippendorff_alpha, "nominal", 0.743),
        (gwet_ac2, "nominal", 0.775),
        (gwet_ac2, "linear", 0.859),
        (gwet_ac2, "ordinal", 0.899),
        (gwet_ac2, "quadratic", 0.914),
        (fleiss_kappa, "linear", 0.818),
        (fleiss_kappa, "quadratic", 0.865),
        (krippendorff_alpha, "linear", 0.800),
        (krippendorff_alpha, "ordinal", 0.834),
        (krippendorff_alpha, "quadratic", 0.849),
    ],
)
def test_krippendorffs_and_gwets_four_observers_give_the_printed_figures(coefficient, weights, printed):
    found = figure(coefficient, KRIPPENDORFF_2011, n_classes=5, weights=weights)
    assert found == pytest.approx(printed, abs=0.0005001)


def test_fleiss_thirty_patients_give_his_kappa():
    codes = codes_of_counts(FLEISS_1971)
    assert figure(fleiss_kappa, codes, n_classes=5) == pytest.approx(0.430, abs=0.0005)
    assert figure(percent, codes, n_classes=5) == pytest.approx(0.556, abs=0.0005)


def test_two_abstractors_give_the_printed_figures():
    codes = codes_of_table(ABSTRACTORS)
    assert kappa(ABSTRACTORS) == pytest.approx(0.7964094, abs=1e-7)
    assert figure(gwet_ac2, codes, n_classes=3) == pytest.approx(0.8493305, abs=1e-7)
    assert figure(krippendorff_alpha, codes, n_classes=3) == pytest.approx(0.7972585, abs=1e-7)
    assert figure(percent, codes, n_classes=3) == pytest.approx(0.89)


def test_the_textbook_table_of_fifty_proposals_gives_kappa_four_tenths():
    assert kappa([[20, 5], [10, 15]]) == pytest.approx(0.4)


def test_cohen_and_fleiss_are_those_of_statsmodels(rng):
    inter_rater = pytest.importorskip("statsmodels.stats.inter_rater")
    for _ in range(20):
        table = rng.integers(0, 30, size=(3, 3))
        theirs = inter_rater.cohens_kappa(table, return_results=False)
        assert kappa(table) == pytest.approx(theirs, abs=1e-12)
        codes = ratings(rng)
        theirs = inter_rater.fleiss_kappa(counts_per_item(codes, 3), method="fleiss")
        assert figure(fleiss_kappa, codes, n_classes=3) == pytest.approx(theirs, abs=1e-12)


def test_alpha_with_missing_answers_is_that_of_nltk(rng):
    agreement = pytest.importorskip("nltk.metrics.agreement")
    for _ in range(5):
        codes = ratings(rng, missing=0.3)
        triples = [(str(a), str(i), int(codes[i, a])) for i, a in zip(*np.nonzero(codes >= 0), strict=True)]
        theirs = agreement.AnnotationTask(data=triples).alpha()
        assert figure(krippendorff_alpha, codes, n_classes=3) == pytest.approx(theirs, abs=1e-12)


def test_the_order_of_annotators_and_items_and_who_is_silent_change_nothing(rng):
    codes = ratings(rng, missing=0.2)
    turned = codes[rng.permutation(len(codes))][:, rng.permutation(4)]
    silent = np.column_stack([codes, np.full(len(codes), -1)])
    for coefficient in (percent, fleiss_kappa, krippendorff_alpha, gwet_ac2):
        once = figure(coefficient, codes, n_classes=3)
        assert figure(coefficient, turned, n_classes=3) == pytest.approx(once, abs=1e-12)
        assert figure(coefficient, silent, n_classes=3) == pytest.approx(once, abs=1e-12)


def test_one_class_everywhere_leaves_kappa_and_alpha_undefined_but_not_ac1():
    codes = np.zeros((10, 2), int)
    assert np.isnan(figure(fleiss_kappa, codes, n_classes=2))
    assert np.isnan(figure(krippendorff_alpha, codes, n_classes=2))
    assert figure(gwet_ac2, codes, n_classes=2) == 1.0
    assert np.isnan(kappa([[10, 0], [0, 0]]))


def test_answers_by_lot_agree_as_by_chance(rng):
    codes = rng.integers(3, size=(20_000, 3))
    for coefficient in (fleiss_kappa, krippendorff_alpha, gwet_ac2):
        assert abs(figure(coefficient, codes, n_classes=3)) < 0.02


def test_unknown_weights_and_a_single_class_are_refused():
    with pytest.raises(InvalidInputError, match="nominal, linear"):
        agreement_weights("cubic", 3)
    with pytest.raises(InvalidInputError, match="two classes"):
        agreement_weights("nominal", 1)
