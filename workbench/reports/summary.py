"""What is published about a comparison: one plain object that the dashboard and the report both show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.datasets.catalog import Dataset
from workbench.errors import WorkbenchError
from workbench.evaluation.comparison import compare
from workbench.evaluation.estimates import Share
from workbench.evaluation.warnings import leak_codes
from workbench.models.runs import Run
from workbench.project import Project
from workbench.reports.answer import FUSED, WORDS, Answer, answer_question, said
from workbench.reports.stored import (
    LEAKING_SPLITS,
    StoredComparison,
    list_comparisons,
    marked_pairs,
    n_not_judged,
    read_comparison,
    run_called,
    stored_evaluation,
    stored_predictions,
)

QUESTION = "Does fusing face and voice help?"
SPLITS = {
    "speaker": "by speaker: tested on people the networks have never seen or heard",
    "clip": "by clip: other clips of the test's people were in training",
    "sentence": "by sentence: other sentences of the test's people were in training",
    "frame": "by frame (the paper's): moments of the same clips were in training",
}


@dataclass(frozen=True)
class System:
    """One system of the comparison with its stored figures.

    Attributes
    ----------
    level : dict
        The block ``clips`` of its stored evaluation.
    not_judged : (int, int)
        Test clips without a judgement, and of how many.
    """

    network: str
    run_id: str
    facts: dict[str, Any]
    level: dict[str, Any]
    warnings: list[dict[str, str]]
    not_judged: tuple[int, int]

    @property
    def words(self) -> str:
        """The system's name in a manager's words."""
        return said(self.network)

    @property
    def leaks(self) -> tuple[str, ...]:
        """The codes of its split's leaks."""
        return leak_codes(self.warnings)

    @property
    def accuracy(self) -> Share:
        """Clips told right."""
        return Share(**self.level["accuracy"])


@dataclass(frozen=True)
class Summary:
    """Everything a reader gets to know about one comparison.

    Attributes
    ----------
    warnings : list of (who, code, message)
        Alarms that are no leaks; ``who`` names the systems concerned.
    leaks : list of str
        In which ways training and test share something.
    baseline : (str, Share) or None
        The commonest class and how often always saying it is right.
    problems : list of str
        What could not be read.
    """

    answer: Answer
    comparison: StoredComparison
    systems: list[System]
    split_words: str
    tested_on: str
    learnt_from: str
    leaks: list[str]
    warnings: list[tuple[str, str, str]]
    baseline: tuple[str, Share] | None
    drawn: bool
    problems: list[str]

    @property
    def main(self) -> System | None:
        """The fused system, where its run is there."""
        return next((system for system in self.systems if system.network == FUSED), None)


def summarise(project: Project, name: str | None = None) -> Summary | None:
    """Sum up a stored comparison (the newest one without a name); None when there is none yet.

    Raises
    ------
    InvalidInputError
        There is no comparison of that name.
    StorageError
        It is damaged.
    """
    names = list_comparisons(project)
    if name is None and not names:
        return None
    return summary_of(project, read_comparison(project, name if name is not None else names[0]))


def summary_of_run(project: Project, run: Run) -> Summary | None:
    """Sum up the newest comparison a run takes part in; for a fused run without one, compare it with its parts."""
    for name in list_comparisons(project):
        stored = read_comparison(project, name)
        if run.id in stored.runs.values():
            return summary_of(project, stored)
    facts = run.facts()
    companions = {
        network: run_called(project, run_id) for network, run_id in facts.get("companions", {}).items()
    }
    runs = {network: companions.get(network) for network in ("visual", "audio")} | {FUSED: run}
    there = {network: found for network, found in runs.items() if found is not None}
    if facts["network"] != FUSED or len(there) < len(runs):
        return None
    tables = {network: stored_predictions(found) for network, found in there.items()}
    ids = {network: found.id for network, found in there.items()}
    plain = compare(tables, seed=int(facts["seed"])).as_json()["pairs"]
    pairs = marked_pairs(project, plain, ids, split=facts["split"])
    return summary_of(
        project, StoredComparison("", facts["dataset"], facts["split"], ids, pairs, facts["started_utc"])
    )


