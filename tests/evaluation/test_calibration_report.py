import json

import numpy as np
import pandas as pd
import pytest

from tests.evaluation.tables import believable_table, clip_table, moment_table
from workbench.errors import InvalidInputError
from workbench.evaluation.calibration_report import calibrate
from workbench.evaluation.calibration_words import lines_of, verdict_sentence

TURNED = {"negative": "positive", "neutral": "negative", "positive": "neutral"}


def boastful(n_test, n_validation, **changes):
    """Test and validation tables of a system that is too sure, of 12 speakers each."""
    rng = np.random.default_rng(20260101)
    make = {"temperature": 4.0, "n_speakers": 12, "flat": 2.0, **changes}
    return tuple(
        believable_table(rng, n, name=name, **make) for n, name in ((n_test, "test"), (n_validation, "valid"))
    )


@pytest.fixture(scope="module")
def report():
    """Everything about 120 clips of 3 moments each, fitted on 80 others."""
    test, validation = boastful(120, 80, n_moments=3)
    return calibrate(test, validation=validation, split="speaker", accuracy=0.6)


@pytest.fixture
def tables():
    """Small ones: 40 and 30 clips without moments."""
    return boastful(40, 30)


def codes(report):
    return [warning.code for warning in report.warnings]


def test_everything_is_there_for_clips_and_for_moments(report):
    content = json.loads(json.dumps(report.as_json(), allow_nan=False))
    assert list(content) == ["clips", "frames", "split", "warnings"]
    for unit, n in (("clips", 120), ("frames", 360)):
        level = content[unit]
        assert set(level) == {
            "before",
            "temperature",
            "after",
            "nll_change",
            "threshold",
            "risk_coverage",
            "groups",
        }
        assert level["before"]["accuracy"]["n"] == level["risk_coverage"]["n"] == n
        assert level["before"]["accuracy"] == level["after"]["accuracy"]
        assert level["temperature"]["value"]["value"] > 1.5
        assert level["nll_change"]["high"] < 0
        assert level["temperature"]["n_clips"] == 80
    assert codes(report) == []


def test_it_is_said_in_plain_words(report):
    lines = lines_of(report)
    trust = report.clips
    head = f"It says {trust.before.confidence:.0%} and is right {trust.before.accuracy.value:.0%} of the time"
    assert lines[1].startswith(f"Per clip: {head}: too sure, by ")
    text = "\n".join(lines)
    for words in (
        "expected calibration error",
        "more than chance",
        "the temperature helps",
        "to be right on 60%",
    ):
        assert words in text, words


def test_without_validation_there_is_no_temperature_and_no_threshold(tables):
    trust = calibrate(tables[0]).main
    assert trust.temperature is trust.after is trust.threshold is trust.nll_change is None
    assert trust.before.ece.value is not None


def test_the_truth_of_the_test_changes_neither_threshold_nor_temperature(tables):
    test, validation = tables
    turned = test.assign(truth=test["truth"].map(TURNED))
    first, second = (calibrate(table, validation=validation) for table in (test, turned))
    assert first.clips.threshold.threshold == second.clips.threshold.threshold
    assert first.clips.temperature == second.clips.temperature
    assert first.clips.before.accuracy != second.clips.before.accuracy


def test_fitting_on_tested_clips_is_refused(tables):
    test, validation = tables
    with pytest.raises(InvalidInputError, match="clips that the test does not hold"):
        calibrate(test, validation=pd.concat([validation, test.iloc[:4]]))
    with pytest.raises(InvalidInputError, match="Received none"):
        calibrate(test, validation=validation.iloc[:0])


def test_other_classes_in_validation_are_refused(tables):
    other = clip_table(classes=("closed", "open"))
    with pytest.raises(InvalidInputError, match="same classes.*closed, open"):
        calibrate(tables[0], validation=other)


