"""What is told: intervals that cover, defined answers where there is no figure, the command's JSON."""

import json

import numpy as np
import pandas as pd
import pytest

from tests.evaluation.agreement.published import KRIPPENDORFF_2011
from workbench.evaluation.agreement.ratings import Ratings
from workbench.evaluation.agreement.report import coefficients, pairs, per_class
from workbench.evaluation.agreement.summary import agreement_report

COLUMNS = ["clip", "start_s", "end_s", "annotator", "value", "sequence"]
NAMES = ("Ada", "Bob", "Cy", "Dee")


def ratings(codes, *, n_clips=None, n_classes=2):
    codes = np.asarray(codes)
    clips = np.arange(len(codes)) % (n_clips or max(len(codes), 1))
    times = np.arange(len(codes)) * 0.03
    items = pd.DataFrame({"clip": clips.astype(str), "start_s": times, "end_s": times})
    return Ratings(items, codes, NAMES[: codes.shape[1]], tuple("abcde"[:n_classes]))


def answers(codes, values=("closed", "open"), *, n_clips=6):
    rows = [
        (f"clip{i % n_clips}", 0.03 * i, 0.03 * i, NAMES[a], values[code], i)
        for i, line in enumerate(codes)
        for a, code in enumerate(line)
        if code >= 0
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_the_published_figures_come_with_intervals_that_hold_them():
    found = coefficients(ratings(KRIPPENDORFF_2011, n_classes=5))
    assert (found.n_items, found.n_compared) == (12, 11)
    assert found.krippendorff_alpha.value == pytest.approx(0.743, abs=0.0005)
    assert (found.unanimous.k, found.unanimous.n) == (8, 11)
    for figure in (found.percent, found.fleiss_kappa, found.krippendorff_alpha, found.gwet_ac2):
        assert figure.low < figure.value < figure.high <= 1
        assert figure.low < 0.65


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    first, again, other = (coefficients(ratings(KRIPPENDORFF_2011, n_classes=5), seed=s) for s in (1, 1, 2))
    assert first == again
    assert first.krippendorff_alpha.low != other.krippendorff_alpha.low


def test_resembling_frames_of_few_clips_make_the_interval_wider(rng):
    one_per_clip = (rng.random((60, 1)) < 0.3).astype(int)
    codes = np.column_stack([np.zeros(60, int), one_per_clip[:, 0]])
    codes[::3, 0] = codes[::3, 1] = 1
    copies = np.repeat(codes[:12], 5, axis=0)
    by_clip = ratings(copies, n_clips=None)
    clips = by_clip.items.assign(clip=np.repeat(np.arange(12), 5).astype(str))
    grouped = Ratings(clips, copies, by_clip.annotators, by_clip.classes)
    alone = coefficients(by_clip).percent
    together = coefficients(grouped).percent
    assert together.value == pytest.approx(alone.value)
    assert together.high - together.low > 1.3 * (alone.high - alone.low)


def test_intervals_of_alpha_hold_the_truth_in_about_95_of_100_draws(rng):
    def draw(n_items):
        truth = rng.integers(2, size=(n_items, 1))
        return np.where(rng.random((n_items, 3)) < 0.15, 1 - truth, truth)

    true_alpha = coefficients(ratings(draw(60_000), n_clips=10)).krippendorff_alpha.value
    held = sum(
        (a := coefficients(ratings(draw(50))).krippendorff_alpha).low <= true_alpha <= a.high
        for _ in range(60)
    )
    assert 52 <= held <= 60


def test_full_agreement_is_not_certainty():
    found = coefficients(ratings([[0, 0], [1, 1]] * 10))
    assert found.krippendorff_alpha.value == found.fleiss_kappa.value == found.percent.value == 1
    assert 0.5 < found.krippendorff_alpha.low < 0.9
    assert 0.8 < found.percent.low < 0.9


@pytest.mark.parametrize(
    ("codes", "why"),
    [
        (np.zeros((0, 0), int), "nobody"),
        ([[0], [1], [1]], "one annotator"),
        ([[0, -1], [1, -1], [-1, 1]], "no item was answered by two"),
        ([[0, 0], [0, 0], [0, 0]], "one value everywhere"),
    ],
)
def test_where_there_is_no_figure_it_is_said_why(codes, why):
    found = coefficients(ratings(codes))
    assert why in found.fleiss_kappa.undefined
    assert why in found.krippendorff_alpha.undefined
    if "value" not in why:
        assert why in found.percent.undefined
        assert why in found.gwet_ac2.undefined


def test_every_pair_is_compared_on_what_both_answered():
    found = {
        (p.a, p.b): p for p in pairs(ratings([[0, 0, -1], [1, 0, 1], [1, 1, 1], [0, 0, -1], [-1, 1, 1]]))
    }
    assert [(pair.same.k, pair.same.n) for pair in found.values()] == [(3, 4), (2, 2), (2, 3)]
    assert found["Ada", "Bob"].table.tolist() == [[2, 0], [1, 1]]
    assert found["Ada", "Bob"].cohen_kappa.value == pytest.approx(0.5)
    assert "one value everywhere" in found["Ada", "Cy"].cohen_kappa.undefined


def test_a_class_that_is_confused_agrees_less_than_one_that_is_not(rng):
    codes = np.repeat(np.arange(3), 20)[:, None].repeat(2, axis=1)
    codes[:40, 1] = rng.integers(2, size=40)
    found = per_class(ratings(codes, n_classes=3))
    assert found["c"].krippendorff_alpha.value == 1
    assert found["a"].krippendorff_alpha.value < 0.7


def test_near_misses_count_for_ac2_when_the_classes_are_ordered():
    codes = np.array([[0, 1], [1, 2], [2, 1], [0, 0], [1, 1], [2, 2]] * 3)
    nominal, linear = (coefficients(ratings(codes, n_classes=3), weights=w) for w in ("nominal", "linear"))
    assert linear.gwet_ac2.value > nominal.gwet_ac2.value
    assert linear.krippendorff_alpha == nominal.krippendorff_alpha


def test_the_command_s_json_has_the_agreed_keys_and_is_strict():
    report = agreement_report("mouth", {"mouth": answers([[0, 0], [1, 1], [0, 1], [1, 1]] * 4)}, n_skipped=2)
    said = json.loads(json.dumps(report.as_json(), allow_nan=False))
    assert (said["items"], said["annotators"]) == (16, 2)
    assert set(said["cohen_kappa"]) == {"Ada|Bob"}
    for key in ("percent", "fleiss_kappa", "krippendorff_alpha", "gwet_ac2"):
        assert set(said[key]) == {"value", "low", "high"}
    assert set(said["cohen_kappa"]["Ada|Bob"]) == {"value", "low", "high"}
    assert set(said["per_class"]) == {"closed", "open"}
    assert said["left_out"] == {"cannot_tell": 0, "skipped": 2}
    assert said["intervals"]["drawn_again"] == "clip"
    assert any("Ada and Bob" in line for line in report.lines())
    alone = agreement_report("mouth", {"mouth": answers([[0], [1]])}).as_json()
    assert set(alone["krippendorff_alpha"]) == {"undefined"}
    assert alone["cohen_kappa"] == {}


def test_face_voice_and_both_stand_side_by_side():
    values = ("negative", "neutral", "positive")
    told = {
        "sentiment_face": answers([[0, 0], [1, 1], [2, 2]] * 4, values),
        "sentiment_voice": answers([[0, 1], [1, 1], [2, 0]] * 4, values),
        "sentiment_both": answers([], values),
    }
    meant = {f"clip{k}": values[k % 3] for k in range(6)}
    said = agreement_report("sentiment_face", told, intended=meant).as_json()["per_modality"]
    assert (said["sentiment_face"]["as_intended"]["k"], said["sentiment_face"]["as_intended"]["n"]) == (
        24,
        24,
    )
    assert (said["sentiment_voice"]["as_intended"]["k"], said["sentiment_voice"]["as_intended"]["n"]) == (
        16,
        24,
    )
    assert said["sentiment_both"]["as_intended"]["n"] == 0
    assert said["sentiment_face"]["percent"]["value"] == 1
    assert said["sentiment_voice"]["percent"]["value"] == pytest.approx(1 / 3)
    assert "nobody" in said["sentiment_both"]["percent"]["undefined"]
