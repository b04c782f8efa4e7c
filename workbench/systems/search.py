"""Search for better settings by the validation part alone, over several processes, resumable after any kill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.datasets.cluster import pulled
from workbench.errors import InvalidInputError, StorageError, WorkbenchError
from workbench.files import write_json
from workbench.models.groups import Group
from workbench.models.settings import Settings
from workbench.progress import Progress, silent, within
from workbench.project import Project
from workbench.systems.group_training import begin, reopen, working
from workbench.systems.plan import Plan, settings_of
from workbench.systems.preparation import companions_of
from workbench.systems.search_space import SPACES, applied, as_json, from_json, values_of
from workbench.systems.study import Study, Trial
from workbench.systems.trial import try_plan

_MOST_TRIALS = 10_000
_FAILURES_TO_STOP = 3
_KEPT = ("by_epoch", "loss", "seconds")


def search(
    project: Project,
    what: Plan,
    *,
    n_trials: int,
    n_workers: int = 1,
    scheduler: str | None = None,
    progress: Progress = silent,
) -> Group:
    """Try settings around a plan and keep every trial; the plan's own settings are tried first.

    Parameters
    ----------
    what : Plan
        Its epochs and samples per class hold for every trial.
    n_trials : int
        How many in all.
    n_workers : int
        Processes on this machine; one works here, without any other process.
    scheduler : str, optional
        Address of a dask scheduler instead; its workers must see the project under the same path.

    Raises
    ------
    InvalidInputError
        The paper's split by frame (its test lies in the same clips), a number outside its range, or nothing to learn from.
    """
    if what.split == "frame":
        raise InvalidInputError(
            "A search must not see the test. Under --split frame the test's moments lie in the clips that are learnt "
            "from: search with the split by speaker, clip or sentence."
        )
    _check(n_trials, n_workers)
    companions = {name: run.id for name, run in companions_of(project, what).items()}
    group = begin(
        project, "search", what, n_trials=n_trials, space=as_json(SPACES[what.network]), companions=companions
    )
    return _go_on(project, group, n_trials, n_workers, scheduler, progress)


def resume_search(
    project: Project,
    reference: str,
    *,
    n_trials: int | None = None,
    n_workers: int = 1,
    scheduler: str | None = None,
    progress: Progress = silent,
) -> Group:
    """Go on with a search: trials that were cut off are tried again with the same values.

    Parameters
    ----------
    n_trials : int, optional
        How many in all; as it was begun when left out.

    Raises
    ------
    InvalidInputError
        No such search, its data changed since, or all its trials are done.
    """
    group = reopen(project, reference, "search")
    facts = group.facts()
    wanted = facts["n_trials"] if n_trials is None else n_trials
    _check(wanted, n_workers)
    if facts["status"] == "finished" and wanted <= facts["n_trials"]:
        raise InvalidInputError(
            f"A finished search goes on only for more trials. {group.id} has {facts['n_trials']}: ask for more with "
            f"--trials, or train its best settings with `{best_command(group)}`."
        )
    return _go_on(project, group, wanted, n_workers, scheduler, progress)


def best_settings(group: Group) -> Settings:
    """Return the settings of the best trial of a search.

    Raises
    ------
    InvalidInputError
        It is no search, or not finished.
    """
    if group.facts()["kind"] != "search":
        raise InvalidInputError(
            f"Only a search has best settings. {group.id} is one of the kind {group.facts()['kind']}."
        )
    return settings_of(group.result()["best"]["settings"])


def best_command(group: Group) -> str:
    """Return the command that trains the best settings and judges them, once, on the test part."""
    facts = group.facts()
    options = f"--network {facts['network']} --split {facts['split']} --seed {facts['seed']}"
    return f"workbench train {facts['dataset']} {options} --answers {facts['answers']} --like {group.id}"


def study_of(group: Group) -> Study:
    """Open the trials of a search."""
    facts = group.facts()
    return Study(group.folder / "study.db", space=from_json(facts["space"]), seed=facts["seed"])


def plan_of_trial(group: Group, trial: Trial) -> dict[str, Any]:
    """Return, as plain values, the plan that a trial trains."""
    facts = group.facts()
    settings = applied(settings_of(facts["settings"]), trial.values)
    return {**facts, "settings": settings.as_json()}


def _check(n_trials: int, n_workers: int) -> None:
    if not 1 <= n_trials <= _MOST_TRIALS:
        raise InvalidInputError(f"The number of trials must be 1 to {_MOST_TRIALS:,}. Received {n_trials}.")
    if n_workers < 1:
        raise InvalidInputError(f"The number of workers must be 1 or more. Received {n_workers}.")


def _go_on(
    project: Project, group: Group, n_trials: int, n_workers: int, scheduler: str | None, progress: Progress
) -> Group:
    with working(group):
        group.update(n_trials=n_trials)
        facts = group.facts()
        study = study_of(group)
        study.suggest_first(values_of(settings_of(facts["settings"]), from_json(facts["space"])))
        asked = _asked(study, n_trials)
        if n_workers == 1 and scheduler is None:
            outcomes = _here(project, group, study, asked, progress)
        else:
            outcomes = _elsewhere(project, group, asked, n_workers, scheduler)
        for trial, outcome in outcomes:
            _keep(group, study, trial, outcome)
            progress(len(_done(study)), n_trials, _standing(study))
        write_json(group.folder / "result.json", _result(group, study))
    return group


def _asked(study: Study, n_trials: int) -> Iterator[Trial]:
    """Yield the trials that were cut off, then new ones until there are enough."""
    yield from study.unfinished()
    while len(study.trials()) < n_trials:
        yield study.ask()


def _here(
    project: Project, group: Group, study: Study, asked: Iterator[Trial], progress: Progress
) -> Iterator[tuple[Trial, Any]]:
    """Try one after the other in this process, telling how far each is."""
    n_trials = group.facts()["n_trials"]
    for trial in asked:
        done = len(_done(study))
        step = within(progress, done / n_trials, min(done + 1, n_trials) / n_trials)
        try:
            yield trial, try_plan(str(project.root), plan_of_trial(group, trial), progress=step)
        except Exception as error:  # settings that end in an error are a finding about them
            yield trial, error


def _elsewhere(
    project: Project, group: Group, asked: Iterator[Trial], n_workers: int, scheduler: str | None
) -> Iterator[tuple[Trial, Any]]:
    """Try several at once in other processes."""
    sent: list[Trial] = []

    def items() -> Iterator[tuple[str, dict[str, Any]]]:
        for trial in asked:
            sent.append(trial)
            yield str(project.root), plan_of_trial(group, trial)

    for number, outcome in pulled(try_plan, items(), n_workers=n_workers, scheduler=scheduler):
        yield sent[number], outcome


def _keep(group: Group, study: Study, trial: Trial, outcome: Any) -> None:
    """Tell the study how a trial went.

    Raises
    ------
    WorkbenchError
        What is wrong with the data is no fault of the settings: the search ends with the trial's own error.
    StorageError
        The samples changed between trials, or the first trials all fail.
    """
    if isinstance(outcome, WorkbenchError):
        raise outcome
    if isinstance(outcome, BaseException):
        study.fail(trial.number, f"{type(outcome).__name__}: {outcome}"[:500])
        trials = study.trials()
        failed = sum(one.state == "failed" for one in trials)
        if failed >= _FAILURES_TO_STOP and not any(one.state == "complete" for one in trials):
            raise StorageError(
                f"A search must have a trial that works. The first {failed} all failed, the last with {outcome!r}: "
                "mend that, then go on."
            ) from outcome
        return
    learnt = {name: outcome[name] for name in ("samples_hash", "arrays_hash")}
    known = group.facts().get("learnt")
    if known is not None and known != learnt:
        raise InvalidInputError(
            f"All trials of a search must learn from the same samples. Those of {group.facts()['dataset']} have changed "
            f"since {group.id} began (labels were added or changed): begin a new search."
        )
    if known is None:
        group.update(learnt=learnt)
    study.tell(trial.number, outcome["score"], **{name: outcome[name] for name in _KEPT})


def _done(study: Study) -> list[Trial]:
    return [trial for trial in study.trials() if trial.state != "running"]


def _standing(study: Study) -> str:
    best = study.best()
    if best is None or best.score is None:
        return "no trial has worked yet"
    return f"trials; the best, trial {best.number + 1}: {best.score:.1%} of the validation samples right"


def _result(group: Group, study: Study) -> dict[str, Any]:
    best = study.best()
    if best is None:
        raise StorageError("A search must have a trial that works. All failed: look at their errors.")
    settings = plan_of_trial(group, best)["settings"]
    return {
        "trials": [trial.as_json() for trial in study.trials()],
        "best": {"number": best.number, "score": best.score, "values": best.values, "settings": settings},
        "first": next((trial.score for trial in study.trials() if trial.number == 0), None),
    }


def lines_of_search(group: Group) -> list[str]:
    """Return what came of a search, for people, and the command that judges its best settings."""
    facts, result = group.facts(), group.result()
    best = result["best"]
    states = [trial["state"] for trial in result["trials"]]
    counted = f"{states.count('complete')} of {len(states)} trials worked"
    said = ", ".join(f"{name} {_short(value)}" for name, value in best["values"].items())
    lines = [f"{facts['network']}: {counted}; judged by the validation part alone, the test was not read."]
    lines.append(
        f"  best: trial {best['number'] + 1}, {best['score']:.1%} of the validation samples right ({said})"
    )
    if result["first"] is not None:
        lines.append(f"  as it was begun (trial 1): {result['first']:.1%}")
    lines.append(
        "The best of many tries flatters itself. Its true score is that on the test, asked for once:"
    )
    return [*lines, f"  {best_command(group)}"]


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
