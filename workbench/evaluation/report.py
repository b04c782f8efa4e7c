"""Evaluate a predictions table: one call from the table to figures that can be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from workbench.evaluation.accumulate import ALPHA, check_alpha
from workbench.evaluation.alarms.level import alarms_of_level
from workbench.evaluation.clips import clips_with_changing_truth, decide_clips, moments_of
from workbench.evaluation.judgement import Judgement, judge
from workbench.evaluation.levels import Levels
from workbench.evaluation.predictions import classes_of, validate
from workbench.evaluation.warnings import Alarm, given, leak_codes, marked


@dataclass(frozen=True)
class Evaluation(Levels[Judgement]):
    """How well a system does."""

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
        Alarms about what is not in the table: the split, the training, the sound (``{"code", "message"}``); passed on.
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
        found += alarms_of_level(decided, clips, seed=seed)
    if changing or len(moments):
        frames = judge(moments, classes=classes, unit="moment", seed=seed)
    if frames is not None and changing:
        found += [*alarms_of_level(moments, frames, seed=seed), *_rarely(changing, table)]
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
