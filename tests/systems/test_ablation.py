"""What an ablation says of four systems whose answers are known."""

import pytest

from tests.evaluation.tables import clip_table
from workbench.errors import InvalidInputError
from workbench.evaluation.comparison import compare
from workbench.evaluation.report import evaluate
from workbench.files import write_json
from workbench.models.groups import Group
from workbench.plots.style import Drawing
from workbench.reports import groups_shown
from workbench.reports.group_table import group_table
from workbench.systems.ablation import (
    RUNNING,
    SYSTEMS,
    ablation_table,
    differences,
    lines_of_ablation,
    same_clips,
)

WRONG = {
    "visual": range(0, 54, 5),
    "audio": range(0, 54, 2),
    "audiovisual": range(0, 54, 9),
    RUNNING: (0, 9, 18),
}


@pytest.fixture
def group(project):
    """A finished ablation of 54 clips; the running system is right on 51."""
    tables = {name: clip_table(wrong=set(wrong)) for name, wrong in WRONG.items()}
    facts = {"split": "speaker", "data_hash": "ab" * 32, "warnings": [], "runs": {}}
    made = Group.create(project, kind="ablation", dataset="sample", network="all", seed=0, facts=facts)
    judged = {name: evaluate(table, split="speaker").as_json() for name, table in tables.items()}
    write_json(made.folder / "result.json", {"systems": judged, "pairs": compare(tables).as_json()["pairs"]})
    made.update(status="finished")
    return made


def test_gains_are_those_of_the_running_system_over_each_other(group):
    gains = differences(group)
    assert list(gains) == ["visual", "audio", "audiovisual"]
    for name, (gain, pair) in gains.items():
        assert gain.value == pytest.approx((51 - (54 - len(WRONG[name]))) / 54)
        assert gain.low <= gain.value <= gain.high
        assert pair["b"] == RUNNING
    assert gains["audio"][1]["distinguishable"] and gains["audio"][0].low > 0


def test_the_table_has_counts_intervals_and_gains(group):
    table = ablation_table(group).set_index("system")
    assert list(table.index) == list(SYSTEMS)
    assert table.loc["audio", "right"] == "27/54" and table.loc[RUNNING, "right"] == "51/54"
    assert table.loc["audio", "gain"].startswith("44.4 points (95% interval ")
    assert table.loc[RUNNING, ["gain", "mcnemar_p", "told_apart"]].tolist() == ["", "", ""]
    assert group_table_row(group)["outcome"].startswith("running system 51 of 54")
    assert any("running system is better than audio" in line for line in lines_of_ablation(group))


def group_table_row(group):
    from workbench.project import Project

    (row,) = group_table(Project.open(group.folder.parents[2])).to_dict("records")
    return row


def test_a_leaking_split_marks_every_figure(group):
    group.update(warnings=[{"code": "leak_speakers", "message": ""}])
    assert ablation_table(group)["accuracy"].str.endswith("⚠ leaks").all()
    assert all(line.startswith("⚠ leaks") for line in lines_of_ablation(group) if "McNemar" in line)


def test_the_notebook_draws_what_is_there_and_names_the_command_for_what_is_not(project, group):
    assert isinstance(groups_shown.ablation_figure(project, "sample"), Drawing)
    for kind in ("seeds", "folds", "search"):
        said = getattr(groups_shown, f"{kind}_figure")(project, "sample")._repr_markdown_()
        assert "workbench" in said and "sample" in said
    assert "not yet two runs" in groups_shown.newest_disagreements(project, "sample")._repr_markdown_()
    assert "workbench ablate other" in groups_shown.ablation_figure(project, "other")._repr_markdown_()


def test_only_clips_that_every_system_can_judge_are_compared():
    tables = {"a": clip_table(10), "b": clip_table(12).iloc[4:]}
    assert all(
        list(table["clip"]) == [f"clip-{k:03}" for k in range(4, 10)] for table in same_clips(tables).values()
    )
    with pytest.raises(InvalidInputError, match="There is none .clips: a 10, b 2"):
        same_clips({"a": clip_table(10), "b": clip_table(12).iloc[10:]})
