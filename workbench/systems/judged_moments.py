"""The moments that networks were judged on, in one table: answers of every modality, the truth as it stands, who said what.

Only answers about moments that a network never learnt from are in it: its test part, its validation part, and its training
part where :func:`workbench.systems.cross_prediction.cross_predict` asked networks that had not seen it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.known_answers import answers_for_moments
from workbench.datasets.moments import moments_table
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import PROBABILITY_PREFIX, read
from workbench.labels.store import LabelStore
from workbench.media.timeline import GRID_STEP_S
from workbench.models.runs import Run
from workbench.models.settings import CLASSES
from workbench.project import Project
from workbench.sentiment import OPEN_THRESHOLD

FILES = {
    "test": "predictions.csv",
    "validation": "validation_predictions.csv",
    "train": "training_predictions.csv",
}
"""Where a run keeps what it says about each part; the last one is cross-validated."""
ABOUT = ("sex", "intensity", "statement", "emotion")
Runs = Mapping[str, Run | Sequence[Run]]
_KEY = ["clip", "milliseconds"]


def said_by(network: str, name: str) -> str:
    """Return the column with the probability that a network gives a class."""
    return f"{network}:{name}"


@dataclass
class JudgedMoments:
    """What several networks of one question say about the same moments.

    Attributes
    ----------
    table : pd.DataFrame
        ``clip, speaker, start_s, end_s, moment, part, truth, source, judged_as`` (the truth when the run was judged),
        ``stretch`` (number, within its clip, of the stretch of neighbouring moments with the same label),
        ``sex, intensity, statement, emotion, mouth`` where known, and ``<network>:<class>``, NaN where a network says
        nothing (no face, no voice). An empty ``truth`` means that nobody knows now.
    networks : tuple of str
    runs : dict of str to tuple of Run
        Several runs of one network are folds: each was judged on other people.
    dataset : Dataset
    question : str
    classes : tuple of str
    answers : str
        Which answers the networks learn from: ``"known"``, ``"hand"`` or ``"both"``.
    """

    table: pd.DataFrame
    networks: tuple[str, ...]
    runs: dict[str, tuple[Run, ...]]
    dataset: Dataset
    question: str
    classes: tuple[str, ...]
    answers: str

    def of(self, network: str, rows: pd.DataFrame | None = None) -> pd.DataFrame:
        """Return a predictions table of one network: the rows it says something about and whose truth is known."""
        table = self.table if rows is None else rows
        own = [said_by(network, name) for name in self.classes]
        known = table[table[own[0]].notna() & (table["truth"] != "")]
        renamed = {said_by(network, name): PROBABILITY_PREFIX + name for name in self.classes}
        kept = ["clip", "speaker", "start_s", "end_s", "truth", *own]
        return known[kept].rename(columns=renamed)

    def read_truth(self, hand: pd.DataFrame, verdicts: pd.DataFrame, *, clips: Sequence[str] = ()) -> None:
        """Take over the answers as they stand now (of some clips only, when named).

        Parameters
        ----------
        hand, verdicts : pd.DataFrame
            :meth:`LabelStore.answers` and :meth:`LabelStore.verdicts`.
        """
        rows = self.table["clip"].isin(set(clips)) if clips else pd.Series(True, index=self.table.index)
        part = self.table[rows].rename(columns={"start_s": "time_s"})
        said = answers_for_moments(
            part,
            question=self.question,
            dataset=self.dataset,
            hand=hand,
            verdicts=verdicts,
            source=self.answers,  # type: ignore[arg-type]
        )
        self.table.loc[rows, "truth"] = said["answer"]
        self.table.loc[rows, "source"] = said["answer_source"]
        self.table.loc[rows, "stretch"] = said["run"]


def judged_moments(project: Project, runs: Runs) -> JudgedMoments:
    """Bring together what runs of one dataset say about moments they never learnt from.

    Parameters
    ----------
    runs : mapping of network to Run, or to several runs of it
        Such as the ``visual``, ``audio`` and ``audiovisual`` run of one comparison, or the folds of each.

    Raises
    ------
    InvalidInputError
        No run; runs of different datasets, questions or sources of answers; or one that is not finished.
    """
    lists = {name: (of,) if isinstance(of, Run) else tuple(of) for name, of in runs.items()}
    facts = _same_facts(lists)
    network = next(iter(lists))
    question = "mouth" if network == "mouth" else "sentiment"
    dataset = Dataset.open(project, facts["dataset"])
    table = _joined({name: _said(name, of) for name, of in lists.items()})
    table = _with_moments(table, dataset)
    table = table.assign(source="", stretch=-1)
    found = JudgedMoments(
        table.reset_index(drop=True),
        tuple(lists),
        lists,
        dataset,
        question,
        CLASSES[network],
        facts["answers"],
    )
    with LabelStore.open(project.labels) as store:
        found.read_truth(store.answers(question), store.verdicts(question))
    return found


def _same_facts(runs: Mapping[str, Sequence[Run]]) -> dict[str, str]:
    every = [run for of in runs.values() for run in of]
    if not every:
        raise InvalidInputError("Errors are explored of one run or more. Received none: train first.")
    found = [run.facts() for run in every]
    for name in ("dataset", "answers"):
        values = sorted({str(facts[name]) for facts in found})
        if len(values) > 1:
            raise InvalidInputError(
                f"Runs explored together must have the same {name}. Received {', '.join(values)}: choose runs of one comparison."
            )
    if len({CLASSES[name] for name in runs}) > 1:
        raise InvalidInputError(
            f"Runs explored together must answer one question. Received {', '.join(runs)}: explore the mouth run on its own."
        )
    return {name: found[0][name] for name in ("dataset", "answers")}


def _said(network: str, runs: Sequence[Run]) -> pd.DataFrame:
    """Return what one network's runs say, each moment once: tested on before validated before cross-validated."""
    parts = []
    for part, file in FILES.items():
        for run in runs:
            path = run.folder / file
            if path.is_file():
                parts.append(read(path).assign(part=part))
            elif part == "test":
                raise InvalidInputError(
                    f"A run must be finished before its errors are explored. {run.id} is "
                    f"{run.facts().get('status', 'damaged')}: go on with `workbench train --resume {run.id}`."
                )
    table = pd.concat(parts, ignore_index=True)
    table["milliseconds"] = (table["start_s"] * 1000).round().astype(int)
    table = table.drop_duplicates(_KEY)
    renamed = {PROBABILITY_PREFIX + name: said_by(network, name) for name in CLASSES[network]}
    kept = [*_KEY, "part", "truth", *renamed.values()]
    if "mouth_open" in table:
        kept.append("mouth_open")
    return table.rename(columns=renamed)[kept]


