"""Does fusing face and voice help? The stored comparison, turned into one honest sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.evaluation.warnings import LEAK_MARK

WORDS = {
    "visual": "face only",
    "audio": "voice only",
    "audiovisual": "face and voice",
    "mouth": "the mouth network",
    "voice_svm": "voice, SVM",
    "voice_linear": "voice, linear layer",
    "voice_network": "voice, whole sentence",
    "voice_paper": "the paper's audio network",
    "visual_embedding": "face embedding",
    "audio_embedding": "voice embedding",
    "fused_embedding": "face and voice embeddings together",
    "late_embedding": "mean of face and voice embeddings",
}
FUSED = "audiovisual"
_BY_SPEAKER = "_by_speaker"


@dataclass(frozen=True)
class Answer:
    """The verdict.

    Attributes
    ----------
    tone : str
        ``"yes"``, ``"no"``, ``"unclear"``, ``"withheld"`` or ``"nothing"``.
    symbol, word : str
        A shape and a word, so that nobody depends on colour.
    sentence : str
        The answer in one sentence.
    figures : str
        How often each was right.
    gains : tuple of str
        What fusing adds to each other system, with intervals.
    """

    tone: str
    symbol: str
    word: str
    sentence: str
    figures: str = ""
    gains: tuple[str, ...] = ()


@dataclass(frozen=True)
class Side:
    """The fused system against one other, seen from the fused one."""

    other: str
    n: int
    k_fused: int
    k_other: int
    low: float
    value: float
    high: float
    distinguishable: bool

    @property
    def verdict(self) -> str:
        """``"better"``, ``"worse"`` or ``"same"`` (not distinguishable)."""
        if not self.distinguishable:
            return "same"
        return "better" if self.value > 0 else "worse"

    def gain(self) -> str:
        """Say the difference: ``"+11.1 points over face only (95% interval 2.1 to 20.3)"``."""
        low, value, high = (_points(part) for part in (self.low, self.value, self.high))
        sign = "+" if self.value > 0 else ""
        return f"{sign}{value} points against {said(self.other)} (95% interval {low} to {high})"


def _points(share: float) -> str:
    """Say a share in percentage points, with a minus sign that screen readers read."""
    rounded = f"{100 * share:.1f}"
    return "0.0" if rounded == "-0.0" else rounded.replace("-", "−")


def said(network: str) -> str:
    """Return a network's name in a manager's words."""
    if network.endswith(_BY_SPEAKER):
        return f"{said(network.removesuffix(_BY_SPEAKER))}, by speaker"
    return WORDS.get(network, network)


def in_words(sentence: str, networks: Iterable[str]) -> str:
    """Return a sentence about networks with their names in a manager's words."""
    names = "|".join(re.escape(name) for name in sorted(networks, key=len, reverse=True))
    return (
        re.sub(rf"(?<![\w-])(?:{names})(?![\w-])", lambda found: said(found[0]), sentence)
        if names
        else sentence
    )


def sides(pairs: Sequence[Mapping[str, Any]]) -> list[Side]:
    """Return the pairs in which the fused system takes part, turned so that gains are positive."""
    found = []
    for pair in pairs:
        if FUSED not in (pair["a"], pair["b"]):
            continue
        difference, both = pair["difference"], pair["both"]
        value, low, high = difference["value"], difference["low"], difference["high"]
        fused, other, name = pair["only_a"], pair["only_b"], pair["b"]
        if pair["b"] == FUSED:
            value, low, high = -value, -high, -low
            fused, other, name = pair["only_b"], pair["only_a"], pair["a"]
        found.append(
            Side(name, pair["n"], both + fused, both + other, low, value, high, pair["distinguishable"])
        )
    return found


def fused_side(against: Sequence[Side]) -> tuple[int, int]:
    """Return how many of how many clips the fused system told right, on the largest common ground."""
    return max(((side.k_fused, side.n) for side in against), key=lambda pair: pair[1])


def answer_question(pairs: Sequence[Mapping[str, Any]], *, leaks: bool) -> Answer:
    """Say whether fusing face and voice helps, from the pairs of a comparison.

    *Yes* needs the fused system to be distinguishably better than every other one; *no* that one other is
    distinguishably better; everything between is *not shown*. A split that leaks withholds the answer.
    """
    against = sides(pairs)
    if not against:
        return Answer("nothing", "○", "Not known yet", "No comparison of face, voice and both was stored.")
    mark = f"{LEAK_MARK}: " if leaks else ""
    gains = tuple(f"{mark}{side.gain()}" for side in against)
    return replace(_verdict(against, leaks=leaks), figures=f"{mark}{_figures(against)}", gains=gains)


def _verdict(against: Sequence[Side], *, leaks: bool) -> Answer:
    if leaks:
        sentence = (
            "Training and test share people or clips: the figures flatter and say nothing about new people. "
            "Train with the split by speaker to get an answer."
        )
        return Answer("withheld", "⚠", "Cannot be answered from these runs", sentence)
    better, worse, same = (
        [said(side.other) for side in against if side.verdict == word] for word in ("better", "worse", "same")
    )
    together = "Face and voice together"
    if worse:
        return Answer("no", "✘", "No", f"{together} do worse than {_list(worse)}.")
    if not same:
        names = "either alone" if len(better) > 1 else _list(better)
        return Answer("yes", "✔", "Yes", f"{together} do better than {names}.")
    middle = f" do better than {_list(better)}, but" if better else ""
    sentence = f"{together}{middle} cannot be told apart from {_list(same)} on these clips."
    return Answer("unclear", "≈", "Not shown", sentence)


def _figures(against: Sequence[Side]) -> str:
    others = ", ".join(f"{said(side.other)} on {_share(side.k_other, side.n)}" for side in against)
    k, n = fused_side(against)
    return f"Face and voice was right on {_share(k, n)} clips, {others}."


def _share(k: int, n: int) -> str:
    return f"{k:,} of {n:,} ({k / n:.0%})"


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
