"""The one table of predictions: from a network, a person or a stranger's file, everything after it treats all alike.

Columns: ``clip, speaker, start_s, end_s, truth, p_<class> …``; more columns are kept. A row per clip has empty
``start_s`` and ``end_s``; a row per moment or span has both.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError
from workbench.files import atomic_file
from workbench.sentiment import SENTIMENTS

PROBABILITY_PREFIX = "p_"
REQUIRED = ("clip", "truth")
_SUM_TOLERANCE = 1e-2


def classes_of(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the classes of a table: negative, neutral, positive in this order when it has them, else as the columns stand."""
    found = tuple(c.removeprefix(PROBABILITY_PREFIX) for c in table.columns if c.startswith(PROBABILITY_PREFIX))
    return SENTIMENTS if set(found) == set(SENTIMENTS) else found


def probabilities(table: pd.DataFrame) -> np.ndarray:
    """Return the probabilities, shape (n_rows, n_classes), columns in the order of :func:`classes_of`."""
    return table[[PROBABILITY_PREFIX + name for name in classes_of(table)]].to_numpy(dtype=float)


def validate(table: pd.DataFrame, *, source: str = "the table") -> pd.DataFrame:
    """Return the table with every column of the contract, or say which rule it breaks and where.

    Raises
    ------
    InvalidInputError
        A column is missing; fewer than two classes; a probability outside [0, 1], not finite, or a row not
        summing to 1; a truth that is no class; an end before its start; a clip with two speakers; two rows for the same clip and moment.
    """
    _require(not (missing := [c for c in REQUIRED if c not in table.columns]), source, f"have the columns {', '.join(REQUIRED)}", f"no {', '.join(missing)}", "add them")
    classes = classes_of(table)
    _require(len(classes) >= 2, source, "have a column p_<class> for two classes or more", f"{len(classes)}", "name them p_negative, p_neutral, p_positive")
    table = table.copy()
    if "speaker" not in table.columns:
        table["speaker"] = ""
    table["clip"], table["truth"] = table["clip"].astype(str), table["truth"].astype(str)
    table["speaker"] = table["speaker"].astype("string").fillna("").astype(str)
    for column in ("start_s", "end_s"):
        table[column] = _numbers(table[column], column, source) if column in table.columns else np.nan
    for name in classes:
        table[PROBABILITY_PREFIX + name] = _numbers(table[PROBABILITY_PREFIX + name], PROBABILITY_PREFIX + name, source)
    _check_probabilities(table, source)
    _check_truth(table, classes, source)
    _check_times(table, source)
    first = ["clip", "speaker", "start_s", "end_s", "truth", *(PROBABILITY_PREFIX + name for name in classes)]
    return table[[*first, *(c for c in table.columns if c not in first)]]


def _require(rule_holds: bool, source: str, rule: str, received: str, mend: str) -> None:
    if not rule_holds:
        raise InvalidInputError(f"{source} must {rule}. Received {received}: {mend}.")


def _line_of(table: pd.DataFrame, bad: np.ndarray) -> str:
    position = int(np.flatnonzero(bad)[0])
    return f"row {position + 1} (clip {table['clip'].iloc[position]!r}), {int(bad.sum())} such row(s)"


def _numbers(column: pd.Series, name: str, source: str) -> pd.Series:
    text = column.astype("string").str.strip().replace("", pd.NA)
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    bad = (numbers.isna() & text.notna()).to_numpy()
    if bad.any():
        position = int(np.flatnonzero(bad)[0])
        raise InvalidInputError(f"{source}: {name} must be a number with a decimal point. Row {position + 1} has {column.iloc[position]!r}.")
    return numbers


def _check_probabilities(table: pd.DataFrame, source: str) -> None:
    values = probabilities(table)
    bad = ~np.isfinite(values).all(axis=1) | (values < -1e-9).any(axis=1) | (values > 1 + 1e-9).any(axis=1)
    _require(not bad.any(), source, "have probabilities in [0, 1]", _line_of(table, bad) if bad.any() else "", "apply softmax to logits first")
    off = np.abs(values.sum(axis=1) - 1) > _SUM_TOLERANCE
    _require(not off.any(), source, "have probabilities that sum to 1 in every row", _line_of(table, off) if off.any() else "", "normalise them")


def _check_truth(table: pd.DataFrame, classes: tuple[str, ...], source: str) -> None:
    bad = ~table["truth"].isin(classes).to_numpy()
    _require(not bad.any(), source, f"have a truth among {', '.join(classes)}", f"{table['truth'].iloc[int(np.argmax(bad))]!r} in {_line_of(table, bad)}" if bad.any() else "", "leave out rows without a known truth")
    several = table.groupby("clip", sort=False)["speaker"].nunique()
    several = several[several > 1]
    if len(several):
        _require(False, source, "have one speaker per clip", f"{several.iloc[0]} for clip {several.index[0]!r}", "mend the rows")


def _check_times(table: pd.DataFrame, source: str) -> None:
    half = (table["start_s"].isna() != table["end_s"].isna()).to_numpy()
    _require(not half.any(), source, "have both start_s and end_s or neither", _line_of(table, half) if half.any() else "", "fill in the other")
    backward = ((table["end_s"] < table["start_s"]) | (table["start_s"] < 0)).to_numpy()
    _require(not backward.any(), source, "have 0 <= start_s <= end_s", _line_of(table, backward) if backward.any() else "", "mend the times")
    doubled = table.duplicated(["clip", "start_s", "end_s"]).to_numpy()
    _require(not doubled.any(), source, "have one row per clip and moment", _line_of(table, doubled) if doubled.any() else "", "remove the copies")


def read(path: Path) -> pd.DataFrame:
    """Read and check a predictions table from CSV or Parquet.

    Raises
    ------
    InvalidInputError
        The file is missing, unreadable, or breaks a rule of :func:`validate`.
    """
    if not path.is_file():
        raise InvalidInputError(f"A predictions table must be a CSV or Parquet file. There is no file {path}.")
    try:
        if path.suffix.lower() == ".parquet":
            table = pd.read_parquet(path)
        else:
            table = pd.read_csv(path, dtype={"clip": str, "speaker": str, "truth": str}, keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, OSError) as error:
        raise InvalidInputError(f"{path.name} must be a CSV (UTF-8, commas) or Parquet table. It cannot be read: {error}.") from error
    return validate(table, source=path.name)


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a predictions table as CSV or Parquet (by the file's ending), atomically; times and probabilities to 6 digits in CSV."""
    table = validate(table, source=path.name)
    with atomic_file(path) as temporary:
        if path.suffix.lower() == ".parquet":
            table.to_parquet(temporary, index=False)
        else:
            table.to_csv(temporary, index=False, float_format="%.6f", lineterminator="\n")
