"""Whether a clip's place, or its sentence, tells the answer: planted orders are found, orders by lot are not."""

import numpy as np
import pytest

from workbench.datasets.told_by import told_by_group, told_by_place
from workbench.sentiment import SENTIMENTS


def sides(n, rng, *, share=0.3):
    tested = np.zeros(n, bool)
    tested[rng.permutation(n)[: int(share * n)]] = True
    return {"learnt": ~tested, "tested": tested}


def test_classes_that_stand_together_in_the_list_are_told_by_the_place(rng):
    answers = np.repeat(SENTIMENTS, 20)
    told = told_by_place(np.arange(60.0), answers, **sides(60, rng))
    assert told.n == 18
    assert told.k >= 15 > told.n_majority
    assert told.p <= 0.01


def test_an_order_by_lot_raises_at_most_one_false_alarm_in_twenty():
    alarms = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        answers = rng.permutation(np.repeat(SENTIMENTS, 20))
        told = told_by_place(np.arange(60.0), answers, **sides(60, rng), seed=seed)
        alarms += told.p <= 0.01 and told.k > told.n_majority
    assert alarms <= 1


def test_speakers_of_one_answer_each_are_no_independent_cases():
    """Nine speakers of ten clips, one answer a speaker: three test speakers alike their neighbours prove nothing."""
    speakers = np.repeat([f"s{k}" for k in range(9)], 10)
    answers = np.repeat([*["negative"] * 3, *["positive"] * 3, *["negative"] * 3], 10)
    tested = np.isin(speakers, ["s1", "s4", "s7"])
    given = {"learnt": ~tested, "tested": tested}
    by_clip = told_by_place(np.arange(90.0), answers, **given)
    by_speaker = told_by_place(np.arange(90.0), answers, **given, whole=speakers)
    assert by_clip.p <= 0.01 < by_speaker.p


def test_a_clip_never_tells_itself_when_it_is_on_both_sides(rng):
    everywhere = np.ones(40, bool)
    alternating = np.tile(["negative", "positive"], 20)
    told = told_by_place(np.arange(40.0), alternating, learnt=everywhere, tested=everywhere)
    assert told.k < 20


def test_equal_places_are_broken_by_lot_not_by_the_list(rng):
    answers = np.repeat(SENTIMENTS, 30)
    told = told_by_place(np.zeros(90), answers, **sides(90, rng))
    assert told.p > 0.01


def test_sentences_that_are_always_said_in_one_mood_are_found(rng):
    sentences = np.repeat(["01", "02", "03"], 20)
    told = told_by_group(sentences, np.repeat(SENTIMENTS, 20), **sides(60, rng))
    assert told.k == told.n and told.p <= 0.01
    mixed = told_by_group(sentences, np.tile(SENTIMENTS, 20), **sides(60, rng))
    assert mixed.p > 0.01


@pytest.mark.parametrize("answers", [np.repeat(["negative"], 60), np.repeat([""], 60)])
def test_nothing_is_asked_where_nothing_can_be_told(answers, rng):
    assert told_by_place(np.arange(60.0), answers, **sides(60, rng)) is None
    few = np.arange(60) < 5
    assert told_by_place(np.arange(60.0), np.tile(SENTIMENTS, 20), learnt=~few, tested=few) is None


def test_the_same_seed_gives_the_same_p(rng):
    answers, given = rng.permutation(np.repeat(SENTIMENTS, 20)), sides(60, rng)
    p = [told_by_place(np.arange(60.0), answers, **given, seed=4).p for _ in range(2)]
    assert p[0] == p[1]