def _joined(said: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row per moment that any network speaks about; part and truth are those of the first that does."""
    whole: pd.DataFrame | None = None
    for table in said.values():
        if whole is None:
            whole = table
            continue
        whole = whole.merge(table, on=_KEY, how="outer", suffixes=("", "_further"))
        for name in [name for name in whole.columns if name.endswith("_further")]:
            own = name.removesuffix("_further")
            whole[own] = whole[own].fillna(whole.pop(name))
    assert whole is not None
    return whole.rename(columns={"truth": "judged_as"})


def _with_moments(table: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Add what is known of each moment and its clip; moments whose clip is gone are left out."""
    moments = moments_table(dataset, clips=set(table["clip"]))
    moments["milliseconds"] = (moments["time_s"] * 1000).round().astype(int)
    catalog = dataset.table().set_index("clip")
    for name in ABOUT:
        moments[name] = (
            moments["clip"].map(catalog[name]).fillna("").astype(str) if name in catalog.columns else ""
        )
    joined = moments.merge(table, on=_KEY, how="inner", validate="one_to_one")
    opened = joined.pop("mouth_open") if "mouth_open" in joined else pd.Series(np.nan, index=joined.index)
    state = np.where(opened > OPEN_THRESHOLD, "open", "closed")
    joined["mouth"] = np.where(opened.isna(), "", state)
    joined["start_s"] = joined.pop("time_s")
    joined["end_s"] = (joined["start_s"] + GRID_STEP_S).round(9)
    return joined.assign(truth="").drop(columns=["milliseconds"])
