"""From moments to clips: one decision per clip."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.accumulate import ALPHA, accumulate, check_alpha
from workbench.evaluation.predictions import PROBABILITY_PREFIX, classes_of, probabilities


def predicted_classes(values: np.ndarray, classes: tuple[str, ...]) -> np.ndarray:
    """Return the most probable class of each row; of equals, the first in the order of ``classes``.

    Parameters
    ----------
    values : np.ndarray, shape (n_rows, n_classes)
    """
    if len(values) == 0:
        return np.array([], dtype=object)
    return np.array(classes, dtype=object)[np.argmax(values, axis=1)]


def has_tie(values: np.ndarray) -> np.ndarray:
    """Say for each row, shape (n_rows,), whether two classes share the highest probability."""
    if len(values) == 0:
        return np.zeros(0, dtype=bool)
    return np.sum(np.isclose(values, values.max(axis=1, keepdims=True), rtol=0, atol=1e-12), axis=1) > 1


def moments_of(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows about a moment or span (those with times), with a column ``predicted``."""
    moments = table[table["start_s"].notna()]
    return moments.assign(predicted=predicted_classes(probabilities(moments), classes_of(table)))


def clips_with_changing_truth(table: pd.DataFrame) -> list[str]:
    """Return the clips whose truth is not the same in all their rows (mouths open and close)."""
    several = table.groupby("clip", sort=False)["truth"].nunique()
    return several[several > 1].index.tolist()


def decide_clips(table: pd.DataFrame, *, alpha: float = ALPHA) -> pd.DataFrame:
    """Return one row per clip: ``clip, speaker, truth, predicted, p_<class> …``.

    The probabilities are accumulated over the clip's rows in the order of time; the label is the class with
    the highest probability after the last row. A row without times is the clip's decision as it stands.

    Parameters
    ----------
    table : pd.DataFrame
        A valid predictions table.
    alpha : float, in (0, 1]
        Share of the newest moment.

    Raises
    ------
    InvalidInputError
        The truth changes within a clip, so the clip has no single truth; or ``alpha`` is outside (0, 1].
    """
    check_alpha(alpha)
    if changing := clips_with_changing_truth(table):
        raise InvalidInputError(
            "A clip must have one truth to be decided as a whole. "
            f"{len(changing)} clip(s) have several, first {changing[0]!r}: judge such a table by its moments."
        )
    classes = classes_of(table)
    columns = [PROBABILITY_PREFIX + name for name in classes]
    ordered = table.sort_values(["clip", "start_s"], kind="stable")
    last = [accumulate(rows, alpha=alpha)[-1] for rows in _rows_by_clip(ordered, columns)]
    decided = ordered.drop_duplicates("clip")[["clip", "speaker", "truth"]].reset_index(drop=True)
    opinions = np.array(last).reshape(len(decided), len(classes))
    decided["predicted"] = predicted_classes(opinions, classes)
    return decided.assign(**dict(zip(columns, opinions.T, strict=True)))


def _rows_by_clip(ordered: pd.DataFrame, columns: list[str]) -> list[np.ndarray]:
    """Return the probabilities of each clip, in the order of ``ordered``, which is sorted by clip."""
    if ordered.empty:
        return []
    names = ordered["clip"].to_numpy()
    starts = np.flatnonzero(names[1:] != names[:-1]) + 1
    return np.split(ordered[columns].to_numpy(dtype=float), starts)
