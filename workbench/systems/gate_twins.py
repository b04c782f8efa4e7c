"""The gate's question about look-alikes: whether the test shows or says what was nearly seen or heard in training."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.leaks import LEARNT, TESTED
from workbench.datasets.looking import Embed, look_at
from workbench.datasets.picture_hash import appearance
from workbench.datasets.sound_twins import in_step, listen_to, voiced_seconds
from workbench.datasets.twins import Twins, find_twins
from workbench.evaluation.gate import Example, Finding, concerned
from workbench.progress import Progress, silent, within

SHARE_THAT_COUNTS = 0.01
"""Fewer test moments with a near-identical one cannot move an accuracy by a point: told, but no leak."""
_SHOWN = 6


@dataclass(frozen=True)
class Kind:
    """What is compared, in codes and in words.

    Attributes
    ----------
    leak, few, apart, unknown : str
        The codes of the four findings.
    things : str
        What is compared: ``"pictures"``.
    alike : str
        What near-identical means by this data.
    mend : str
        What to do about a leak.
    nothing : str
        Why nothing can be compared.
    """

    leak: str
    few: str
    apart: str
    unknown: str
    things: str
    alike: str
    mend: str
    nothing: str


PICTURES = Kind(
    "leak_near_duplicates",
    "near_duplicates",
    "pictures_apart",
    "pictures_unknown",
    "pictures",
    "as alike as pictures that follow each other in one clip",
    "The network has nearly seen them: these figures flatter. Look at the pairs; keep such clips in one part, or import "
    "them once.",
    "Training or test shows no face for two moments in a row, so no pictures can be compared.",
)
SOUNDS = Kind(
    "leak_near_duplicate_sound",
    "near_duplicate_sound",
    "sounds_apart",
    "sounds_unknown",
    "seconds of sound",
    "as alike as seconds that begin 30 ms apart in one clip, and in step over half of the clip or more",
    "The network has nearly heard them, be it louder or under another name: these figures flatter. Listen to the pairs; "
    "keep such clips in one part, or import them once.",
    "Training or test has no second of voice, so no sound can be compared.",
)


@dataclass(frozen=True)
class Looking:
    """How pictures and sound are looked at, as :func:`workbench.datasets.looking.look_at` takes it."""

    embed: Embed
    most_tested: int
    most_learnt: int
    progress: Progress


def look_alikes_of(
    dataset: Dataset, moments: pd.DataFrame, looking: Looking, *, seed: int
) -> tuple[list[Finding], dict[str, int]]:
    """Compare what is seen, and what is heard, across the split; count what was looked at."""
    most = {"most_tested": looking.most_tested, "most_learnt": looking.most_learnt}
    by = "appearance" if looking.embed is appearance else "last hidden layer"
    pictures, seen = compare_pictures(
        dataset, moments, embed=looking.embed, by=by, seed=seed, progress=within(looking.progress, 0.0, 0.7), **most
    )  # fmt: skip
    counts: dict[str, int] = {}
    if seen is not None:
        counts = {"test_moments": len(seen.tested), "train_moments": seen.n_learnt}
        counts["moments_with_a_face"] = seen.n_of
    if not moments["heard"].any():  # of pictures alone nothing is asked about sound
        return [pictures], counts
    sounds, heard = compare_sounds(
        dataset, moments, seed=seed, progress=within(looking.progress, 0.7, 1.0), **most
    )
    if heard is not None:
        counts |= {"test_sounds": len(heard.tested), "train_sounds": heard.n_learnt}
    return [pictures, sounds], counts


def compare_pictures(
    dataset: Dataset,
    moments: pd.DataFrame,
    *,
    embed: Embed,
    by: str,
    most_tested: int,
    most_learnt: int,
    seed: int,
    progress: Progress = silent,
) -> tuple[Finding, Twins | None]:
    """Say how many test moments look like one learnt from, and what was compared.

    Parameters
    ----------
    moments : pd.DataFrame
        Rows of the moments table with ``part``.
    embed, most_tested, most_learnt, seed
        As :func:`workbench.datasets.looking.look_at`.
    by : str
        What the distance is measured in, in words.
    """
    if not _on_both_sides(moments[moments["face_row"] >= 0]):
        return _unknown(PICTURES), None
    looked = look_at(
        dataset,
        moments,
        embed=embed,
        most_tested=most_tested,
        most_learnt=most_learnt,
        seed=seed,
        progress=progress,
    )
    if not len(looked.neighbour_bits):
        return _unknown(PICTURES), None
    twins = find_twins(looked)
    return about_twins(twins, PICTURES, by=by), twins


def compare_sounds(
    dataset: Dataset,
    moments: pd.DataFrame,
    *,
    most_tested: int,
    most_learnt: int,
    seed: int,
    progress: Progress = silent,
) -> tuple[Finding, Twins | None]:
    """Say how many seconds of the test sound like one learnt from, and what was compared."""
    if not _on_both_sides(voiced_seconds(moments)):
        return _unknown(SOUNDS), None
    looked = listen_to(
        dataset, moments, most_tested=most_tested, most_learnt=most_learnt, seed=seed, progress=progress
    )
    if not len(looked.neighbour_bits):
        return _unknown(SOUNDS), None
    twins = in_step(find_twins(looked))
    return about_twins(twins, SOUNDS, by="spectrogram"), twins


def _on_both_sides(seen: pd.DataFrame) -> bool:
    return all(bool(seen["part"].isin(parts).any()) for parts in (TESTED, LEARNT))


def _unknown(kind: Kind) -> Finding:
    return Finding(kind.unknown, kind.nothing, of="moment")


def about_twins(twins: Twins, kind: Kind, *, by: str) -> Finding:
    """Say what was found: a leak when one clip is copied by half, or one test moment in a hundred has a twin."""
    n, k = len(twins.tested), int(twins.tested["has_twin"].sum())
    of_clip = twins.tested.groupby("clip")["has_twin"].mean()
    copied = int((of_clip >= 0.5).sum())
    share = concerned(k, n, n_clips=len(of_clip))
    measured = {"bits": twins.bits, f"distance ({by})": twins.distance}
    details: dict[str, object] = {
        name: {"threshold": m.threshold, "neighbours": m.neighbours, "strangers": m.strangers}
        for name, m in measured.items()
    }
    details["clips_at_least_half_copied"] = copied
    if not k:
        words = f"No {kind.things} of the test are near-identical to any of training."
        return Finding(kind.apart, words, share, "moment", (), details)
    far = "" if twins.distance.strangers is None else ", and far nearer than other speakers are"
    near = f"of the test are near-identical to {kind.things} of training ({kind.alike}{far})"
    if copied or k / n >= SHARE_THAT_COUNTS:
        whole = f" {copied} test clip(s) are so for half of their moments or more." if copied else ""
        words = f"{kind.things[0].upper()}{kind.things[1:]} {near}.{whole} {kind.mend}"
        return Finding(kind.leak, words, share, "moment", _examples(twins), details)
    words = f"A few {kind.things} {near}: look at the pairs."
    return Finding(kind.few, words, share, "moment", _examples(twins), details)


def _examples(twins: Twins) -> tuple[Example, ...]:
    first = twins.pairs.drop_duplicates(["clip", "learnt"]).head(_SHOWN)
    return tuple(
        Example(
            row["clip"],
            row["learnt"],
            float(row["time_s"]),
            float(row["learnt_time_s"]),
            round(float(row["distance"]), 6),
            int(row["bits"]),
        )
        for row in first.to_dict("records")
    )
