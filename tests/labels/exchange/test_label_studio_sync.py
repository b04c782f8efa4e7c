"""The sync with Label Studio, against the stand-in: what each side changes, and what the network does to it."""

import pytest
from fault_schedules import schedule
from two_sides import GUESS, QUESTION, TwoSides

from workbench.errors import InvalidInputError, StorageError
from workbench.labels.exchange.label_studio.sending import ItemPrediction
from workbench.labels.exchange.label_studio.server import ProjectOnServer
from workbench.labels.exchange.label_studio.sync import LabelStudioSync


@pytest.fixture
def both(tmp_path):
    """A store and a project without faults."""
    both = TwoSides(tmp_path)
    yield both
    both.close()


def first_annotation(both):
    return both.there.annotations[min(both.there.annotations)]


def test_what_goes_out_comes_back_identical_and_a_second_sync_does_nothing(both):
    for number, item in enumerate(both.items):
        both.say(item, ("open", "closed", "cannot tell")[number % 3], annotator="Zoë")
    report = both.sync()
    assert (report.tasks_sent, report.answers_sent) == (4, 4)
    both.check_equal()
    history = both.store.dump_sha256()
    for _ in range(2):
        assert both.sync().changes == 0
    assert both.store.dump_sha256() == history


def test_an_answer_given_there_is_recorded_once_under_the_name_of_its_account(both):
    both.sync()
    both.there.person_annotates(1, user=2, result=both.native("open"), lead_time=1.5)
    assert both.sync().answers_recorded == 1
    assert both.sync().changes == 0
    row = both.store.answers(QUESTION).iloc[0]
    assert (row["annotator"], row["value"]) == ("mia@example.org", "open")
    assert row["details"]["seconds_taken"] == 1.5
    assert row["details"]["label_studio"]["annotation"] == 1


def test_an_edit_there_becomes_a_new_answer_and_going_back_and_forth_is_told_each_time(both):
    both.say(both.items[0], "open")
    both.sync()
    number = first_annotation(both)["id"]
    for value in ("closed", "open", "closed"):
        both.there.person_edits(number, user=3, result=both.edited(number, value))
        assert both.sync().answers_recorded == 1
        assert both.sync().changes == 0
        assert list(both.words_here().values()) == [value]
    details = both.store.answers(QUESTION).iloc[0]["details"]
    assert details["label_studio"]["edited_by"] == "ben@example.org"
    both.check_equal()


def test_a_change_an_undo_and_a_skip_here_reach_the_server_and_nothing_is_deleted_there(both):
    first = both.say(both.items[0], "open")
    both.sync()
    second = both.say(both.items[0], "closed")
    assert both.sync().answers_changed_there == 1
    both.say(both.items[0], "", kind="undo", undoes=second)
    both.sync()
    assert list(both.words_there().values()) == ["open"]
    both.say(both.items[0], "", kind="undo", undoes=first)
    both.sync()
    assert both.words_there() == {}
    assert first_annotation(both)["was_cancelled"]
    both.say(both.items[0], "cannot tell")
    both.sync()
    both.check_equal()
    assert len(both.there.annotations) == 1


def test_a_skip_there_is_a_skip_here(both):
    both.say(both.items[0], "open")
    both.sync()
    both.there.person_edits(1, user=2, was_cancelled=True)
    assert both.sync().skips_recorded == 1
    assert both.words_here() == {}
    assert both.sync().changes == 0


def test_l6_different_changes_on_both_sides_are_both_kept_and_shown_as_a_conflict(both):
    both.say(both.items[0], "open")
    both.sync()
    both.there.person_edits(1, user=3, result=both.edited(1, "closed"))
    both.say(both.items[0], "cannot tell")
    assert both.sync().conflicts == 1
    assert both.store.conflicts(QUESTION)["value"].tolist() == ["closed"]
    assert list(both.words_here().values()) == ["cannot tell"]
    both.check_equal()
    assert both.sync().changes == 0


def test_what_was_deleted_there_stays_here_is_told_and_comes_back_only_when_asked(both):
    both.say(both.items[0], "open")
    both.sync()
    both.there.annotations.clear()
    for _ in range(2):
        report = both.sync()
        assert (report.deleted_there, report.changes) == (1, 0)
        assert any("--restore-deleted" in line for line in report.lines())
    assert list(both.words_here().values()) == ["open"]
    del both.there.tasks[2]
    assert both.sync().tasks_deleted_there == 1
    assert len(both.there.tasks) == 3
    both.sync(restore_deleted=True)
    both.check_equal()