def test_columns_of_validation_may_stand_in_another_order(rng):
    classes = ("a", "b", "c")
    test, validation = (
        clip_table(60, classes=classes, wrong=range(0, 60, 5)),
        clip_table(40, classes=classes, wrong=range(0, 40, 4), n_speakers=0),
    )
    validation["clip"] = "v-" + validation["clip"]
    expected = calibrate(test, validation=validation).as_json()
    assert calibrate(test, validation=validation[validation.columns[::-1]]).as_json() == expected


def test_modalities_and_speakers_are_measured_where_there_is_enough(rng):
    table = believable_table(rng, 80, n_speakers=8, n_moments=6)
    table["branch"] = ["visual" if i % 6 < 3 else "audiovisual" for i in range(len(table))]
    report = calibrate(table)
    assert {group.column for group in report.clips.groups} == {"speaker"}  # the branch changes within a clip
    assert {group.calibration for group in report.clips.groups} == {None}  # 10 clips each
    measured = {(g.column, g.value): g for g in report.frames.groups}
    assert {value for column, value in measured if column == "branch"} == {"audiovisual", "visual"}
    assert measured["branch", "visual"].calibration.accuracy.n == 240
    assert measured["speaker", "clip-actor-3"].calibration.accuracy.n == 60
    assert any("too few clips to say anything of clip-actor-0" in line for line in lines_of(report))


def test_a_modality_that_holds_for_whole_clips_is_measured_per_clip_too(rng):
    table = believable_table(rng, 80, n_moments=0)
    table["modality"] = ["face" if i < 40 else "voice" for i in range(80)]
    groups = [g for g in calibrate(table).clips.groups if g.column == "modality"]
    assert [(g.value, g.n, g.calibration is not None) for g in groups] == [
        ("face", 40, True),
        ("voice", 40, True),
    ]


def test_mouths_are_judged_by_their_moments():
    rows = pd.concat(
        [moment_table({f"m{i}": ["open"] * 4}, truth="open", classes=("closed", "open")) for i in range(6)]
    )
    rows["truth"] = ["open", "closed"] * 12
    report = calibrate(rows)
    assert report.clips is None and report.main is report.frames
    assert report.frames.before.accuracy.k == 12


def test_an_empty_table_is_answered_with_a_warning():
    report = calibrate(clip_table().iloc[:0])
    assert codes(report) == ["empty"]
    assert "undefined" in lines_of(report)[2]
    json.dumps(report.as_json(), allow_nan=False)


def test_alarms_about_what_it_was_fitted_on():
    few = clip_table(12, n_speakers=3)
    few["clip"] = "v-" + few["clip"]
    found = codes(calibrate(clip_table(wrong=(3, 5)), validation=few))
    assert found == ["few_validation", "temperature_at_edge", "leak_validation_speakers"]


def test_a_split_that_leaks_is_said_once(tables):
    test, validation = tables
    shared = validation.assign(speaker=test["speaker"].iloc[0])
    found = codes(calibrate(test, validation=shared, split="clip"))
    assert found == ["leak_clip"]


def test_validation_of_another_level_fits_that_level_only(rng):
    by_moment, by_clip = believable_table(rng, 30, n_moments=2), believable_table(rng, 30, name="valid")
    report = calibrate(by_moment, validation=by_clip)
    assert report.clips.temperature is not None and report.frames.temperature is None
    assert codes(report) == ["no_validation"]


def test_the_verdict_is_careful_with_few_clips():
    report = calibrate(clip_table(4, n_speakers=0))
    assert verdict_sentence(report.clips.before).endswith("too few clips to say whether that fits.")


@pytest.mark.parametrize("change", [{"n_bins": 0}, {"accuracy": 2}, {"binning": "x"}, {"alpha": 0}])
def test_settings_outside_their_range_are_refused(change):
    with pytest.raises(InvalidInputError, match="Received"):
        calibrate(clip_table(), **change)


def test_probabilities_that_are_none_are_refused():
    with pytest.raises(InvalidInputError, match="sum to 1"):
        calibrate(clip_table().assign(p_neutral=0.9))
