"""One folder per training in ``reports/runs/<id>/``: settings, split, history, weights, predictions."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import workbench
from workbench.errors import InvalidInputError, StorageError
from workbench.files import atomic_file, read_json, write_json, write_text
from workbench.lazy import load
from workbench.models.code_version import code_version
from workbench.models.exported import Export, RuntimeNetwork
from workbench.models.settings import INPUTS
from workbench.progress import Progress, silent
from workbench.project import Project

if TYPE_CHECKING:  # each of these takes its time to start, and who only asks a run needs none of them
    import pandas as pd

    from workbench.models.inference import Predictor
    from workbench.models.training import Epoch

_ID = re.compile(r"[A-Za-z0-9_.-]{1,120}")


def utc_now() -> str:
    """Return the time now as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Run:
    """A training's folder.

    Attributes
    ----------
    folder : Path
        ``reports/runs/<id>``.
    """

    folder: Path

    @classmethod
    def create(cls, project: Project, *, dataset: str, network: str, seed: int, facts: dict[str, Any]) -> Run:
        """Make a new run folder with its ``run.json``; the id tells when, on what, which network and seed."""
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        name, number = f"{stamp}-{dataset}-{network}-s{seed}", 1
        while (project.runs / name).exists():
            number += 1
            name = f"{stamp}-{dataset}-{network}-s{seed}-{number}"
        run = cls(project.runs / name)
        run.folder.mkdir(parents=True)
        first = {
            "id": name,
            "network": network,
            "dataset": dataset,
            "seed": seed,
            "status": "running",
            "started_utc": utc_now(),
        }
        made_by = {"version": workbench.__version__, "code": code_version()}
        write_json(run.folder / "run.json", {**first, **made_by, **facts})
        return run

    @classmethod
    def open(cls, project: Project, reference: str) -> Run:
        """Open a run by its id, or by a part of it that fits one run only.

        Raises
        ------
        InvalidInputError
            No run or several fit; the message lists them.
        """
        there = sorted(path.parent.name for path in project.runs.glob("*/run.json"))
        if _ID.fullmatch(reference):
            fitting = [name for name in there if name == reference] or [
                name for name in there if reference in name
            ]
            if len(fitting) == 1:
                return cls(project.runs / fitting[0])
            there = fitting or there
        raise InvalidInputError(
            f"A run must be named by its id or a part that fits one run only. Received {reference!r}; there are: {', '.join(there) or 'none yet'}."
        )

    @property
    def id(self) -> str:
        """The run's name."""
        return self.folder.name

    @property
    def weights(self) -> Path:
        """The trained network."""
        return self.folder / "network.keras"

    @property
    def checkpoint(self) -> Path:
        """What an unfinished training goes on from."""
        return self.folder / "checkpoint.npz"

    def facts(self) -> dict[str, Any]:
        """Return what ``run.json`` says."""
        return read_json(self.folder / "run.json")

    def update(self, **facts: Any) -> None:
        """Change facts of ``run.json``."""
        write_json(self.folder / "run.json", {**self.facts(), **facts})

    def history(self) -> pd.DataFrame:
        """Return the finished epochs: ``epoch, loss, accuracy, val_loss, val_accuracy, seconds``."""
        path = self.folder / "history.csv"
        columns = ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds"]
        pandas = load("pandas")
        return pandas.read_csv(path) if path.is_file() else pandas.DataFrame(columns=columns)

    def add_epoch(self, epoch: Epoch) -> None:
        """Append an epoch to the history."""
        path = self.folder / "history.csv"
        text = io.StringIO(path.read_text(encoding="utf-8") if path.is_file() else "")
        text.seek(0, io.SEEK_END)
        writer = csv.writer(text, lineterminator="\n")
        if text.tell() == 0:
            writer.writerow(["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds"])
        rounded = [
            round(v, 6)
            for v in (epoch.loss, epoch.accuracy, epoch.val_loss, epoch.val_accuracy, epoch.seconds)
        ]
        writer.writerow([epoch.epoch, *rounded])
        write_text(path, text.getvalue())

    def forget_history(self) -> None:
        """Remove the history, of a training that begins anew."""
        (self.folder / "history.csv").unlink(missing_ok=True)

    def write_split(self, split: pd.DataFrame) -> None:
        """Keep which clip was in which part."""
        with atomic_file(self.folder / "split.csv") as temporary:
            split.to_csv(temporary, index=False, lineterminator="\n")

    def split(self) -> pd.DataFrame:
        """Return ``clip, speaker, part``.

        Raises
        ------
        StorageError
            The table is missing or damaged.
        """
        path = self.folder / "split.csv"
        try:
            table = load("pandas").read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
            table[["clip", "speaker", "part"]]  # raises KeyError
        except (OSError, ValueError, KeyError) as error:
            raise StorageError(
                f"{path} must be a table of clip, speaker and part. It cannot be read ({error}): train again."
            ) from error
        return table

    def save_network(self, full: Any) -> None:
        """Keep the trained network as ``.keras``, atomically, and drop the checkpoint."""
        from workbench.models.inference import weights_hash

        with atomic_file(self.weights) as temporary:
            full.save(temporary)
        self.update(weights_hash=weights_hash(full))
        self.checkpoint.unlink(missing_ok=True)

    def predictor(self) -> Predictor:
        """Load the trained network with Keras.

        Raises
        ------
        InvalidInputError
            The training was not finished.
        """
        from workbench.models.inference import Predictor

        facts = self._trained()
        return Predictor.load(self.weights, facts["network"], expected_hash=facts["weights_hash"])

    def runtime(self, *, progress: Progress = silent) -> RuntimeNetwork:
        """Load the trained network for use without TensorFlow.

        It is exported once (with TensorFlow, some seconds) and compared with Keras on moments of the run's own
        recordings; an export that is damaged or of other weights is made anew.

        Raises
        ------
        InvalidInputError
            The training was not finished.
        StorageError
            The export's answers are not Keras's, or it cannot be written.
        """
        facts = self._trained()
        network, weights_hash = facts["network"], facts["weights_hash"]
        folder = self.folder / "exported"
        export = Export.find(folder, network=network, weights_hash=weights_hash)
        if export is None:
            from workbench.datasets.feature_store import FeatureStore
            from workbench.models.exporting import export_network
            from workbench.models.real_inputs import real_inputs

            progress(0, 1, f"{network}: TensorFlow starts, once for this run")
            features = Project(self.folder.parents[2]).dataset_folder(facts["dataset"]) / "features"
            arrays, source = real_inputs(FeatureStore(features), INPUTS[network])
            export = export_network(
                self.predictor(),
                folder,
                weights_hash=weights_hash,
                arrays=arrays,
                source=source,
                progress=progress,
            )
        return RuntimeNetwork(export)

    def _trained(self) -> dict[str, Any]:
        if not self.weights.is_file():
            raise InvalidInputError(
                f"Run {self.id} must be finished before it is used. It is {self.facts()['status']}: resume it with `workbench train --resume {self.id}`."
            )
        return self.facts()


def latest_run(project: Project, *, network: str, dataset: str | None = None, **wanted: Any) -> Run | None:
    """Return the newest finished run of a network whose facts equal those wanted, or None.

    A fold's run, or one that borrowed another seed's split, is found only when its ``fold`` or ``split_seed`` is asked for.
    """
    wanted = {"fold": None, "split_seed": None} | wanted
    for path in sorted(project.runs.glob("*/run.json"), reverse=True):
        facts = read_json(path)
        fits = (
            facts.get("network") == network
            and facts.get("status") == "finished"
            and dataset in (None, facts.get("dataset"))
        )
        if fits and all(facts.get(name) == value for name, value in wanted.items()):
            return Run(path.parent)
    return None
