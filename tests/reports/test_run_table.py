"""All runs of a project in one table."""

import pytest

from tests.reports.world import split_of
from workbench.files import read_json
from workbench.models.runs import Run
from workbench.reports.run_table import run_table

COLUMNS = [
    "run",
    "network",
    "split",
    "seed",
    "status",
    "right",
    "accuracy",
    "warnings",
    "minutes",
    "settings",
    "data",
    "code",
    "fold",
    "group",
]


def row_of(project, run):
    table = run_table(project).set_index("run")
    return table.loc[run.id]


def test_a_project_without_runs_has_an_empty_table_with_its_columns(project):
    table = run_table(project)
    assert table.empty
    assert list(table.columns) == COLUMNS


def test_every_run_has_a_row_and_the_newest_is_first(project, runs):
    assert run_table(project)["run"].tolist() == sorted((run.id for run in runs.values()), reverse=True)


@pytest.mark.parametrize("network", ["visual", "audio", "audiovisual"])
def test_clips_right_are_those_of_the_stored_evaluation_and_carry_their_interval(project, runs, network):
    share = read_json(runs[network].folder / "evaluation.json")["clips"]["accuracy"]
    row = row_of(project, runs[network])
    assert row["right"] == f"{share['k']}/{share['n']} clips"
    assert share["n"] == split_of()["part"].eq("test").sum()
    assert row["accuracy"] == f"{share['value']:.1%} ({share['low']:.1%} to {share['high']:.1%})"
    assert (row["network"], row["split"], row["status"], row["minutes"]) == (
        network,
        "speaker",
        "finished",
        1.0,
    )


def test_warnings_are_named_by_their_codes_once_each(project, runs):
    codes = ("collapsed", "collapsed", "leak_frames")
    runs["audio"].update(warnings=[{"code": code, "message": ""} for code in codes])
    assert row_of(project, runs["audio"])["warnings"] == "collapsed, leak_frames"


def test_the_accuracy_of_a_leaking_run_carries_its_mark(project, runs):
    assert "leaks" not in row_of(project, runs["audio"])["accuracy"]
    runs["audio"].update(warnings=[{"code": "leak_order", "message": ""}])
    assert row_of(project, runs["audio"])["accuracy"].endswith(" ⚠ leaks (leak_order)")


def test_a_run_that_is_not_finished_is_listed_without_a_score(project, runs):
    facts = {"split": "clip", "status": "stopped", "warnings": []}
    stopped = Run.create(project, dataset="sample", network="mouth", seed=1, facts=facts)
    row = row_of(project, stopped)
    assert (row["status"], row["right"], row["accuracy"], row["minutes"]) == ("stopped", "", "", 0.0)


def test_a_run_judged_by_moments_only_counts_moments(project, runs):
    from workbench.files import write_json

    judged = read_json(runs["visual"].folder / "evaluation.json")
    write_json(runs["visual"].folder / "evaluation.json", {**judged, "clips": None})
    share = judged["frames"]["accuracy"]
    assert row_of(project, runs["visual"])["right"] == f"{share['k']}/{share['n']} moments"
