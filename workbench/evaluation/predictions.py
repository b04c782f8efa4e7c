"""The one table of predictions: from a network, a person or a stranger's file, all are treated alike.

Columns: ``clip, speaker, start_s, end_s, truth, p_<class> …``; more columns are kept. A row per clip has
empty ``start_s`` and ``end_s``; a row per moment or span has both. Of one clip there is either the one or
the other.
"""

from __future__ import annotations

import csv
import warnings
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
    """Return the classes of a table as its columns stand; the three sentiments always in their own order."""
    found = tuple(
        c.removeprefix(PROBABILITY_PREFIX) for c in table.columns if c.startswith(PROBABILITY_PREFIX)
    )
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
        summing to 1; a truth that is no class; an end before its start; a clip without a name, with two
        speakers, with rows both with and without times; two rows for the same clip and moment.
    """
    table = table.rename(columns=str)
    _check_columns(table, source)
    classes = classes_of(table)
    if "speaker" not in table.columns:
        table["speaker"] = ""
    for column in ("clip", "speaker", "truth"):
        table[column] = table[column].astype("string").fillna("").astype(str)
    for column in ("start_s", "end_s"):
        table[column] = _numbers(table[column], column, source) if column in table.columns else np.nan
    for name in classes:
        table[PROBABILITY_PREFIX + name] = _numbers(
            table[PROBABILITY_PREFIX + name], PROBABILITY_PREFIX + name, source
        )
    _check_probabilities(table, source)
    _check_truth(table, classes, source)
    _check_clips(table, source)
    _check_times(table, source)
    first = ["clip", "speaker", "start_s", "end_s", "truth", *(PROBABILITY_PREFIX + name for name in classes)]
    return table[[*first, *(c for c in table.columns if c not in first)]]


def _check_columns(table: pd.DataFrame, source: str) -> None:
    columns = list(table.columns)
    doubled = sorted({column for column in columns if columns.count(column) > 1})
    _require(
        not doubled, source, "name every column once", f"{', '.join(doubled)} twice", "rename or remove one"
    )
    missing = [column for column in REQUIRED if column not in columns]
    mend = "add them"
    if missing and any(";" in column or "\t" in column for column in columns):
        mend = "separate the columns by commas, not by semicolons or tabs"
    _require(not missing, source, f"have the columns {', '.join(REQUIRED)}", f"no {', '.join(missing)}", mend)
    classes = classes_of(table)
    _require(
        len(classes) >= 2 and "" not in classes,
        source,
        "have a column p_<class> for two classes or more",
        ", ".join(PROBABILITY_PREFIX + name for name in classes) or "none",
        "name them p_negative, p_neutral, p_positive",
    )


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
        raise InvalidInputError(
            f"{source}: {name} must be a number with a decimal point. "
            f"Row {position + 1} has {column.iloc[position]!r}."
        )
    return numbers


def _check_probabilities(table: pd.DataFrame, source: str) -> None:
    values = probabilities(table)
    bad = ~np.isfinite(values).all(axis=1) | (values < -1e-9).any(axis=1) | (values > 1 + 1e-9).any(axis=1)
    _require(
        not bad.any(),
        source,
        "have probabilities in [0, 1]",
        _line_of(table, bad) if bad.any() else "",
        "apply softmax to logits first",
    )
    off = np.abs(values.sum(axis=1) - 1) > _SUM_TOLERANCE
    _require(
        not off.any(),
        source,
        "have probabilities that sum to 1 in every row",
        _line_of(table, off) if off.any() else "",
        "normalise them",
    )


def _check_truth(table: pd.DataFrame, classes: tuple[str, ...], source: str) -> None:
    bad = ~table["truth"].isin(classes).to_numpy()
    _require(
        not bad.any(),
        source,
        f"have a truth among {', '.join(classes)}",
        f"{table['truth'].iloc[int(np.argmax(bad))]!r} in {_line_of(table, bad)}" if bad.any() else "",
        "leave out rows without a known truth",
    )


def _check_clips(table: pd.DataFrame, source: str) -> None:
    nameless = (table["clip"] == "").to_numpy()
    _require(
        not nameless.any(),
        source,
        "name the clip of every row",
        f"none in {_line_of(table, nameless)}" if nameless.any() else "",
        "fill in the column clip",
    )
    several = table.groupby("clip", sort=False)["speaker"].nunique()
    several = several[several > 1]
    if len(several):
        _require(
            False,
            source,
            "have one speaker per clip",
            f"{several.iloc[0]} for clip {several.index[0]!r}",
            "mend the rows",
        )


def _check_times(table: pd.DataFrame, source: str) -> None:
    half = (table["start_s"].isna() != table["end_s"].isna()).to_numpy()
    _require(
        not half.any(),
        source,
        "have both start_s and end_s or neither",
        _line_of(table, half) if half.any() else "",
        "fill in the other",
    )
    mixed = (table["start_s"].isna().groupby(table["clip"]).transform("nunique") > 1).to_numpy()
    _require(
        not mixed.any(),
        source,
        "have either one row without times or rows with times of each clip",
        f"both in {_line_of(table, mixed)}" if mixed.any() else "",
        "remove the one or the other",
    )
    infinite = np.isinf(table[["start_s", "end_s"]].to_numpy()).any(axis=1)
    backward = ((table["end_s"] < table["start_s"]) | (table["start_s"] < 0)).to_numpy() | infinite
    _require(
        not backward.any(),
        source,
        "have 0 <= start_s <= end_s",
        _line_of(table, backward) if backward.any() else "",
        "mend the times",
    )
    doubled = table.duplicated(["clip", "start_s", "end_s"]).to_numpy()
    _require(
        not doubled.any(),
        source,
        "have one row per clip and moment",
        _line_of(table, doubled) if doubled.any() else "",
        "remove the copies",
    )


def read(path: Path) -> pd.DataFrame:
    """Read and check a predictions table from CSV or Parquet.

    Raises
    ------
    InvalidInputError
        The file is missing, unreadable, or breaks a rule of :func:`validate`.
    """
    if not path.is_file():
        raise InvalidInputError(
            f"A predictions table must be a CSV or Parquet file. There is no file {path}."
        )
    try:
        table = pd.read_parquet(path) if path.suffix.lower() == ".parquet" else _read_csv(path)
    except (ValueError, OSError, pd.errors.ParserWarning) as error:
        raise InvalidInputError(
            f"{path.name} must be a CSV (UTF-8, commas) or Parquet table. It cannot be read: {error}."
        ) from error
    return validate(table, source=path.name)


def _read_csv(path: Path) -> pd.DataFrame:
    with warnings.catch_warnings():
        # A row with more cells than the header would else be cut, or shift all columns by one.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        table = pd.read_csv(
            path,
            dtype={"clip": str, "speaker": str, "truth": str},
            keep_default_na=False,
            index_col=False,
            encoding="utf-8-sig",
        )
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header = next(csv.reader(stream))
    if len(header) == len(table.columns):
        table.columns = pd.Index(header)  # pandas renames the second of two equal names: show it as it is
    return table


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a predictions table as CSV (numbers to 6 digits) or Parquet, by the file's ending, atomically."""
    table = validate(table, source=path.name)
    with atomic_file(path) as temporary:
        if path.suffix.lower() == ".parquet":
            table.to_parquet(temporary, index=False)
        else:
            table.to_csv(temporary, index=False, float_format="%.6f", lineterminator="\n")
