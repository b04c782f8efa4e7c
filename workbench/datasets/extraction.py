"""Compute the features of a dataset's clips, in parallel, each once; stopped, it goes on at the next clip."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from workbench.datasets.catalog import Dataset
from workbench.datasets.clip_extraction import ClipJob, extract_clip
from workbench.datasets.cluster import results_of
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.odd_in_words import ODD_IN_WORDS
from workbench.errors import StorageError
from workbench.features.pretrained import LandmarkModel, find_landmark_model
from workbench.features.recipe import recipe_of
from workbench.files import TEMPORARY_PREFIX
from workbench.progress import Progress, silent

OLD_S = 3600


@dataclass(frozen=True)
class ExtractionReport:
    """What one call of :func:`extract` did.

    Attributes
    ----------
    dataset, recipe : str
        The dataset's name and the hash of the settings.
    model : LandmarkModel
        The 68-point model that was used.
    clips : list of dict
        One per clip of the catalog: ``clip, outcome`` (``done``, ``skipped`` or ``failed``), ``code``,
        ``message``, and for done and skipped ones ``odd, n_moments, face_share``.
    seconds : float
        Duration of the call.
    """

    dataset: str
    recipe: str
    model: LandmarkModel
    clips: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def count(self, outcome: str) -> int:
        """Return how many clips had this outcome."""
        return sum(clip["outcome"] == outcome for clip in self.clips)

    def as_json(self) -> dict[str, Any]:
        """Return everything, ready for JSON; done + skipped + failed = seen."""
        return {
            "dataset": self.dataset,
            "seen": len(self.clips),
            **{outcome: self.count(outcome) for outcome in ("done", "skipped", "failed")},
            "seconds": round(self.seconds, 3),
            "recipe": self.recipe,
            "landmark_model": {
                "sha256": self.model.sha256,
                "known": self.model.is_known,
                "licence": self.model.licence,
            },
            "clips": self.clips,
        }

    def lines(self) -> list[str]:
        """Return what a person wants to read: the counts, one line per failed or odd clip, the licence.

        Clips of sound alone are many in a dataset that has them, so they share one line.
        """
        done, skipped, failed = (self.count(outcome) for outcome in ("done", "skipped", "failed"))
        counts = f"{done} done, {skipped} there already, {failed} failed"
        lines = [f"{self.dataset}: {len(self.clips)} clips, {counts} ({self.seconds:.0f} s)."]
        bad = [clip for clip in self.clips if clip["outcome"] == "failed"]
        lines += [f"failed  {clip['clip']}  {clip['code']}: {clip['message']}" for clip in bad]
        if n_sound_only := self.odd()["NO_PICTURES"]:
            lines.append(f"{n_sound_only} of them hold sound only.")
        for clip in self.clips:
            if words := [ODD_IN_WORDS[code] for code in clip.get("odd", ()) if code != "NO_PICTURES"]:
                share = clip["face_share"]
                face = "" if share is None else f" (face in {share:.1%} of {clip['n_moments']} moments)"
                lines.append(f"odd     {clip['clip']}  {'; '.join(words)}{face}")
        return [*lines, self.model.licence]

    def odd(self) -> Counter[str]:
        """Return how many clips each odd thing was seen in."""
        return Counter(code for clip in self.clips for code in clip.get("odd", ()))


def extract(
    dataset: Dataset,
    *,
    n_workers: int = 2,
    scheduler: str | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> ExtractionReport:
    """Compute the features of every clip that has none of the current settings yet.

    Each clip is kept as a whole as soon as it is ready. A bad clip is reported and does not stop the
    others. To stop, raise :class:`workbench.progress.Stopped` from ``progress``: finished clips stay, and
    the next call does only what is missing.

    Parameters
    ----------
    n_workers : int
        Processes on this machine; 0 works in this one.
    scheduler : str, optional
        Address of a dask scheduler whose workers see the same files, instead of processes here.
    force : bool
        Compute everything anew.
    progress : callable
        Told ``(clips ready, clips to do, clip)``.

    Raises
    ------
    MissingDependencyError
        The 68-point model is not there.
    InvalidInputError
        ``n_workers`` is negative or the scheduler does not answer.
    """
    start = time.monotonic()
    model = find_landmark_model()
    recipe = recipe_of(model)
    jobs = [
        ClipJob(row["clip"], row["sha256"], dataset.media / row["file"], dataset.features, recipe, model.path)
        for row in dataset.table().to_dict("records")
    ]
    store = FeatureStore(dataset.features)
    _sweep(dataset)
    known = [] if force else [_already(store, job) for job in jobs]
    outcomes = {outcome["clip"]: outcome for outcome in known if outcome is not None}
    to_do = [job for job in jobs if job.clip not in outcomes]
    progress(0, len(to_do), "")
    if to_do:
        results = results_of(
            extract_clip, [(job,) for job in to_do], n_workers=min(n_workers, len(to_do)), scheduler=scheduler
        )
        for n_ready, (number, result) in enumerate(results, start=1):
            job = to_do[number]
            outcomes[job.clip] = _died(job, result) if isinstance(result, BaseException) else result
            progress(n_ready, len(to_do), job.clip)
    clips = [outcomes[job.clip] for job in jobs]
    return ExtractionReport(dataset.name, recipe, model, clips, time.monotonic() - start)


def _already(store: FeatureStore, job: ClipJob) -> dict[str, Any] | None:
    """Return the outcome of a clip that was extracted by the same recipe; a damaged one counts as missing."""
    try:
        if not store.has(job.clip, recipe=job.recipe):
            return None
        report = store.read_report(job.clip)
        told = {key: report[key] for key in ("odd", "n_moments", "face_share")}
    except (StorageError, KeyError, AttributeError):
        return None
    return {"clip": job.clip, "outcome": "skipped", "code": "", "message": "", **told}


def _sweep(dataset: Dataset) -> None:
    """Remove what a killed worker left half written; a young one may still be being written by another."""
    for partial in dataset.features.glob(f"{TEMPORARY_PREFIX}*"):
        if time.time() - partial.stat().st_mtime > OLD_S:
            shutil.rmtree(partial, ignore_errors=True)


def _died(job: ClipJob, error: BaseException) -> dict[str, Any]:
    name = type(error).__name__
    message = f"The process that worked on {job.path.name} died ({name}): it may be out of memory."
    return {"clip": job.clip, "outcome": "failed", "code": "WORKER_DIED", "message": message}
