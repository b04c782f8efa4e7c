"""Figures of agreement: what is drawn is what was computed."""

import numpy as np
import pandas as pd
import pytest

from workbench.errors import InvalidInputError
from workbench.evaluation.agreement.summary import agreement_report
from workbench.plots.agreement import plot_agreement, plot_pair
from workbench.plots.style import as_png


@pytest.fixture
def report(rng):
    truth = rng.integers(2, size=40)
    rows = [
        (f"c{i % 8}", 0.3 * i, 0.3 * i, who, ("closed", "open")[truth[i] ^ int(rng.random() < slip)], i)
        for i in range(40)
        for who, slip in (("Ada", 0.0), ("Bob", 0.1), ("Cy", 0.3))
    ]
    table = pd.DataFrame(rows, columns=["clip", "start_s", "end_s", "annotator", "value", "sequence"])
    return agreement_report("mouth", {"mouth": table})


def test_every_coefficient_is_a_point_within_its_line(report):
    ax = plot_agreement(report)
    points = [line.get_xdata()[0] for line in ax.lines if line.get_marker() not in ("None", None, "")]
    expected = [
        *(
            getattr(report.overall, n).value
            for n in ("percent", "fleiss_kappa", "krippendorff_alpha", "gwet_ac2")
        ),
        *(pair.cohen_kappa.value for pair in report.by_pair),
        *(found.krippendorff_alpha.value for found in report.by_class.values()),
    ]
    np.testing.assert_allclose(points, expected)
    assert len(ax.get_yticklabels()) == len(expected)
    assert as_png(ax).startswith(b"\x89PNG")


def test_an_undefined_coefficient_says_why():
    alone = pd.DataFrame(
        {"clip": ["a"], "start_s": [0.0], "end_s": [0.0], "annotator": ["Ada"], "value": ["open"]}
    )
    ax = plot_agreement(agreement_report("mouth", {"mouth": alone}))
    assert "agreement needs two" in " ".join(text.get_text() for text in ax.texts)


def test_two_people_are_drawn_with_their_counts(report):
    pair = report.by_pair[0]
    ax = plot_pair(pair, ("closed", "open"))
    assert [text.get_text() for text in ax.texts] == [str(n) for n in pair.table.ravel()]
    assert f"{pair.same.k} of {pair.same.n}" in ax.get_title(loc="left")


def test_two_people_without_a_common_item_cannot_be_drawn(report):
    nothing = report.by_pair[0].__class__(
        "A", "B", np.zeros((2, 2), int), _no_share(), report.by_pair[0].cohen_kappa
    )
    with pytest.raises(InvalidInputError, match="no item in common"):
        plot_pair(nothing, ("closed", "open"))


def _no_share():
    from workbench.evaluation.estimates import share

    return share(0, 0, (0, 0), undefined="none")
