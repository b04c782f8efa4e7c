"""Predictions that lie in a Label Studio project, as predictions tables that ``evaluate`` and ``compare`` take."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.datasets.catalog import Dataset, names
from workbench.datasets.votes import votes_about
from workbench.errors import InvalidInputError
from workbench.evaluation import predictions
from workbench.files import atomic_file
from workbench.labels.exchange.label_studio.predicted import SeenPrediction
from workbench.labels.schema import schema_of
from workbench.labels.store import LabelStore
from workbench.project import Project

_ENDINGS = (".csv", ".parquet")
_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class PredictionsFile:
    """What was written of one model's predictions.

    Attributes
    ----------
    model : str
    file : Path or None
        The predictions table; None when nobody has answered any of its items yet.
    rows : int
        Its rows.
    unanswered_file : Path or None
        Predictions about items without an answer: the same columns, ``truth`` empty.
    unanswered : int
        Its rows.
    """

    model: str
    file: Path | None
    rows: int
    unanswered_file: Path | None
    unanswered: int

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {k: str(v) if isinstance(v, Path) else v for k, v in asdict(self).items()}

    def line(self) -> str:
        """Return it for people."""
        where = f"{self.rows} rows in {self.file}" if self.file else "0 rows with a known truth"
        rest = (
            f"; nobody answered {self.unanswered} yet, in {self.unanswered_file}" if self.unanswered else ""
        )
        return f"Predictions of {self.model}: {where}{rest}."


def predictions_folder(project: Project, *, address: str, number: int) -> Path:
    """Return where the predictions of a project on a server are kept: ``reports/label_studio/<server>-<number>``."""
    return project.reports / "label_studio" / f"{_file_name(address.partition('://')[2])}-{number}"


def write_predictions(
    seen: Sequence[SeenPrediction], *, project: Project, store: LabelStore, question: str, to: Path
) -> list[PredictionsFile]:
    """Write one predictions table for each model, replacing what an earlier pull wrote.

    The truth is what people say here: the verdict, else the majority of their newest words about the item's middle. An
    item without an answer, or with a tie, has none, and goes into a file of its own.

    Parameters
    ----------
    to : Path
        A folder; or a ``.csv`` or ``.parquet`` file, when there is one model alone.

    Raises
    ------
    InvalidInputError
        ``to`` is one file, and there are several models.
    """
    by_model: dict[str, list[SeenPrediction]] = {}
    for one in seen:
        by_model.setdefault(one.model, []).append(one)
    one_file = to.suffix.lower() in _ENDINGS
    if one_file and len(by_model) > 1:
        raise InvalidInputError(
            f"One file holds one model's predictions. There are those of {', '.join(sorted(by_model))}: name a folder."
        )
    speakers = _speakers(project)
    written = []
    for model, some in sorted(by_model.items()):
        table = _with_truth(_table(some, speakers, question), store, question)
        written.append(_write(table, model, to if one_file else to / f"{_file_name(model)}.csv"))
    return written


def _table(seen: Sequence[SeenPrediction], speakers: dict[str, str], question: str) -> pd.DataFrame:
    rows = [
        {
            "clip": one.item.clip,
            "speaker": speakers.get(one.item.clip, ""),
            "start_s": one.item.start_s,
            "end_s": one.item.end_s,
            **{predictions.PROBABILITY_PREFIX + name: p for name, p in one.probabilities.items()},
        }
        for one in seen
    ]
    return pd.DataFrame(rows).sort_values(["clip", "start_s", "end_s"], ignore_index=True)


def _with_truth(table: pd.DataFrame, store: LabelStore, question: str) -> pd.DataFrame:
    middles = table.assign(time_s=(table["start_s"] + table["end_s"]) / 2)
    votes = votes_about(
        middles, store.answers(question), store.verdicts(question), classes=schema_of(question).values
    )
    table.insert(4, "truth", votes.decided())
    return table


def _write(table: pd.DataFrame, model: str, file: Path) -> PredictionsFile:
    unknown_file = file.with_name(f"{file.stem}.unanswered.csv")
    known, unknown = table[table["truth"] != ""], table[table["truth"] == ""]
    if len(known):
        predictions.write(known.reset_index(drop=True), file)
    else:
        file.unlink(missing_ok=True)
    if len(unknown):
        with atomic_file(unknown_file) as temporary:
            unknown.to_csv(temporary, index=False, float_format="%.6f", lineterminator="\n")
    else:
        unknown_file.unlink(missing_ok=True)
    return PredictionsFile(
        model,
        file if len(known) else None,
        len(known),
        unknown_file if len(unknown) else None,
        len(unknown),
    )


def _speakers(project: Project) -> dict[str, str]:
    tables = [Dataset(project.datasets / name).table() for name in names(project)]
    return {str(row["clip"]): str(row["speaker"]) for table in tables for row in table.to_dict("records")}


def _file_name(text: str) -> str:
    """Return a tidy file name; where something had to go, a hash keeps different names apart."""
    tidy = _NOT_IN_FILE_NAMES.sub("-", text).strip(".-")[:80]
    return tidy if tidy == text else f"{tidy or 'model'}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