def test_a_task_edited_there_is_left_out_and_told(both):
    both.say(both.items[0], "open")
    both.sync()
    both.there.tasks[1]["data"]["workbench"]["start_s"] = 7.0
    both.there.person_edits(1, user=2, result=both.edited(1, "closed"))
    report = both.sync()
    assert any("Task 1 was left out" in note for note in report.notes)
    assert report.answers_recorded == 0
    assert list(both.words_here().values()) == ["open"]


def test_answers_that_the_schema_does_not_know_are_told_and_left_alone(both):
    both.sync()
    both.there.person_annotates(1, user=2, result=both.native("wide"))
    both.there.person_annotates(2, user=2, result=[])
    report = both.sync()
    assert any("'wide'" in note for note in report.notes)
    assert any("Annotation 2" in note for note in report.notes)
    assert report.changes == 0


def test_a_project_that_offers_other_answers_is_told_and_one_that_asks_something_else_refused(both):
    config = both.there.projects[1]["label_config"]
    both.there.projects[1]["label_config"] = config.replace('value="cannot tell"', 'value="dunno"')
    both.say(both.items[0], "cannot tell")
    both.say(both.items[1], "open")
    report = both.sync()
    assert report.answers_sent == 1
    assert any("cannot tell" in note for note in report.notes)
    assert any("dunno" in note for note in report.notes)
    for other in ('<View><Choices name="x" toName="y"/></View>', "no xml", "<!DOCTYPE a><View/>", None):
        both.there.projects[1]["label_config"] = other
        with pytest.raises(InvalidInputError, match="--new-project"):
            both.sync()


def test_a_runs_predictions_are_sent_once(both):
    predictions = [ItemPrediction(item, "run-1", GUESS) for item in both.items]
    assert both.sync(predictions=predictions).predictions_sent == 4
    assert both.sync(predictions=predictions).predictions_sent == 0
    assert [p["score"] for p in both.there.predictions.values()] == [0.75] * 4


def test_somebody_elses_tasks_and_text_are_left_alone(both):
    both.there.tasks[77] = {"id": 77, "project": 1, "data": {"text": "hello"}}
    both.there.tasks[78] = {"id": 78, "project": 1, "data": None}
    report = both.sync()
    assert any("2 tasks of the project are somebody else's" in note for note in report.notes)
    both.there.person_annotates(77, user=2, result=both.native("open"))
    assert both.sync().changes == 0


def test_a_forged_name_or_operation_in_an_annotation_is_not_taken_over(both):
    both.sync()
    result = both.native("open")
    result[0]["meta"] = {"workbench": {"op_id": "'; drop", "annotator": "=cmd|' /c calc'!A1"}}
    both.there.person_annotates(1, user=2, result=result)
    both.sync()
    assert both.store.current()["annotator"].tolist() == ["mia@example.org"]


def test_l4_the_server_being_away_loses_nothing_and_says_how_to_go_on(both):
    both.say(both.items[0], "open")
    both.there.fault_share = 1.0
    with pytest.raises(StorageError, match="goes on"):
        both.sync()
    assert both.say(both.items[1], "closed")
    both.there.fault_share = 0.0
    both.sync()
    both.check_equal()


def test_too_many_requests_are_answered_by_waiting_as_long_as_asked(both):
    both.there._draw = lambda request: "too many" if len(both.clock.waits) < 2 else ""
    both.sync()
    assert both.clock.waits[:2] == [7.0, 7.0]


def test_l4_l12_schedules_of_faults_end_with_both_sides_equal(tmp_path):
    for seed in range(10):
        schedule(tmp_path / str(seed), seed)


def without_unique_id(monkeypatch):
    """An answer whose acknowledgement is lost would be there twice."""
    real = ProjectOnServer.add_annotation
    monkeypatch.setattr(
        ProjectOnServer, "add_annotation", lambda self, task, unique_id, **fields: real(self, task, **fields)
    )


def without_edits(monkeypatch):
    """What somebody changed there would be written over."""
    real = LabelStudioSync._event
    monkeypatch.setattr(
        LabelStudioSync,
        "_event",
        lambda self, item, seen, local: None if seen.op_id else real(self, item, seen, local),
    )


@pytest.mark.parametrize("plant", [without_unique_id, without_edits])
def test_the_schedules_catch_a_sync_with_a_planted_fault(tmp_path, monkeypatch, plant):
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        for seed in range(25):
            schedule(tmp_path / str(seed), seed)


@pytest.mark.slow
def test_l4_l12_many_schedules_of_faults_end_with_both_sides_equal(tmp_path):
    for seed in range(10, 160):  # a thousand: python -m benchmarks.sync_faults
        schedule(tmp_path / str(seed), seed)
