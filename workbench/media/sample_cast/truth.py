"""The table of what was drawn, one row per picture: ``truth.csv`` beside the clips."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from workbench.errors import InvalidInputError, StorageError
from workbench.files import atomic_file

COLUMNS = {
    "file": str,
    "frame": int,
    "time_s": float,
    "mouth_opening": float,
    "mouth": str,
    "sentiment": str,
    "speaking": int,
    "face_expression": str,
    "voice_expression": str,
}
"""Column to type: ``file`` is the path below the folder, ``frame`` counts from 0, ``mouth_opening`` is the gap between
the inner lips as a share of that actor's widest, ``mouth`` open or closed, ``speaking`` 1 from the first sound to the
last, the expressions are the sentiments that face and voice show."""


def write_truth(path: Path, table: pd.DataFrame) -> None:
    """Write the table, atomically and the same bytes for the same content."""
    with atomic_file(path) as temporary:
        table[list(COLUMNS)].to_csv(
            temporary, index=False, encoding="utf-8", lineterminator="\n", float_format="%.6f"
        )


def read_truth(path: Path) -> pd.DataFrame:
    """Return the truth of every picture of a drawn cast.

    Raises
    ------
    InvalidInputError
        There is no such file.
    StorageError
        It is not a table of these columns.
    """
    if not path.is_file():
        raise InvalidInputError(
            f"{path} must be the truth of a drawn cast. It is not there: run `workbench sample`."
        )
    try:
        return pd.read_csv(path, dtype=COLUMNS, usecols=list(COLUMNS), encoding="utf-8")
    except (ValueError, KeyError) as error:
        raise StorageError(
            f"{path} must hold the columns {', '.join(COLUMNS)}. It is damaged ({error}): run `workbench sample` again."
        ) from error
