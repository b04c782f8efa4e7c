"""A model's card: what it may be used for, from what it learnt, how well it does on whom, and what to beware of.

Every page, report and publication prints it from this one object.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workbench.datasets.rights import read_rights
from workbench.datasets.rights.purposes import PURPOSES
from workbench.evaluation.calibration import measure_calibration
from workbench.evaluation.calibration_words import verdict_sentence
from workbench.evaluation.clips import clips_with_changing_truth
from workbench.evaluation.confidence import confidences_of
from workbench.evaluation.estimates import Share
from workbench.evaluation.warnings import severity_of
from workbench.files import file_stamp
from workbench.models.code_version import code_in_words
from workbench.models.groups import Group
from workbench.models.runs import Run
from workbench.project import Project
from workbench.reports.answer import said
from workbench.reports.audience import Audience
from workbench.reports.group_accuracy import NOT_KNOWN, GroupAccuracy, group_accuracies
from workbench.reports.pseudonyms import Pseudonyms
from workbench.reports.stored import stored_evaluation, stored_predictions
from workbench.reports.summary import SPLITS
from workbench.reports.suppression import hidden_groups
from workbench.reports.told import told

LIMITS = (
    (
        "Made for",
        "judging and comparing systems on recordings whose speakers agreed to it: research and evaluation.",
    ),
    (
        "Not for",
        "deciding anything about a person. In the European Union inferring emotions at work or in education is "
        "prohibited (AI Act, Article 5(1)(f)), medical and safety reasons aside; elsewhere people must be told "
        "(Article 50(3)).",
    ),
    (
        "What is measured",
        "whether the system names the sentiment that was acted or that annotators saw, not what anybody felt.",
    ),
    (
        "How far it reaches",
        "to people and recordings like those tested. Few people were tested, so look at the interval, not at the "
        "point; other ages, skins, languages, cameras and microphones may give other figures.",
    ),
)

DRAWN = (
    "These are drawn actors with synthetic voices: the figures show that the parts work together, and say nothing "
    "about real people."
)

_NOT_DECLARED = "not declared"


@dataclass(frozen=True)
class GroupRow:
    """One group on the card.

    Attributes
    ----------
    name : str
        Its value, or that it is not known.
    right : Share or None
        None where the group is too small for the audience, or another would follow from it.
    why : str
        Then what is said instead.
    """

    name: str
    right: Share | None
    n_speakers: int
    why: str = ""


@dataclass(frozen=True)
class ModelCard:
    """What everybody who meets a model's figures must know.

    Attributes
    ----------
    name, run_id, dataset, data_hash, split, version, seed, trained_utc : str
        Which system, on which data, how training and test were kept apart, made with what and when.
    declared : tuple of (word, text)
        Purpose and licence as declared for the dataset.
    limits : tuple of (word, text)
        What it is made for and not for, what is measured, and how far that reaches.
    learnt_from : tuple of (word, text)
        The training data.
    accuracy : Share
        On the whole test; ``unit`` says of what.
    groups : dict of str to tuple of GroupRow
        By sex, intensity and speaker, as far as the audience may see it.
    calibration : str
        Whether its confidences can be believed, in a sentence.
    alarms : tuple of (code, message)
        The serious ones first, in words that the audience may read.
    """

    name: str
    run_id: str
    dataset: str
    data_hash: str
    split: str
    version: str
    seed: str
    trained_utc: str
    declared: tuple[tuple[str, str], ...]
    limits: tuple[tuple[str, str], ...]
    learnt_from: tuple[tuple[str, str], ...]
    accuracy: Share
    unit: str
    groups: dict[str, tuple[GroupRow, ...]]
    calibration: str
    alarms: tuple[tuple[str, str], ...]

    @property
    def origin(self) -> tuple[tuple[str, str], ...]:
        """Words and facts that say where the figures come from."""
        return (
            ("run", self.run_id),
            ("trained", self.trained_utc),
            ("seed", self.seed),
            ("split", self.split),
            ("data", f"{self.dataset}, content hash {self.data_hash}"),
            ("made with", f"Affect Workbench {self.version}"),
        )


def card_of(project: Project, run: Run | Group, audience: Audience) -> ModelCard:
    """Return the card of a finished run or cross-validation, as an audience may see it.

    Raises
    ------
    InvalidInputError
        It is not finished.
    StorageError
        Its dataset's catalog or rights are damaged.
    """
    facts, evaluation = run.facts(), stored_evaluation(run)
    level = evaluation["clips"] or evaluation["frames"]
    drawn = (project.dataset_folder(facts["dataset"]) / "truth.csv").is_file()
    names = Pseudonyms.of(project, audience)
    alarms = {(w["code"], told(audience, w["code"], w["message"])): None for w in evaluation["warnings"]}
    return ModelCard(
        name=said(facts["network"]),
        run_id=run.id,
        dataset=facts["dataset"],
        data_hash=str(facts.get("data_hash", "not known")),
        split=split_in_words(facts),
        version=code_in_words(facts.get("code", facts)),
        seed=str(facts.get("seed", "not known")),
        trained_utc=str(facts.get("started_utc", "not known")),
        declared=_declared(project, facts["dataset"]),
        limits=((("Drawn data", DRAWN),) if drawn else ()) + LIMITS,
        learnt_from=tuple(_learnt_from(facts)),
        accuracy=Share(**level["accuracy"]),
        unit="clip" if evaluation["clips"] else "moment",
        groups={of: _shown(groups, names) for of, groups in group_accuracies(project, run).items()},
        calibration=_calibration(run, file_stamp(run.folder / "predictions.csv"), int(facts["seed"])),
        alarms=tuple(sorted(alarms, key=lambda alarm: severity_of(alarm[0]) != "serious")),
    )


def split_in_words(facts: dict[str, Any]) -> str:
    """Say how training and test were kept apart."""
    if facts.get("kind") == "folds":
        return (
            f"cross-validation by speaker, {len(facts['folds'])} folds: every speaker tested once, by a network that "
            "never met them"
        )
    return SPLITS.get(facts["split"], facts["split"])


def _declared(project: Project, dataset: str) -> tuple[tuple[str, str], ...]:
    rights = read_rights(project, dataset)
    purpose = PURPOSES.get(rights.purpose)
    words = _NOT_DECLARED if purpose is None else f"{purpose.name}: {purpose.words}"
    reason = (("Reason", rights.reason),) if rights.reason else ()
    return (("Declared purpose", words), *reason, ("Licence of the data", rights.licence or _NOT_DECLARED))


def _learnt_from(facts: dict[str, Any]) -> list[tuple[str, str]]:
    speakers = facts.get("speakers", {})
    parts = facts.get("n_samples", {})
    rows = [("dataset", str(facts["dataset"]))]
    for part, n in parts.items():
        people = len(speakers.get(part, speakers.get("all", [])))
        rows.append((part, f"{n:,} moments" + (f" of {people:,} people" if people else "")))
    if folds := facts.get("n_learnt_per_fold"):
        rows.append(("each fold", f"about {round(sum(folds) / len(folds)):,} clips of the other people"))
    sources = {"hand": "given by people", "known": "from the recordings"}
    for source, n in facts.get("answer_sources", {}).items():
        rows.append((f"answers {sources.get(source, source)}", f"{n:,} moments"))
    return rows


def _shown(groups: tuple[GroupAccuracy, ...], names: Pseudonyms) -> tuple[GroupRow, ...]:
    smallest = names.audience.smallest_group
    sizes = {group.value: group.n_speakers for group in groups}
    hidden = hidden_groups(sizes, smallest)
    values = [group.value for group in groups]
    speakers = groups[0].of == "speaker"
    called = names.called("speaker", names.numbers("speaker", values)) if speakers else {}
    rows = []
    for group in groups:
        name = "not known" if group.value == NOT_KNOWN else called.get(group.value, group.value)
        if group.value not in hidden:
            rows.append(GroupRow(name, group.right, group.n_speakers))
        elif sizes[group.value] < smallest:
            rows.append(GroupRow(name, None, 0, f"fewer than {smallest} people"))
        else:
            rows.append(GroupRow(name, None, 0, "not shown: a smaller group would follow from it"))
    return tuple(rows)


@lru_cache(maxsize=64)  # asked for by page after page; a table written anew has another stamp
def _calibration(run: Run | Group, _stamp: tuple[int, int], seed: int) -> str:
    table = stored_predictions(run)
    unit = "moment" if clips_with_changing_truth(table) else "clip"
    return verdict_sentence(measure_calibration(confidences_of(table, unit=unit), seed=seed))
