"""The order of tasks: what is most worth asking first, and a fair sample always mixed in."""

from dataclasses import dataclass

import numpy as np
import pytest

from workbench.datasets.ordering import ChosenTask, by_score, divergence, entropy, mix
from workbench.errors import InvalidInputError


@dataclass(frozen=True)
class Moment:
    number: int
    clip: str = "a"
    start_s: float = 0.0
    end_s: float = 0.0

    @property
    def task_id(self):
        return f"t{self.number}"

    def details(self):
        return {"dataset": "drawn"}


TASKS = [Moment(k) for k in range(100)]


def numbers(chosen):
    return [one.number for one in chosen]


def test_every_task_is_asked_once_the_most_wanted_first():
    ranking = list(reversed(range(100)))
    mixed = mix(TASKS, ranking, order="uncertainty", seed=1)
    assert sorted(numbers(mixed)) == list(range(100))
    ranked = [one.number for one in mixed if one.chosen_by == "uncertainty"]
    assert ranked == sorted(ranked, reverse=True)
    assert len(ranked) == 80


def test_the_random_share_is_even_and_told_in_the_details():
    mixed = mix(TASKS, range(100), order="diversity", random_share=0.2)
    lots = [k for k, one in enumerate(mixed) if one.details()["chosen_by"] == "random"]
    assert lots == list(range(4, 100, 5))
    assert mixed[0].details() == {"dataset": "drawn", "chosen_by": "diversity"}
    assert mixed[0].task_id == "t" + str(mixed[0].number)


def test_the_random_share_is_a_fair_sample_of_all_whatever_their_rank():
    counts = np.zeros(100)
    for seed in range(400):
        mixed = mix(TASKS, range(100), order="uncertainty", n_tasks=50, seed=seed)
        counts[[one.number for one in mixed if one.chosen_by == "random"]] += 1
    assert counts.sum() == 400 * 10
    assert counts[:50].mean() == pytest.approx(40, abs=2.5)  # the high ranks are drawn no more seldom
    assert counts[50:].mean() == pytest.approx(40, abs=2.5)
    assert counts.min() > 15


def test_the_same_seed_gives_the_same_order_and_random_is_random_throughout():
    assert mix(TASKS, range(100), order="random", seed=3) == mix(TASKS, range(100), order="random", seed=3)
    lot = mix(TASKS, range(100), order="random", seed=3)
    assert {one.chosen_by for one in lot} == {"random"}
    assert numbers(lot) != list(range(100))


def test_a_share_beyond_one_is_refused():
    with pytest.raises(InvalidInputError, match="0, 1"):
        mix(TASKS, range(100), order="spread", random_share=1.2)


def test_nothing_to_ask_is_no_order():
    assert mix([], [], order="spread") == []


def test_scores_rank_with_unknown_ones_last():
    assert by_score(np.array([0.1, np.nan, 0.9, 0.1])) == [2, 0, 3, 1]


def test_the_undecided_have_high_entropy_and_silence_has_none():
    found = entropy(np.array([[1.0, 0, 0], [1 / 3, 1 / 3, 1 / 3], [0.5, 0.5, 0], [0, 0, 0]]))
    assert found[0] == 0
    assert found[1] == pytest.approx(1)
    assert found[2] == pytest.approx(np.log(2) / np.log(3))
    assert np.isnan(found[3])


def test_sources_that_oppose_each_other_diverge_and_equal_ones_do_not():
    face = np.array([[1.0, 0, 0], [0.2, 0.3, 0.5], [0.9, 0.1, 0]])
    voice = np.array([[0, 0, 1.0], [0.2, 0.3, 0.5], [np.nan] * 3])
    found = divergence(np.stack([face, voice]))
    assert found[0] == pytest.approx(1)
    assert found[1] == pytest.approx(0, abs=1e-12)
    assert np.isnan(found[2])


def test_a_run_that_is_split_stays_chosen_as_it_was_and_a_frame_cannot_be_split():
    class Run(Moment):
        def split(self, at):
            return Moment(self.number), Moment(at)

    parts = ChosenTask(Run(7), "random").split(3)
    assert [(part.number, part.details()["chosen_by"]) for part in parts] == [(7, "random"), (3, "random")]
    assert not hasattr(ChosenTask(Moment(1), "random"), "split")
