"""Say in words how a split lets the test be known beforehand."""

from __future__ import annotations

import pandas as pd


def leaks_of_split(split: pd.DataFrame) -> list[dict[str, str]]:
    """Return a warning ``{"code", "message"}`` for each way in which train and test share something.

    Parameters
    ----------
    split : pd.DataFrame
        Columns ``clip``, ``speaker``, ``part`` (``"all"`` when the moments of a clip are spread over the parts).
    """
    found = []
    if (split["part"] == "all").any():
        found.append(
            {
                "code": "leak_frames",
                "message": "Frames of the same clip are in training and in test (the paper's split). Neighbouring frames "
                "are nearly the same picture, so this accuracy flatters: it says nothing about new clips or new people.",
            }
        )
    shared = _shared_speakers(split)
    if shared:
        names = ", ".join(shared[:5]) + (f" and {len(shared) - 5} more" if len(shared) > 5 else "")
        found.append(
            {
                "code": "leak_speakers",
                "message": f"{len(shared)} speaker(s) are in training and in test ({names}). The network may recognise the "
                "person instead of the sentiment: this accuracy is not one for new people.",
            }
        )
    return found


def _shared_speakers(split: pd.DataFrame) -> list[str]:
    known = split[split["speaker"] != ""]
    learnt = set(known.loc[known["part"].isin(["train", "validation", "all"]), "speaker"])
    return sorted(learnt & set(known.loc[known["part"].isin(["test", "all"]), "speaker"]))
