"""Say in words how a split lets the test be known beforehand."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

LEARNT = ("train", "validation", "all")
TESTED = ("test", "all")
"""Parts whose clips are learnt from (validation steers the training), and parts that judge."""
_NAMED = 5


def leaks_of_split(split: pd.DataFrame) -> list[dict[str, str]]:
    """Return a warning ``{"code", "message"}`` for each way in which train and test share something.

    That training and test share sentences is no leak by itself: under a speaker split other people say them. The same
    speaker saying the same sentence on both sides is one, nearly a repetition of the take.

    Parameters
    ----------
    split : pd.DataFrame
        Columns ``clip``, ``speaker``, ``part`` (``"all"`` when the moments of a clip are spread over the parts), and
        ``statement`` where known.
    """
    found = []
    in_both = clips_in_two_parts(split)
    if (split["part"] == "all").any():
        found.append(
            {
                "code": "leak_frames",
                "message": "Frames of the same clip are in training and in test (the paper's split). Neighbouring frames "
                "are nearly the same picture, so this accuracy flatters: it says nothing about new clips or new people.",
            }
        )
    elif in_both:
        found.append(
            {
                "code": "leak_frames",
                "message": f"{_many(len(in_both), 'clip')} {'is' if len(in_both) == 1 else 'are'} listed in training and in "
                f"test ({_some(in_both)}). The network has learnt the very pictures it is judged by: this accuracy flatters.",
            }
        )
    speakers = sorted(set(met_before(split, ("speaker",))["speaker"]))
    if speakers:
        found.append(
            {
                "code": "leak_speakers",
                "message": f"{len(speakers)} speaker(s) are in training and in test ({_some(speakers)}). The network may recognise the "
                "person instead of the sentiment: this accuracy is not one for new people.",
            }
        )
    takes = met_before(split, ("speaker", "statement")) if "statement" in split.columns else pd.DataFrame()
    if len(takes):
        found.append(
            {
                "code": "leak_sentences",
                "message": f"In {_many(len(takes), 'test clip')} a speaker says a sentence that the same speaker says in training, "
                "too. Voice and mouth are nearly repeated: this accuracy is not one for new words.",
            }
        )
    return found


def clips_in_two_parts(split: pd.DataFrame) -> list[str]:
    """Return the clips that are learnt from and judge, sorted."""
    learnt = set(split.loc[split["part"].isin(LEARNT), "clip"])
    return sorted(learnt & set(split.loc[split["part"].isin(TESTED), "clip"]))


def met_before(split: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return the test clips that share something with a clip learnt from.

    Parameters
    ----------
    split : pd.DataFrame
        Columns ``clip``, ``part`` and those of ``by``; an empty text is not known, and meets nothing.
    by : sequence of str
        What must be equal: ``("speaker",)``, ``("speaker", "statement")`` ….

    Returns
    -------
    pd.DataFrame
        One row per test clip: ``clip``, the columns of ``by``, and ``learnt``, the first such clip learnt from.
    """
    columns = list(by)
    known = split[(split[columns] != "").all(axis=1)]
    learnt = known.loc[known["part"].isin(LEARNT), ["clip", *columns]].drop_duplicates(columns)
    tested = known.loc[known["part"].isin(TESTED), ["clip", *columns]]
    return tested.merge(learnt.rename(columns={"clip": "learnt"}), on=columns, how="inner")


def _some(names: Sequence[str]) -> str:
    further = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + further


def _many(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
