import shutil

from tests.reports.world import write_world
from workbench.files import read_json, write_text
from workbench.reports.summary import summarise, summary_of_run


def test_nothing_stored_is_no_summary(project):
    assert summarise(project) is None


def test_the_summary_says_what_the_stored_files_say(project, runs):
    summary = summarise(project)
    for system in summary.systems:
        stored = read_json(runs[system.network].folder / "evaluation.json")["clips"]["accuracy"]
        assert (system.accuracy.k, system.accuracy.n, system.accuracy.low) == (
            stored["k"],
            stored["n"],
            stored["low"],
        )
    assert [system.network for system in summary.systems] == ["visual", "audio", "audiovisual"]
    assert summary.answer.tone == "yes"
    assert summary.tested_on == "54 clips of 6 people"
    assert summary.learnt_from == "920 moments of 6 people"
    assert summary.split_words.startswith("by speaker")
    assert (summary.baseline[1].k, summary.baseline[1].n) == (18, 54)


def test_equal_systems_are_not_called_different(project):
    write_world(project, accuracies={"visual": 0.8, "audio": 0.8, "audiovisual": 0.8}, seed=2)
    assert summarise(project).answer.tone == "unclear"


def test_a_leaking_split_withholds_the_answer_and_says_why(project):
    write_world(project, split_kind="frame", n_speakers=6, n_clips=4)
    summary = summarise(project)
    assert summary.answer.tone == "withheld"
    assert any("same clip" in message for message in summary.leaks)


def test_an_alarm_names_the_system_it_is_about(project):
    write_world(project, never={"audio": "positive"})
    alarms = [(who, message) for who, code, message in summarise(project).warnings if code == "collapsed"]
    assert len(alarms) == 1
    assert alarms[0][0] == "voice only" and "never says positive" in alarms[0][1]


def test_an_alarm_all_share_is_said_once(project):
    write_world(project, n_speakers=6, n_clips=3)
    assert [who for who, code, _ in summarise(project).warnings if code == "few_clips"] == ["all"]


def test_a_run_that_is_gone_is_said_and_the_comparison_still_read(project, runs):
    shutil.rmtree(runs["audio"].folder)
    summary = summarise(project)
    assert [system.network for system in summary.systems] == ["visual", "audiovisual"]
    assert len(summary.problems) == 1 and runs["audio"].id in summary.problems[0]
    assert summary.answer.tone == "yes"


def test_a_damaged_evaluation_is_said_too(project, runs):
    write_text(runs["visual"].folder / "evaluation.json", "{")
    assert "damaged" in summarise(project).problems[0]


def test_a_fused_run_without_a_stored_comparison_is_compared_with_its_parts(project, runs):
    before = summary_of_run(project, runs["audiovisual"])
    shutil.rmtree(project.reports / "comparisons")
    after = summary_of_run(project, runs["audiovisual"])
    assert after.answer == before.answer and after.comparison.name == ""
    assert summary_of_run(project, runs["visual"]) is None


def test_drawn_data_is_called_drawn(project, runs):
    assert not summarise(project).drawn
    write_text(project.datasets / "sample" / "truth.csv", "clip\n")
    assert summarise(project).drawn
