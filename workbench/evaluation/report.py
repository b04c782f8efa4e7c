"""Evaluate a predictions table: one call from the table to figures that can be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.evaluation.accumulate import ALPHA, check_alpha
from workbench.evaluation.clips import clips_with_changing_truth, decide_clips, has_tie, moments_of
from workbench.evaluation.judgement import Judgement, judge
from workbench.evaluation.predictions import classes_of, probabilities, validate
from workbench.evaluation.warnings import Alarm, about, about_ties, given, leak_codes, marked


@dataclass(frozen=True)
class Evaluation:
    """What is known about a system from its predictions.

    Attributes
    ----------
    clips : Judgement or None
        One decision per clip; None when the truth changes within a clip.
    frames : Judgement or None
        One per moment; None when the table has a row per clip only.
    split : str or None
        How training and test were kept apart, where known.
    warnings : tuple of Alarm
        Alarms, the split's first.
    """

    clips: Judgement | None
    frames: Judgement | None
    split: str | None
    warnings: tuple[Alarm, ...]

    @property
    def main(self) -> Judgement:
        """The level to speak of first: clips where they can be judged, else moments."""
        level = self.clips if self.clips is not None else self.frames
        assert level is not None  # evaluate makes at least one
        return level

    def as_json(self) -> dict[str, Any]:
        """Return the content of ``workbench evaluate --json``: strict JSON, no NaN."""
        return {
            "clips": None if self.clips is None else self.clips.as_json(),
            "frames": None if self.frames is None else self.frames.as_json(),
            "split": self.split,
            "warnings": [warning.as_json() for warning in self.warnings],
        }

    def lines(self) -> list[str]:
        """Return the evaluation as lines for people: alarms first, then the figures."""
        lines = [f"WARNING {warning.code}: {warning.message}" for warning in self.warnings]
        lines.append(f"Split: {self.split or 'not known'}.")
        for level in (self.clips, self.frames):
            if level is not None:
                lines += _lines_of(level, leak_codes(self.warnings))
        return lines

    def sentences(self) -> list[str]:
        """Return the same as :meth:`lines`."""
        return self.lines()


def evaluate(
    table: pd.DataFrame,
    *,
    split: str | None = None,
    split_warnings: Sequence[Alarm | dict[str, str]] = (),
    alpha: float = ALPHA,
    seed: int = 0,
) -> Evaluation:
    """Judge a predictions table per clip and per moment.

    Parameters
    ----------
    table : pd.DataFrame
        The predictions table (:mod:`workbench.evaluation.predictions`).
    split : str, optional
        ``"speaker"``, ``"clip"``, ``"sentence"``, ``"frame"``, or a name of one's own; printed beside every figure.
    split_warnings : sequence
        Alarms about the split (``{"code", "message"}``), passed on.
    alpha : float, in (0, 1]
        Share of the newest moment when a clip is decided.
    seed : int
        The same seed gives the same intervals.

    Raises
    ------
    InvalidInputError
        The table breaks a rule of the predictions table, or ``alpha`` is outside (0, 1].
    """
    check_alpha(alpha)
    table = validate(table)
    classes = classes_of(table)
    changing = clips_with_changing_truth(table)
    moments = moments_of(table)
    clips = frames = None
    found = given(split_warnings, split=split)
    if not changing:
        decided = decide_clips(table, alpha=alpha)
        clips = judge(decided, classes=classes, unit="clip", seed=seed)
        found += [*about(clips), *about_ties(has_tie(probabilities(decided)), unit="clip")]
    if changing or len(moments):
        frames = judge(moments, classes=classes, unit="moment", seed=seed)
    if frames is not None and changing:
        found += [
            *about(frames),
            *about_ties(has_tie(probabilities(moments)), unit="moment"),
            *_rarely(changing, table),
        ]
    return Evaluation(clips=clips, frames=frames, split=split, warnings=tuple(found))


def _rarely(changing: list[str], table: pd.DataFrame) -> list[Alarm]:
    """Warn when the truth changes within few clips only: that looks like a slip."""
    n_clips = table["clip"].nunique()
    if 2 * len(changing) >= n_clips:
        return []
    return [
        Alarm(
            "truth_changes",
            f"The truth changes within {len(changing)} of {n_clips} clips (first {changing[0]!r}), so no "
            "clip was judged as a whole: if that is a slip, mend the column truth.",
        )
    ]


def _lines_of(level: Judgement, leaks: Sequence[str]) -> Iterator[str]:
    people = f"{level.n_speakers} speakers" if level.n_speakers else "unknown speakers"
    right = marked(level.accuracy.in_words(), leaks)
    yield f"Per {level.unit}: right on {right}; {level.n_clips} clips of {people}."
    if (
        level.macro_f1.value is not None
        and level.macro_f1.low is not None
        and level.macro_f1.high is not None
    ):
        interval = f"95% interval {level.macro_f1.low:.3f} to {level.macro_f1.high:.3f}"
        yield marked(f"  macro F1 {level.macro_f1.value:.3f} ({interval})", leaks)
    for name, scores in level.per_class.items():
        yield f"  {name}: precision {scores.precision.in_words()}, recall {scores.recall.in_words()}"
    yield f"  confusion (rows true, columns predicted: {', '.join(level.confusion.classes)})"
    for name, row in zip(level.confusion.classes, level.confusion.counts, strict=True):
        yield f"    {name:>10} " + " ".join(f"{int(n):>7,}" for n in row)
    yield f"  intervals: {level.interval}"
