import json

import numpy as np
import pandas as pd
import pytest

from tests.evaluation.tables import clip_table, moment_table, row
from workbench.errors import InvalidInputError
from workbench.evaluation.report import evaluate

MOUTH = ("closed", "open")
FIVE_WRONG = (3, 12, 25, 33, 44)


def codes(evaluation):
    return [warning.code for warning in evaluation.warnings]


def strict(evaluation):
    return json.loads(json.dumps(evaluation.as_json(), allow_nan=False))


def mouth_table(n_clips=8, *, flip_every=7, n_speakers=0):
    rows = []
    for clip in range(n_clips):
        for i in range(20):
            truth = MOUTH[i % 2]
            said = MOUTH[1 - i % 2] if (i + clip) % flip_every == 0 else truth
            speaker = f"s{clip % n_speakers}" if n_speakers else ""
            rows.append(
                row(
                    f"c{clip}",
                    truth,
                    said,
                    speaker=speaker,
                    start_s=i * 0.03,
                    end_s=i * 0.03 + 0.03,
                    classes=MOUTH,
                )
            )
    return pd.DataFrame(rows)


def test_forty_nine_of_fifty_four_has_wilsons_interval_where_speakers_are_unknown():
    accuracy = strict(evaluate(clip_table(wrong=FIVE_WRONG, n_speakers=0)))["clips"]["accuracy"]
    assert (accuracy["k"], accuracy["n"]) == (49, 54)
    assert (accuracy["value"], accuracy["low"], accuracy["high"]) == pytest.approx(
        (0.9074, 0.801, 0.960), abs=5e-4
    )


def test_an_error_spread_evenly_over_speakers_widens_little_and_one_bad_speaker_much():
    spread = evaluate(clip_table(wrong=FIVE_WRONG)).clips.accuracy
    one_speaker = evaluate(clip_table(wrong=(0, 1, 2, 3, 4))).clips.accuracy
    assert spread.k == one_speaker.k == 49
    assert (spread.low, spread.high) == pytest.approx((0.801, 0.963), abs=0.01)
    assert one_speaker.low < spread.low - 0.1


def test_the_json_has_the_shape_of_the_contract():
    content = strict(evaluate(clip_table(wrong=FIVE_WRONG), split="speaker"))
    assert list(content) == ["clips", "frames", "split", "warnings"]
    assert content["frames"] is None and content["split"] == "speaker"
    clips = content["clips"]
    assert {"accuracy", "macro_f1", "per_class", "confusion"} <= set(clips)
    assert set(clips["accuracy"]) == {"k", "n", "value", "low", "high"}
    assert set(clips["macro_f1"]) == {"value", "low", "high"}
    assert list(clips["per_class"]) == ["negative", "neutral", "positive"]
    for scores in clips["per_class"].values():
        assert set(scores) == {"precision", "recall", "f1"}
        assert set(scores["precision"]) == {"k", "n", "value", "low", "high"}
        assert set(scores["f1"]) == {"value", "low", "high"}
    assert clips["confusion"]["classes"] == ["negative", "neutral", "positive"]
    assert np.sum(clips["confusion"]["counts"]) == 54


def test_rows_of_the_confusion_are_true_and_columns_predicted():
    table = pd.DataFrame(
        [row("a", "negative", "positive"), row("b", "negative", "negative"), row("c", "neutral", "neutral")]
    )
    assert strict(evaluate(table))["clips"]["confusion"]["counts"] == [[1, 0, 1], [0, 1, 0], [0, 0, 0]]


def test_every_interval_holds_its_value():
    content = strict(evaluate(clip_table(wrong=range(0, 54, 4))))["clips"]
    figures = [content["accuracy"], content["macro_f1"]]
    figures += [score for scores in content["per_class"].values() for score in scores.values()]
    assert all(0 <= f["low"] <= f["value"] <= f["high"] <= 1 for f in figures)


def test_all_right_is_not_certainty():
    clips = evaluate(clip_table(54)).clips
    assert (clips.accuracy.value, clips.macro_f1.value) == (1, 1)
    assert clips.accuracy.low == pytest.approx(0.934, abs=0.002)
    assert 0.85 < clips.macro_f1.low < 0.99


def test_clips_and_moments_are_both_judged():
    table = moment_table({"c": ["positive"] * 3 + ["negative"], "d": ["neutral"] * 4})
    evaluation = evaluate(table)
    assert (evaluation.clips.accuracy.k, evaluation.clips.accuracy.n) == (1, 2)
    assert (evaluation.frames.accuracy.k, evaluation.frames.accuracy.n) == (3, 8)


def test_moments_of_few_clips_do_not_pass_for_many_answers():
    one_clip = evaluate(moment_table({"c": (["positive"] * 3 + ["negative"]) * 250}))
    assert one_clip.frames.accuracy.n == 1000
    assert one_clip.frames.accuracy.high - one_clip.frames.accuracy.low > 0.5


def test_where_the_truth_changes_within_a_clip_only_moments_are_judged():
    content = strict(evaluate(mouth_table()))
    assert content["clips"] is None
    assert content["frames"]["accuracy"]["n"] == 160
    assert list(content["frames"]["per_class"]) == ["closed", "open"]
    assert 0.5 < content["frames"]["accuracy"]["low"] < content["frames"]["accuracy"]["value"]


def test_a_truth_that_changes_within_one_clip_of_many_is_said():
    table = pd.concat([moment_table({f"c{i}": ["neutral"] * 3 for i in range(5)}), mouth_like_slip()])
    assert "truth_changes" in codes(evaluate(table))
    assert "truth_changes" not in codes(evaluate(mouth_table()))


