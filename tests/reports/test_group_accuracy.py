import pandas as pd
import pytest

from tests.reports.world import mouth_predictions, split_of, write_run, write_world
from workbench.datasets.catalog import COLUMNS
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import read
from workbench.models.runs import Run
from workbench.reports.group_accuracy import GROUPINGS, group_accuracies
from workbench.reports.stored import stored_evaluation


def write_catalog(project, *, without=(), n_speakers=12, n_clips=9):
    """Write the catalog of the world of runs: the sexes take turns, every third clip is strong."""
    clips = split_of(n_speakers=n_speakers, n_clips=n_clips)[["clip", "speaker"]]
    table = clips.assign(**dict.fromkeys(COLUMNS[1:4] + COLUMNS[5:], "")).assign(duration_s=1.0)
    table["sex"] = ["male" if int(speaker) % 2 else "female" for speaker in table["speaker"]]
    table["intensity"] = ["strong" if i % 3 == 0 else "normal" for i in range(len(table))]
    folder = project.dataset_folder("sample")
    folder.mkdir(parents=True, exist_ok=True)
    table = table[~table["clip"].isin(without)]
    table[[*COLUMNS, "sex", "intensity"]].to_csv(folder / "catalog.csv", index=False)
    return table


def last_opinion(table):
    """Return per clip what was said after the last moment, decided by a few lines of this test's own."""
    said = {}
    names = [c for c in table.columns if c.startswith("p_")]
    for clip, rows in table.sort_values("start_s").groupby("clip"):
        opinion = rows[names].iloc[0]
        for i in range(1, len(rows)):
            opinion = 0.9 * opinion + 0.1 * rows[names].iloc[i]
        said[clip] = opinion.astype(float).idxmax().removeprefix("p_")
    return said


def test_every_group_counts_what_the_stored_predictions_say(project, runs):
    catalog = write_catalog(project).set_index("clip")
    table = read(runs["audiovisual"].folder / "predictions.csv")
    truth = table.drop_duplicates("clip").set_index("clip")["truth"]
    right = pd.Series(last_opinion(table)) == truth.sort_index()
    assert 0 < right.sum() < len(right)
    found = group_accuracies(project, runs["audiovisual"])
    assert tuple(found) == GROUPINGS
    for of, groups in found.items():
        for group in groups:
            mine = right[[catalog.loc[clip, of] == group.value for clip in right.index]]
            assert (group.right.k, group.right.n) == (mine.sum(), len(mine))
            assert group.right.low <= group.right.value <= group.right.high
            assert group.n_speakers == catalog.loc[mine.index, "speaker"].nunique()


def test_the_groups_of_each_grouping_add_up_to_the_run(project, runs):
    write_catalog(project, without=["s07-c3", "s08-c1"])
    whole = stored_evaluation(runs["visual"])["clips"]["accuracy"]
    found = group_accuracies(project, runs["visual"])
    for groups in found.values():
        assert sum(g.right.k for g in groups) == whole["k"] and sum(g.right.n for g in groups) == whole["n"]
    assert [(g.value, g.right.n) for g in found["sex"]][-1] == ("", 2)


def test_without_a_catalog_only_speakers_are_told_apart(project, runs):
    assert list(group_accuracies(project, runs["audio"])) == ["speaker"]


def test_a_table_written_anew_is_counted_anew(project, runs):
    before = group_accuracies(project, runs["audio"])["speaker"]
    table = pd.read_csv(runs["audio"].folder / "predictions.csv", dtype={"speaker": str})
    table[table["speaker"] != before[0].value].to_csv(runs["audio"].folder / "predictions.csv", index=False)
    after = group_accuracies(project, runs["audio"])["speaker"]
    assert [g.value for g in after] == [g.value for g in before[1:]]


def test_mouths_are_counted_by_moments(project, rng):
    split = split_of(n_speakers=6, n_clips=4)
    run = write_run(project, "mouth", mouth_predictions(split, 0.9, rng=rng), split)
    groups = group_accuracies(project, run)["speaker"]
    assert {g.unit for g in groups} == {"moment"} and sum(g.right.n for g in groups) == 144


def test_an_unfinished_run_is_refused(project):
    write_world(project, n_speakers=4, n_clips=3)
    run = Run.create(project, dataset="sample", network="visual", seed=3, facts={"split": "speaker"})
    with pytest.raises(InvalidInputError, match="finished before it is judged"):
        group_accuracies(project, run)
