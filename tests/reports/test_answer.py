import pytest

from workbench.reports.answer import answer_question, sides


def pair(a, b, *, both, only_a, only_b, neither=0, low, high, distinguishable):
    n = both + only_a + only_b + neither
    return {
        "a": a,
        "b": b,
        "n": n,
        "both": both,
        "only_a": only_a,
        "only_b": only_b,
        "neither": neither,
        "difference": {"value": (only_a - only_b) / n, "low": low, "high": high},
        "mcnemar_p": 0.01,
        "distinguishable": distinguishable,
        "sentence": "",
    }


def visual(*, gain, distinguishable=True):
    lost = 0 if gain >= 0 else -gain
    won = max(gain, 0)
    value = gain / 54
    return pair(
        "visual",
        "audiovisual",
        both=40 - lost,
        only_a=lost,
        only_b=won,
        neither=14 - won,
        low=-value - 0.05,
        high=-value + 0.05,
        distinguishable=distinguishable,
    )


AUDIO = pair(
    "audio", "audiovisual", both=30, only_a=1, only_b=20, neither=3, low=-0.5, high=-0.2, distinguishable=True
)


def test_better_than_either_alone_is_yes_with_every_figure():
    answer = answer_question([visual(gain=9), AUDIO], leaks=False)
    assert (answer.tone, answer.word) == ("yes", "Yes")
    assert answer.sentence == "Face and voice together do better than either alone."
    assert "face only on 40 of 54 (74%)" in answer.figures
    assert answer.gains[0] == "+16.7 points against face only (95% interval 11.7 to 21.7)"


def test_better_than_one_only_is_not_shown():
    answer = answer_question([visual(gain=2, distinguishable=False), AUDIO], leaks=False)
    assert answer.tone == "unclear"
    assert (
        answer.sentence
        == "Face and voice together do better than voice only, but cannot be told apart from face only on these clips."
    )


def test_no_difference_from_either_is_not_shown():
    flat = [visual(gain=1, distinguishable=False), AUDIO | {"distinguishable": False}]
    assert "cannot be told apart from face only and voice only" in answer_question(flat, leaks=False).sentence


def test_worse_than_one_is_no_however_good_against_the_other():
    answer = answer_question([visual(gain=-9), AUDIO], leaks=False)
    assert (answer.tone, answer.sentence) == ("no", "Face and voice together do worse than face only.")
    assert answer.gains[0].startswith("−16.7 points")


def test_a_leak_withholds_the_answer():
    answer = answer_question([visual(gain=9), AUDIO], leaks=True)
    assert answer.tone == "withheld" and "flatter" in answer.sentence and "Yes" not in answer.word


def test_nothing_about_fusion_is_nothing_known():
    only = pair("visual", "audio", both=1, only_a=1, only_b=1, low=-1, high=1, distinguishable=False)
    assert answer_question([only], leaks=False).tone == "nothing"


@pytest.mark.parametrize("turned", [False, True])
def test_a_pair_is_seen_from_the_fused_side_whichever_way_it_was_stored(turned):
    given = pair(
        "audiovisual",
        "visual",
        both=40,
        only_a=9,
        only_b=2,
        neither=3,
        low=0.02,
        high=0.24,
        distinguishable=True,
    )
    if turned:
        given = pair(
            "visual",
            "audiovisual",
            both=40,
            only_a=2,
            only_b=9,
            neither=3,
            low=-0.24,
            high=-0.02,
            distinguishable=True,
        )
    side = sides([given])[0]
    assert (side.other, side.k_fused, side.k_other, side.verdict) == ("visual", 49, 42, "better")
    assert (side.low, side.high) == pytest.approx((0.02, 0.24))