def summary_of(project: Project, stored: StoredComparison) -> Summary:
    """Sum up a comparison with the runs it names; runs that are gone are said, not guessed."""
    systems, problems = [], []
    for network in [
        *(name for name in WORDS if name in stored.runs),
        *(name for name in stored.runs if name not in WORDS),
    ]:
        try:
            systems.append(_system(project, network, stored.runs[network]))
        except WorkbenchError as error:
            problems.append(f"{said(network)}: {error}")
    leaks = sorted(
        {w["message"] for system in systems for w in system.warnings if w["code"].startswith("leak")}
    )
    if not leaks and stored.split in LEAKING_SPLITS:
        leaks = [SPLITS[stored.split]]
    main = next((system for system in systems if system.network == FUSED), systems[-1] if systems else None)
    return Summary(
        answer=answer_question(stored.pairs, leaks=bool(leaks)),
        comparison=stored,
        systems=systems,
        split_words=SPLITS.get(stored.split, stored.split),
        tested_on=_tested_on(main),
        learnt_from=_learnt_from(main),
        leaks=leaks,
        warnings=_warnings(systems),
        baseline=_baseline(main),
        drawn=Dataset(project.dataset_folder(stored.dataset)).truth_file.is_file(),
        problems=problems,
    )


def _system(project: Project, network: str, run_id: str) -> System:
    run = run_called(project, run_id)
    if run is None:
        raise WorkbenchError(f"the run {run_id} is gone, so only what the comparison says is shown.")
    evaluation = stored_evaluation(run)
    level = evaluation["clips"] or evaluation["frames"]
    return System(network, run_id, run.facts(), level, evaluation["warnings"], n_not_judged(run))


def _many(n: int, one: str, several: str) -> str:
    return f"{n:,} {one if n == 1 else several}"


def _tested_on(system: System | None) -> str:
    if system is None:
        return "not known: the runs are gone"
    people = system.level["n_speakers"]
    whom = _many(people, "person", "people") if people else "people unknown"
    return f"{_many(system.level['n_clips'], 'clip', 'clips')} of {whom}"


def _learnt_from(system: System | None) -> str:
    if system is None:
        return "not known: the runs are gone"
    if learnt := system.facts.get("n_learnt_per_fold"):
        clips = f"about {round(sum(learnt) / len(learnt)):,} clips"
        return f"each of {len(learnt)} folds from {clips} of the other people"
    speakers = system.facts.get("speakers", {})
    people = {name for part in ("train", "validation", "all") for name in speakers.get(part, [])}
    moments = sum(system.facts.get("n_samples", {}).values())
    whom = _many(len(people), "person", "people") if people else "people unknown"
    return f"{_many(moments, 'moment', 'moments')} of {whom}"


def _warnings(systems: list[System]) -> list[tuple[str, str, str]]:
    """Return every alarm once, with the systems it concerns."""
    who: dict[tuple[str, str], list[str]] = {}
    for system in systems:
        for warning in system.warnings:
            if not warning["code"].startswith("leak"):
                who.setdefault((warning["code"], warning["message"]), []).append(system.words)
    found = []
    for (code, message), names in who.items():
        everyone = len(names) == len(systems) and len(systems) > 1
        found.append(("all" if everyone else ", ".join(names), code, message))
    return found


def _baseline(system: System | None) -> tuple[str, Share] | None:
    if system is None:
        return None
    confusion = system.level["confusion"]
    cases = [sum(row) for row in confusion["counts"]]
    if not sum(cases):
        return None
    k, n = max(cases), sum(cases)
    return confusion["classes"][cases.index(k)], Share(k / n, None, None, k=k, n=n)
