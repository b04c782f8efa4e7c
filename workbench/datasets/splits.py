"""Which clips are learnt from, which choose, which judge: by speaker, clip or sentence, or by frame as the paper did."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError

SplitKind = Literal["speaker", "clip", "sentence", "frame"]
PARTS = ("train", "validation", "test")


def check_kind(kind: str) -> None:
    """Raise InvalidInputError unless ``kind`` is a split we know."""
    if kind not in get_args(SplitKind):
        raise InvalidInputError(
            f"A split must be one of {', '.join(get_args(SplitKind))}. Received {kind!r}."
        )


def split_clips(
    clips: pd.DataFrame,
    *,
    kind: SplitKind = "speaker",
    seed: int = 0,
    test_share: float = 0.25,
    validation_share: float = 0.25,
) -> pd.DataFrame:
    """Assign every clip to train, validation or test.

    Parameters
    ----------
    clips : pd.DataFrame
        Columns ``clip``, ``speaker``, and ``sex`` (kept balanced over the parts) and ``statement`` (the sentence
        that is said) where known.
    kind : {"speaker", "clip", "sentence", "frame"}
        ``speaker``: no speaker in two parts. ``clip``: no clip in two parts. ``sentence``: no sentence of the test is
        learnt from; whole speakers of the other sentences' clips validate (clips, where speakers are not known or
        only one is). ``frame``: the paper's; moments of one clip fall in all parts (:func:`parts_of_moments`), so
        every clip's part is ``"all"``.
    test_share, validation_share : float in (0, 1)
        Share of speakers (clips, sentences) for the test, and of the remaining ones for validation (0.25: Yakaew
        2021, section 3.2). At least one of each: of two sentences one is the test.

    Returns
    -------
    pd.DataFrame
        Columns ``clip``, ``speaker``, ``part``, and ``statement`` where it was given; in the order received.

    Raises
    ------
    InvalidInputError
        Fewer than three speakers (or clips), fewer than two sentences, or clips without a speaker in a speaker split
        or without a sentence in a sentence split.
    """
    check_kind(kind)
    kept = [name for name in ("clip", "speaker", "statement") if name in clips.columns]
    table = clips[kept].reset_index(drop=True)
    if kind == "frame":
        return table.assign(part="all")
    if kind == "sentence":
        parts = _parts_by_sentence(table, seed=seed, test_share=test_share, validation_share=validation_share)
        return table.assign(part=parts)
    unit = "speaker" if kind == "speaker" else "clip"
    if kind == "speaker" and (table["speaker"] == "").any():
        n_unknown = int((table["speaker"] == "").sum())
        raise InvalidInputError(
            f"A speaker split needs a speaker for every clip. {n_unknown} of {len(table)} clips have none: "
            "fill in the catalog's speaker column, or ask for --split clip by name."
        )
    if table[unit].nunique() < 3:
        raise InvalidInputError(
            f"A {kind} split needs at least 3 {unit}s, one for each part. Received {table[unit].nunique()}: "
            f"import more{', or ask for --split clip by name' if unit == 'speaker' else ''}."
        )
    groups = (
        clips["sex"].reset_index(drop=True)
        if "sex" in clips.columns and unit == "speaker"
        else pd.Series("", index=table.index)
    )
    units = pd.DataFrame({"unit": table[unit], "group": groups}).drop_duplicates("unit").sort_values("unit")
    order = _balanced_order(units, np.random.default_rng([seed, 17]))
    n_test = max(1, round(test_share * len(order)))
    n_validation = max(1, min(round(validation_share * (len(order) - n_test)), len(order) - n_test - 1))
    part_of = dict.fromkeys(order, "train") | dict.fromkeys(order[:n_test], "test")
    part_of |= dict.fromkeys(order[n_test : n_test + n_validation], "validation")
    return table.assign(part=table[unit].map(part_of))


def _parts_by_sentence(
    table: pd.DataFrame, *, seed: int, test_share: float, validation_share: float
) -> pd.Series:
    """Return the part of each clip: test sentences by lot, validation by whole speakers of the other sentences."""
    said = table["statement"] if "statement" in table.columns else pd.Series("", index=table.index)
    n_unknown = int((said == "").sum())
    if n_unknown:
        raise InvalidInputError(
            f"A sentence split needs to know what every clip says. {n_unknown} of {len(table)} clips have no sentence: "
            "fill in the catalog's statement column, or ask for --split speaker by name."
        )
    sentences = sorted(set(said))
    if len(sentences) < 2:
        raise InvalidInputError(
            f"A sentence split needs at least 2 sentences, one of them to test on. Received {len(sentences)}: "
            "import clips of another sentence, or ask for --split speaker by name."
        )
    rng = np.random.default_rng([seed, 19])
    n_test = max(1, min(round(test_share * len(sentences)), len(sentences) - 1))
    tested = {sentences[k] for k in rng.permutation(len(sentences))[:n_test]}
    rest = table[~said.isin(tested)]
    by_speaker = bool((rest["speaker"] != "").all()) and len(set(rest["speaker"])) > 1
    unit = "speaker" if by_speaker else "clip"
    units = sorted(set(rest[unit]))
    if len(units) < 2:
        raise InvalidInputError(
            "A sentence split needs at least 2 clips of the sentences learnt from, one of them to validate. "
            f"Received {len(units)}: import more, or ask for --split clip by name."
        )
    n_validation = max(1, min(round(validation_share * len(units)), len(units) - 1))
    validating = {units[k] for k in rng.permutation(len(units))[:n_validation]}
    parts = pd.Series("train", index=table.index).mask(table[unit].isin(validating), "validation")
    return parts.mask(said.isin(tested), "test")


def _balanced_order(units: pd.DataFrame, rng: np.random.Generator) -> list[str]:
    """Shuffle the units so that the groups (sexes) take turns."""
    shuffled = units.iloc[rng.permutation(len(units))]
    turn = shuffled.groupby("group").cumcount()
    return list(shuffled.assign(turn=turn).sort_values("turn", kind="stable")["unit"])


def parts_of_moments(
    moments: pd.DataFrame,
    split: pd.DataFrame,
    *,
    seed: int = 0,
    test_share: float = 0.25,
    validation_share: float = 0.25,
) -> pd.Series:
    """Return the part of every moment: its clip's, or drawn by lot under the frame split.

    Parameters
    ----------
    moments : pd.DataFrame
        Column ``clip``; one row per moment.
    split : pd.DataFrame
        What :func:`split_clips` returned.
    """
    part_of = dict(zip(split["clip"], split["part"], strict=True))
    parts = moments["clip"].map(part_of)
    lot = np.random.default_rng([seed, 23]).random(len(moments))
    drawn = np.where(
        lot < test_share,
        "test",
        np.where(lot < test_share + (1 - test_share) * validation_share, "validation", "train"),
    )
    return parts.where(parts != "all", pd.Series(drawn, index=moments.index))
