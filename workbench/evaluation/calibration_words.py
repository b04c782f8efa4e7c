"""What a calibration report says, line by line and in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.evaluation.calibration import Bin, Calibration
from workbench.evaluation.calibration_report import CalibrationReport
from workbench.evaluation.estimates import Score
from workbench.evaluation.temperature import Temperature
from workbench.evaluation.threshold import TriedThreshold
from workbench.evaluation.trust import Group, Trust
from workbench.evaluation.wording import points


def lines_of(report: CalibrationReport) -> list[str]:
    """Return the report as lines for people: alarms first, then the figures."""
    lines = [f"WARNING {warning.code}: {warning.message}" for warning in report.warnings]
    lines.append(f"Split: {report.split or 'not known'}.")
    for trust in (report.clips, report.frames):
        if trust is not None:
            lines += _lines_of_level(trust)
    return lines


def verdict_sentence(calibration: Calibration) -> str:
    """Say whether a system's confidences can be believed on the whole.

    ``"It says 80% and is right 62% of the time: too sure, by 18.0 points (95% interval 9.1 to 26.9)."``
    """
    accuracy, over = calibration.accuracy, calibration.overconfidence
    if accuracy.value is None or calibration.confidence is None:
        return f"How far its confidence can be believed is undefined: {accuracy.undefined}."
    head = f"It says {calibration.confidence:.0%} and is right {accuracy.value:.0%} of the time"
    if over.low is None:
        return f"{head}: too few clips to say whether that fits."
    if not calibration.verdict:
        return (
            f"{head}: on average neither surely too sure nor surely not sure enough, a gap of {points(over)}."
        )
    assert over.value is not None and over.high is not None
    size = over if over.value > 0 else Score(-over.value, -over.high, -over.low)
    return f"{head}: {calibration.verdict}, by {points(size)}."


def _lines_of_level(trust: Trust) -> Iterator[str]:
    before = trust.before
    yield f"Per {before.unit}: {verdict_sentence(before)}"
    yield f"  right on {before.accuracy.in_words()}; {_whose(before.n_clips, before.n_speakers)}"
    if before.accuracy.value is None:
        return
    yield f"  expected calibration error {_figure(before.ece)}{_by_chance(before)}"
    yield f"  largest gap of a bin {_figure(before.mce)}"
    yield f"  Brier score {_figure(before.brier)}, negative log likelihood {_figure(before.nll)}"
    yield from (_bin_line(one, before.unit) for one in before.bins if one.accuracy.n)
    if trust.temperature is not None and trust.after is not None and trust.nll_change is not None:
        yield from _temperature_lines(trust.temperature, trust.before, trust.after, trust.nll_change)
    yield (
        f"  answering the surest first: area under risk and coverage {_figure(trust.curve.aurc)}; at best "
        f"{trust.curve.aurc_best:.3f} with as many errors, by lot {1 - before.accuracy.value:.3f}"
    )
    if trust.threshold is not None:
        yield from _threshold_lines(trust.threshold, before.unit)
    yield from _group_lines(trust.groups, before.unit)


def _whose(n_clips: int, n_speakers: int) -> str:
    clips = f"{n_clips:,} clip{'s' if n_clips != 1 else ''}"
    people = f"{n_speakers:,} speaker{'s' if n_speakers != 1 else ''}" if n_speakers else "unknown speakers"
    return f"{clips} of {people}"


def _figure(score: Score) -> str:
    if score.value is None:
        return f"undefined ({score.undefined})"
    if score.low is None or score.high is None:
        return f"{score.value:.3f} (no interval: too few clips)"
    return f"{score.value:.3f} (95% interval {score.low:.3f} to {score.high:.3f})"


def _by_chance(calibration: Calibration) -> str:
    chance = calibration.ece_if_calibrated
    if chance.value is None or chance.high is None or calibration.ece.value is None:
        return ""
    verdict = "more than chance" if calibration.ece.value > chance.high else "no more than chance makes"
    return f"; perfectly calibrated answers would show {chance.value:.3f}, seldom above {chance.high:.3f}: {verdict}"


def _bin_line(one: Bin, unit: str) -> str:
    verdict = f": {one.verdict}" if one.verdict else ""
    return f"    {unit}s {one.low:.0%} to {one.high:.0%} sure, {one.confidence:.0%} on average: right on {one.accuracy.in_words()}{verdict}"


def _temperature_lines(
    temperature: Temperature, before: Calibration, after: Calibration, change: Score
) -> Iterator[str]:
    whose = _whose(temperature.n_clips, temperature.n_speakers)
    yield f"  temperature {_figure(temperature.value)}, fitted on validation ({whose}): no answer changes"
    if before.ece.value is None or after.ece.value is None:
        return
    yield f"    on the test the expected calibration error goes from {before.ece.value:.3f} to {_figure(after.ece)}"
    yield f"    the negative log likelihood changes by {_signed(change)}: {_helps(change)}"


def _signed(score: Score) -> str:
    if score.value is None or score.low is None or score.high is None:
        return _figure(score) if score.value is None else f"{score.value:+.3f} (no interval: too few clips)"
    return f"{score.value:+.3f} (95% interval {score.low:+.3f} to {score.high:+.3f})"


def _helps(change: Score) -> str:
    if change.low is None or change.high is None or change.low <= 0 <= change.high:
        return "whether the temperature helps cannot be told"
    return "the temperature helps" if change.high < 0 else "the temperature does harm here"


def _threshold_lines(tried: TriedThreshold, unit: str) -> Iterator[str]:
    chosen = tried.threshold
    if chosen.value is None:
        yield f"  to be right on {chosen.wanted:.0%}: {chosen.undefined}"
        return
    when = f"only when {chosen.value:.1%} sure or more" if chosen.value > 0 else "always"
    yield f"  to be right on {chosen.wanted:.0%}: answer {when} (on validation right on {chosen.accuracy.in_words()})"
    verdict = _reaches(tried)
    yield f"    on the test {unit}s answered: {tried.coverage.in_words()}; right on {tried.accuracy.in_words()}{verdict}"


def _reaches(tried: TriedThreshold) -> str:
    low, high, wanted = tried.accuracy.low, tried.accuracy.high, tried.threshold.wanted
    if low is None or high is None:
        return ""
    if high < wanted:
        return f": less than {wanted:.0%}, so the promise of the validation does not hold"
    return (
        f": {wanted:.0%} or more" if low >= wanted else f": whether that is {wanted:.0%} cannot be told yet"
    )


def _group_lines(groups: tuple[Group, ...], unit: str) -> Iterator[str]:
    for group in groups:
        if group.calibration is not None:
            ece = f"Expected calibration error {_figure(group.calibration.ece)}"
            yield f"  {group.column} {group.value} ({group.n:,} {unit}s): {verdict_sentence(group.calibration)} {ece}"
    for column in dict.fromkeys(group.column for group in groups):
        few = [group.value for group in groups if group.column == column and group.calibration is None]
        if few:
            yield f"  {column}: too few {unit}s to say anything of {', '.join(few)}"
