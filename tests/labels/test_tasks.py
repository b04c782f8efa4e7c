from dataclasses import dataclass

import pytest

from workbench.errors import InvalidInputError
from workbench.labels.tasks import TaskList, TaskSource, as_source


@dataclass(frozen=True)
class Span:
    task_id: str
    start_s: float
    end_s: float
    clip: str = "clip.1a2b3c4d"

    def details(self):
        return {}


RUN, OTHER = Span("run", 0.0, 0.3), Span("other", 0.6, 0.9)
PARTS = [Span("first part", 0.0, 0.12), Span("second part", 0.15, 0.3)]


def every(task):
    return True


def test_a_sequence_becomes_a_source_and_a_source_stays_what_it_is():
    source = as_source([RUN, OTHER])
    assert isinstance(source, TaskSource)
    assert as_source(source) is source


def test_fewer_than_asked_for_mean_that_there_are_no_more():
    source = TaskList([RUN, OTHER])
    assert source.batch(0, 1, every) == ([RUN], 1)
    assert source.batch(1, 5, every) == ([OTHER], 2)
    assert source.batch(0, 5, lambda task: task is OTHER) == ([OTHER], 2)


def test_a_task_is_found_by_what_it_is_about_to_the_microsecond():
    source = TaskList([RUN, OTHER])
    assert source.task_of("clip.1a2b3c4d", 0.6, 0.9 + 1e-9) is OTHER
    assert source.task_of("clip.1a2b3c4d", 0.6, 0.8) is None


def test_the_parts_of_a_split_run_stand_where_it_stood_and_a_late_answer_still_finds_it():
    source = TaskList([RUN, OTHER])
    source.replace("run", PARTS)
    assert source.batch(0, 5, every)[0] == [*PARTS, OTHER]
    assert source.total() == 3
    assert source.task("run") is RUN
    assert source.task_of("clip.1a2b3c4d", 0.0, 0.3) is None
    with pytest.raises(InvalidInputError, match="split once"):
        source.replace("run", PARTS)


def test_a_stranger_and_a_doubled_id_are_refused():
    with pytest.raises(InvalidInputError, match="different ids"):
        TaskList([RUN, RUN])
    with pytest.raises(InvalidInputError, match="belong to the session"):
        TaskList([RUN]).task("nowhere")