def mouth_like_slip():
    return pd.DataFrame(
        [
            row("slip", "positive", "neutral", speaker="a", start_s=0, end_s=0.03),
            row("slip", "negative", "neutral", speaker="a", start_s=0.03, end_s=0.06),
        ]
    )


def test_a_class_never_said_is_an_alarm_and_its_precision_undefined():
    table = clip_table(54)
    table.loc[table["truth"] == "positive", ["p_negative", "p_neutral", "p_positive"]] = [0.1, 0.8, 0.1]
    evaluation = evaluate(table)
    alarm = next(w for w in evaluation.warnings if w.code == "collapsed")
    assert "never says positive" in alarm.message and "18 of them" in alarm.message
    positive = strict(evaluation)["clips"]["per_class"]["positive"]
    assert positive["precision"] == {
        "k": 0,
        "n": 0,
        "value": None,
        "low": None,
        "high": None,
        "undefined": "positive was never predicted",
    }
    assert positive["recall"]["value"] == 0 and positive["f1"]["value"] == 0


def test_coban_2020_one_column_for_eight_emotions_raises_seven_alarms():
    classes = tuple("abcdefgh")
    table = pd.DataFrame(
        [row(f"c{i}", classes[i % 8], "d", speaker=f"s{i % 24}", classes=classes) for i in range(296)]
    )
    evaluation = evaluate(table)
    assert codes(evaluation).count("collapsed") == 7
    assert "not_above_majority" in codes(evaluation)


def test_a_class_without_cases_is_undefined_and_said():
    evaluation = evaluate(clip_table(40, classes=("negative", "neutral")).assign(p_positive=0.0))
    assert evaluation.clips.per_class["positive"].recall.value is None
    assert evaluation.clips.per_class["positive"].f1.undefined == "no case of positive in the truth"
    assert "missing_class" in codes(evaluation) and "collapsed" not in codes(evaluation)
    assert evaluation.clips.macro_f1.value == 1


def test_guessing_is_not_above_the_majority_and_good_work_is():
    assert "not_above_majority" in codes(evaluate(clip_table(wrong=range(36))))
    assert "not_above_majority" not in codes(evaluate(clip_table(wrong=FIVE_WRONG)))


def test_one_clip_of_one_speaker_is_judged_with_every_doubt_said():
    evaluation = evaluate(clip_table(1, n_speakers=1))
    assert evaluation.clips.accuracy.value == 1
    assert {"few_clips", "few_speakers", "wide_interval", "missing_class"} <= set(codes(evaluation))
    strict(evaluation)


def test_unknown_speakers_are_said():
    assert "unknown_speakers" in codes(evaluate(clip_table(n_speakers=0)))


def test_an_empty_table_has_a_defined_answer():
    evaluation = evaluate(clip_table(3).iloc[:0])
    content = strict(evaluation)
    assert content["clips"]["accuracy"] == {
        "k": 0,
        "n": 0,
        "value": None,
        "low": None,
        "high": None,
        "undefined": "there is nothing to judge",
    }
    assert content["clips"]["macro_f1"]["value"] is None
    assert codes(evaluation) == ["empty"]
    assert any("undefined" in line for line in evaluation.lines())


def test_even_probabilities_are_said_not_hidden():
    table = clip_table(40).assign(p_negative=1 / 3, p_neutral=1 / 3, p_positive=1 / 3)
    assert "ties" in codes(evaluate(table))


@pytest.mark.parametrize("split", ["frame", "clip"])
def test_a_leaking_split_is_never_silent(split):
    assert codes(evaluate(clip_table(), split=split))[0] == f"leak_{split}"


def test_a_sentence_split_without_more_is_taken_to_share_speakers():
    assert codes(evaluate(clip_table(), split="sentence"))[0] == "leak_speakers"


def test_the_splits_own_warnings_come_first_and_are_not_doubled():
    given = [{"code": "leak_speakers", "message": "speaker 01 is on both sides"}]
    found = [
        c for c in codes(evaluate(clip_table(), split="clip", split_warnings=given)) if c.startswith("leak")
    ]
    assert found == ["leak_speakers"]


def test_speaker_split_without_leaks_raises_no_leak():
    assert not [c for c in codes(evaluate(clip_table(), split="speaker")) if c.startswith("leak")]


def test_the_same_seed_gives_the_same_figures():
    table = clip_table(wrong=FIVE_WRONG)
    assert evaluate(table, seed=1).as_json() == evaluate(table, seed=1).as_json()


def test_lines_say_counts_interval_people_and_split():
    said = "\n".join(evaluate(clip_table(wrong=FIVE_WRONG), split="speaker").lines())
    assert "49 of 54 (90.7%, 95% interval 80." in said
    assert "54 clips of 6 speakers" in said and "Split: speaker" in said


def test_missing_probabilities_are_refused_not_averaged_away():
    table = clip_table(5)
    table.loc[2, "p_neutral"] = np.nan
    with pytest.raises(InvalidInputError, match=r"row 3 \(clip 'clip-002'\)"):
        evaluate(table)


def test_order_of_rows_and_columns_changes_nothing():
    table = clip_table(wrong=FIVE_WRONG)
    turned = table[table.columns[::-1]].sample(frac=1, random_state=0)
    assert evaluate(turned).as_json()["clips"]["confusion"] == evaluate(table).as_json()["clips"]["confusion"]
