import pytest

from tests.evaluation.tables import believable_table
from tests.reports.world import clip_predictions, split_of, write_run
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import write
from workbench.reports import trust
from workbench.reports.calibrating import calibrate_source


@pytest.fixture
def run(project, rng):
    """A run that keeps what it says of its validation part."""
    split = split_of()
    run = write_run(project, "visual", clip_predictions(split, 0.6, rng=rng), split)
    held_out = split[split["part"] == "validation"].assign(part="test")
    write(clip_predictions(held_out, 0.6, rng=rng), run.folder / "validation_predictions.csv")
    return run


def messages(report, code):
    return [warning.message for warning in report.warnings if warning.code == code]


def test_a_run_is_calibrated_on_its_own_validation_part(project, run):
    report = calibrate_source(project, run.id)
    assert report.split == "speaker"
    assert report.clips.before.accuracy.n == 54
    assert report.clips.temperature.n_clips == 18
    assert report.clips.threshold is not None
    assert messages(report, "no_validation") == []


def test_an_older_run_is_measured_and_asked_to_be_trained_again(project, runs):
    report = calibrate_source(project, runs["visual"].id)
    (said,) = messages(report, "no_validation")
    assert runs["visual"].id in said and "train it again, or give --validation FILE" in said
    assert report.clips.before.ece.value is not None
    assert report.clips.temperature is None


def test_a_file_brings_its_validation_along(project, tmp_path, rng):
    for name in ("test", "valid"):
        write(believable_table(rng, 50, name=name), tmp_path / f"{name}.csv")
    report = calibrate_source(project, str(tmp_path / "test.csv"))
    assert "--validation FILE" in messages(report, "no_validation")[0]
    report = calibrate_source(project, str(tmp_path / "test.csv"), validation=tmp_path / "valid.csv")
    assert report.clips.temperature.n_clips == 50
    with pytest.raises(InvalidInputError, match="50 of 50 validation clip"):
        calibrate_source(project, str(tmp_path / "test.csv"), validation=tmp_path / "test.csv")


def test_a_split_by_frame_has_nothing_to_fit_on(project, rng):
    split = split_of(split="frame", n_speakers=6, n_clips=4)
    table = clip_predictions(split, 0.8, rng=rng)
    run = write_run(project, "visual", table[table["start_s"] > 0.1], split, split_kind="frame")
    write(table[table["start_s"] < 0.1], run.folder / "validation_predictions.csv")
    report = calibrate_source(project, run.id)
    assert (
        "24 clip(s) of the run's validation part are in its test too" in messages(report, "no_validation")[0]
    )
    assert report.clips.temperature is None
    assert {w.code for w in report.warnings} >= {"leak_frames", "leak_speakers"}


def test_the_notebooks_figures_show_before_and_after_for_each_level(project, run):
    report = calibrate_source(project, run.id)
    titles = [ax.get_title("left") for ax in trust.reliability(report).figure.axes]
    after = f"with temperature {report.clips.temperature.value.value:.2f}"
    assert titles[0].startswith("clips: ECE") and titles[1].startswith(after)
    assert titles[2].startswith("moments: ") and len(titles) == 4
    curves = trust.selective(report).figure.axes
    assert [ax.get_title("left").split(":")[0] for ax in curves] == ["clips", "moments"]


def test_the_notebook_says_every_alarm_in_words(project, runs):
    report = calibrate_source(project, runs["visual"].id)
    lines = trust.sentences(report).splitlines()
    assert lines[0].startswith("- Per clip: It says ") and lines[1].startswith("- Per moment: It says ")
    assert [line.split("**")[1] for line in lines[2:]] == [warning.code for warning in report.warnings]


def test_an_older_runs_figure_has_no_after(project, runs):
    report = calibrate_source(project, runs["visual"].id)
    assert len(trust.reliability(report).figure.axes) == 2
