"""The alarms of a comparison in one table for the notebook: serious first, said once, safe to show."""

import shutil

import pytest

from workbench.errors import InvalidInputError
from workbench.evaluation.warnings import severity_of
from workbench.files import read_json, write_json
from workbench.reports.alarms import alarm_table, alarms_of
from workbench.reports.stored import latest_comparison


def plant(run, *warnings):
    path = run.folder / "evaluation.json"
    write_json(path, read_json(path) | {"warnings": [{"code": c, "message": m} for c, m in warnings]})


def test_serious_alarms_come_first_and_each_is_said_once_of_all_its_systems(project, runs):
    wide = ("wide_interval", "Known to 30 points only.")
    plant(runs["visual"], wide, ("collapsed", "It never says neutral."))
    plant(runs["audio"], wide)
    plant(runs["audiovisual"])
    table = alarm_table(project, latest_comparison(project))
    assert list(table["code"]) == ["collapsed", "wide_interval"]
    assert list(table["severity"]) == [severity_of(code) for code in table["code"]] == ["serious", "careful"]
    assert table["system"].iloc[1].count(",") == 1
    shown = alarms_of(project, latest_comparison(project))
    assert shown.splitlines()[2].startswith("| ⚠ serious |") and "`collapsed`" in shown
    assert shown.splitlines()[3].startswith("| △ careful |")


def test_no_alarm_is_said_and_names_whom(project, runs):
    for run in runs.values():
        plant(run)
    assert alarms_of(project, latest_comparison(project)).startswith("No alarm about")


def test_names_from_outside_break_neither_table_nor_page(project, runs):
    plant(runs["visual"], ("silent_sound", "a|b\n<script>"))
    shown = alarms_of(project, latest_comparison(project))
    assert "a\\|b &lt;script&gt;" in shown and "<script" not in shown


def test_a_run_that_is_gone_is_said(project, runs):
    shutil.rmtree(runs["audio"].folder)
    with pytest.raises(InvalidInputError, match="gone"):
        alarm_table(project, latest_comparison(project))
