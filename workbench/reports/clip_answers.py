"""What a run said about each test clip: the rows behind every count of its figures."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.evaluation.clips import clips_with_changing_truth, decide_clips, moments_of
from workbench.models.runs import Run
from workbench.project import Project
from workbench.reports.stored import stored_predictions

GROUPINGS = ("sex", "intensity")


def stamp_of(path: Path) -> tuple[int, int]:
    """Return what changes when a file is written anew; zeros where there is none."""
    if not path.is_file():
        return 0, 0
    told = path.stat()
    return told.st_mtime_ns, told.st_size


def clip_answers(project: Project, run: Run) -> pd.DataFrame:
    """Return one row per clip that was judged, or per moment where the truth changes within a clip.

    Returns
    -------
    pd.DataFrame
        ``clip, speaker, start_s, truth, said, right, sex, intensity``; ``start_s`` is NaN for a whole clip, what the
        catalog does not know is empty. Not to be changed: pages share it.

    Raises
    ------
    InvalidInputError
        The run is not finished.
    """
    catalog = Dataset(project.dataset_folder(run.facts()["dataset"])).catalog_file
    return _answers(run, stamp_of(run.folder / "predictions.csv"), catalog, stamp_of(catalog))


def catalog_of(project: Project, dataset: str) -> pd.DataFrame:
    """Return a dataset's catalog, no rows where there is none; read again only when it was written anew.

    Not to be changed: pages share it.
    """
    file = Dataset(project.dataset_folder(dataset)).catalog_file
    return _catalog(file, stamp_of(file))


@lru_cache(maxsize=16)
def _catalog(file: Path, _stamp: tuple[int, int]) -> pd.DataFrame:
    return Dataset(file.parent).table()


@lru_cache(maxsize=16)
def _answers(
    run: Run, _predictions: tuple[int, int], catalog: Path, _catalog: tuple[int, int]
) -> pd.DataFrame:
    table = stored_predictions(run)
    if clips_with_changing_truth(table):
        rows = moments_of(table)[["clip", "speaker", "start_s", "truth", "predicted"]].reset_index(drop=True)
    else:
        rows = decide_clips(table)[["clip", "speaker", "truth", "predicted"]].assign(start_s=float("nan"))
    rows = rows.rename(columns={"predicted": "said"}).assign(right=lambda r: r["said"] == r["truth"])
    known = Dataset(catalog.parent).table().drop_duplicates("clip").set_index("clip")
    for of in GROUPINGS:
        rows[of] = rows["clip"].map(known[of]).fillna("") if of in known else ""
    return rows


def clips_not_judged(project: Project, run: Run) -> pd.DataFrame:
    """Return ``clip, speaker`` of the test clips a run could not judge: no face, no voice, or no known answer."""
    if not (run.folder / "split.csv").is_file():
        return pd.DataFrame(columns=["clip", "speaker"])
    split = run.split()
    tested = split[split["part"].isin(["test", "all"])].drop_duplicates("clip")
    judged = set(clip_answers(project, run)["clip"])
    return tested.loc[~tested["clip"].isin(judged), ["clip", "speaker"]].reset_index(drop=True)
