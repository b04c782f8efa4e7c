"""How far the confidences of whatever can be named, a run or a file, can be believed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from workbench.evaluation.calibration import N_BINS
from workbench.evaluation.calibration_error import Binning
from workbench.evaluation.calibration_report import ACCURACY, CalibrationReport, calibrate
from workbench.evaluation.held_out import shared_clips
from workbench.evaluation.predictions import read
from workbench.evaluation.warnings import Alarm
from workbench.models.groups import Group
from workbench.models.runs import Run
from workbench.project import Project
from workbench.reports.judging import leaks_of
from workbench.reports.stored import resolve_predictions, stored_validation_predictions

_NEITHER = "so there is neither a temperature nor a threshold"


def calibrate_source(
    project: Project,
    reference: str,
    *,
    validation: Path | None = None,
    n_bins: int = N_BINS,
    binning: Binning = "width",
    accuracy: float = ACCURACY,
    seed: int = 0,
) -> CalibrationReport:
    """Measure the confidences of a run (with what it says of its validation part) or of any predictions table.

    Parameters
    ----------
    validation : Path, optional
        A predictions table of other clips by the same system; a run's own one is used when left out. Where there is
        none, or one that cannot be fitted on, a warning ``no_validation`` says why.

    Raises
    ------
    InvalidInputError
        The reference names nothing that can be judged, ``validation`` is no such table or shares clips with the
        test, or a setting is outside its range.
    """
    _, table, run = resolve_predictions(project, reference)
    split, alarms = (None, []) if run is None else (run.facts().get("split"), leaks_of(run))
    if validation is not None:
        fitted_on, why = read(validation), ""
    else:
        fitted_on, why = _own_validation(run, table)
    if why:
        alarms.append(Alarm("no_validation", why))
    return calibrate(
        table,
        validation=fitted_on,
        split=split,
        split_warnings=alarms,
        n_bins=n_bins,
        binning=binning,
        accuracy=accuracy,
        seed=seed,
    )


def _own_validation(run: Run | Group | None, table: pd.DataFrame) -> tuple[pd.DataFrame | None, str]:
    """Return what a run said of its validation part, or None and the reason."""
    if run is None:
        return None, f"A file has no validation part, {_NEITHER}: give one with --validation FILE."
    if isinstance(run, Group):
        return None, (
            f"Every clip of a cross-validation is tested, so none is left to fit on, {_NEITHER}: calibrate the run of "
            "a fold, or give --validation FILE."
        )
    if run.facts().get("n_folds"):
        return None, (
            f"In the folds of {run.id} everybody is tested, so nobody is left to fit on, {_NEITHER}: give people of "
            "other data with --validation FILE."
        )
    stored = stored_validation_predictions(run)
    if stored is None:
        return None, (
            f"The run {run.id} kept no predictions of its validation part (it is older than those, or nothing there "
            f"has an answer), {_NEITHER}: train it again, or give --validation FILE."
        )
    shared = shared_clips(stored["clip"], table["clip"])
    if shared:
        return None, (
            f"{len(shared)} clip(s) of the run's validation part are in its test too, {_NEITHER}: train with the "
            "split by speaker or by clip."
        )
    return stored, ""
