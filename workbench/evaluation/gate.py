"""What must be known about a split before any accuracy is believed: one finding per question, each with examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.evaluation.estimates import Share, share
from workbench.evaluation.intervals import wilson
from workbench.evaluation.warnings import LEAK_MARK, Alarm, marked


@dataclass(frozen=True)
class Example:
    """A test clip and the clip learnt from that it is too much like.

    Attributes
    ----------
    test_clip, train_clip : str
    test_time_s, train_time_s : float or None
        The two moments; None when the clips as a whole are meant.
    distance : float or None
        How far apart they lie in the embedding.
    hash_bits : int or None
        In how many of 64 bits their perceptual hashes differ.
    """

    test_clip: str
    train_clip: str
    test_time_s: float | None = None
    train_time_s: float | None = None
    distance: float | None = None
    hash_bits: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return ``{"test": {"clip", "time_s"}, "train": {"clip", "time_s"}, "distance", "hash_bits"}``."""
        return {
            "test": {"clip": self.test_clip, "time_s": self.test_time_s},
            "train": {"clip": self.train_clip, "time_s": self.train_time_s},
            "distance": self.distance,
            "hash_bits": self.hash_bits,
        }

    def in_words(self) -> str:
        """Say it: ``"a at 0.30 s ~ b at 0.33 s (distance 0.012, 2 of 64 bits)"``."""
        said = f"{_at(self.test_clip, self.test_time_s)} ~ {_at(self.train_clip, self.train_time_s)}"
        if self.distance is None:
            return said
        return f"{said} (distance {self.distance:.3f}, {self.hash_bits} of 64 bits)"


def _at(clip: str, time_s: float | None) -> str:
    return clip if time_s is None else f"{clip} at {time_s:.2f} s"


@dataclass(frozen=True)
class Finding:
    """The answer to one question about a split.

    Attributes
    ----------
    code : str
        For programs; it begins with ``leak`` when the test could be known beforehand.
    message : str
        For people.
    concerned : Share or None
        How many of the test are concerned; None where nobody can say.
    of : str
        What was counted: ``"clip"`` or ``"moment"``.
    examples : tuple of Example
        Some of them to look at.
    details : dict
        Numbers behind the finding (thresholds, p).
    """

    code: str
    message: str
    concerned: Share | None = None
    of: str = "clip"
    examples: tuple[Example, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def leak(self) -> bool:
        """Whether figures from this split must carry a mark."""
        return self.code.startswith("leak")

    def as_json(self) -> dict[str, Any]:
        """Return ``{"code", "leak", "message", "concerned", "of", "examples", "details"}``."""
        return {
            "code": self.code,
            "leak": self.leak,
            "message": self.message,
            "concerned": None if self.concerned is None else self.concerned.as_json(),
            "of": self.of,
            "examples": [example.as_json() for example in self.examples],
            "details": self.details,
        }

    def lines(self) -> list[str]:
        """Return the finding for people, its examples below it."""
        head = f"{LEAK_MARK}: {self.message}" if self.leak else self.message
        share = self.concerned
        if share is not None and share.n and f"{share.k:,} of {share.n:,}" not in self.message:
            head += f" Concerned: {share.in_words()} test {self.of}s."
        return [f"{self.code}: {head}", *(f"  {example.in_words()}" for example in self.examples)]


@dataclass(frozen=True)
class Gate:
    """Everything that was asked about the split of a dataset or of a stored run.

    Attributes
    ----------
    dataset, split : str
    seed : int
    run : str or None
        The run whose split it is.
    findings : tuple of Finding
        One per question: clips, speakers, sentences, near-identical pictures, order.
    looked_at : dict
        How many clips and moments each side has, and how many moments were looked at.
    """

    dataset: str
    split: str
    seed: int
    run: str | None
    findings: tuple[Finding, ...]
    looked_at: dict[str, int]

    @property
    def leaks(self) -> tuple[Finding, ...]:
        """The findings for which figures must carry a mark."""
        return tuple(finding for finding in self.findings if finding.leak)

    def finding(self, *codes: str) -> Finding | None:
        """Return the finding of one of these codes, or None."""
        return next((finding for finding in self.findings if finding.code in codes), None)

    def warnings(self) -> list[Alarm]:
        """Return the leaks as warnings of an evaluation."""
        return [Alarm(finding.code, finding.message) for finding in self.leaks]

    def as_json(self) -> dict[str, Any]:
        """Return the content of ``workbench gate --json``: strict JSON, no NaN."""
        return {
            "dataset": self.dataset,
            "split": self.split,
            "seed": self.seed,
            "run": self.run,
            "leaks": [finding.code for finding in self.leaks],
            "findings": [finding.as_json() for finding in self.findings],
            "looked_at": self.looked_at,
            "warnings": [alarm.as_json() for alarm in self.warnings()],
        }

    def lines(self) -> list[str]:
        """Return the gate for people: the verdict first, then every finding with its examples."""
        whose = f"run {self.run}" if self.run else f"{self.dataset}, split by {self.split}, seed {self.seed}"
        n = len(self.leaks)
        verdict = f"{LEAK_MARK} in {n} way{'s' if n > 1 else ''}" if n else "no leak found"
        looked = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in self.looked_at.items())
        return [f"Gate of {whose}: {verdict}.", *_flat(self.findings), f"Looked at: {looked}."]


def _flat(findings: Sequence[Finding]) -> list[str]:
    return [line for finding in findings for line in finding.lines()]


@dataclass(frozen=True)
class SplitScore:
    """The score of one network trained and tested under one split.

    Attributes
    ----------
    split : str
    run : str or None
        The stored run; None when the split cannot be made.
    accuracy : Share
        Test clips (or moments) told right; undefined, with the reason, when the split cannot be made.
    of : str
        ``"clip"`` or ``"moment"``.
    leaks : tuple of str
        The codes of its leaks.
    """

    split: str
    run: str | None
    accuracy: Share
    of: str = "clip"
    leaks: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return ``{"split", "run", "accuracy", "of", "leaks"}``."""
        return {
            "split": self.split,
            "run": self.run,
            "accuracy": self.accuracy.as_json(),
            "of": self.of,
            "leaks": list(self.leaks),
        }


def score_lines(scores: Sequence[SplitScore]) -> list[str]:
    """Return the scores side by side; they are of other test clips each, so only the marks explain a difference."""
    width = max((len(score.split) for score in scores), default=0)
    lines = []
    for score in scores:
        said = score.accuracy.in_words()
        if score.run:
            said = marked(f"{said} {score.of}s right", score.leaks)
        lines.append(f"{score.split:<{width}}  {said}{f'; run {score.run}' if score.run else ''}")
    return lines


def concerned(k: int, n: int, *, n_clips: int | None = None) -> Share:
    """Return how many of the test are concerned, with Wilson's interval.

    Parameters
    ----------
    n_clips : int, optional
        Of how many clips ``n`` moments are: moments of a clip resemble each other, so the interval is that of as many
        independent answers as there are clips.
    """
    if n == 0:
        return share(0, 0, (0.0, 1.0), undefined="nothing was there to ask")
    if n_clips is None:
        return share(k, n, wilson(k, n), undefined="")
    return share(k, n, wilson(k / n * n_clips, n_clips), undefined="")
