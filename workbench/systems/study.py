"""The one door to Optuna: a study in its own file, asked for trials and told how they went by one process at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import StorageError
from workbench.lazy import load
from workbench.systems.search_space import Choice, Space, Value

_NAME = "search"


@dataclass(frozen=True)
class Trial:
    """One set of values that is or was tried.

    Attributes
    ----------
    number : int
        From 0.
    values : dict
    state : {"running", "complete", "failed"}
    score : float or None
        What it reached; None until it is complete.
    details : dict
        What was told besides (epochs, seconds, why it failed).
    """

    number: int
    values: dict[str, Value]
    state: str
    score: float | None = None
    details: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the trial as plain values."""
        return dict(self.__dict__)


class Study:
    """A search for the highest score, kept in an SQLite file.

    Only the process that holds the group talks to it; workers are handed values and hand back scores. What a trial is
    hangs on the seed and on the trials told before it, so a search that was killed goes on as if it had not been.

    Parameters
    ----------
    file : Path
        Made when it is not there.
    space : Space
    seed : int

    Raises
    ------
    StorageError
        The file is no study.
    """

    def __init__(self, file: Path, *, space: Space, seed: int) -> None:
        optuna = load("optuna")
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._optuna, self._seed, self._space = optuna, seed, space
        self._distributions = {name: _distribution(optuna, bounds) for name, bounds in space.items()}
        is_new = not file.is_file()
        try:
            storage = optuna.storages.RDBStorage(f"sqlite:///{file}")
            self._study = optuna.create_study(
                storage=storage, study_name=_NAME, direction="maximize", load_if_exists=not is_new
            )
        except Exception as error:
            raise StorageError(
                f"{file} must be the study of a search. It cannot be read ({type(error).__name__}): begin a new search."
            ) from error

    def suggest_first(self, values: Mapping[str, Value]) -> None:
        """Let these values be tried before any others are chosen."""
        self._study.enqueue_trial(dict(values), skip_if_exists=True)

    def ask(self) -> Trial:
        """Return the next values to try."""
        asked = sum(trial.state != "failed" for trial in self.trials())
        # A sampler of its own for each trial: where the search was interrupted leaves no trace.
        self._study.sampler = self._optuna.samplers.TPESampler(seed=1000 * self._seed + asked)
        trial = self._study.ask(self._distributions)
        return Trial(trial.number, dict(trial.params), "running")

    def tell(self, number: int, score: float, **details: Any) -> None:
        """Keep what a trial reached."""
        self._detail(number, details)
        self._study.tell(number, score)

    def fail(self, number: int, why: str) -> None:
        """Keep that a trial came to nothing."""
        self._detail(number, {"why": why})
        self._study.tell(number, state=self._optuna.trial.TrialState.FAIL)

    def unfinished(self) -> list[Trial]:
        """Return trials that were asked for and never told of: a killed process was trying them.

        One that was killed while it was chosen has not all its values; it is marked as failed.
        """
        found = []
        for trial in self.trials():
            if trial.state != "running":
                continue
            if set(trial.values) == set(self._space):
                found.append(trial)
            else:
                self.fail(trial.number, "stopped while it was chosen")
        return found

    def trials(self) -> list[Trial]:
        """Return all trials that were asked for, in their order."""
        state = self._optuna.trial.TrialState
        names = {state.RUNNING: "running", state.COMPLETE: "complete", state.FAIL: "failed"}
        return [
            Trial(trial.number, dict(trial.params), names[trial.state], trial.value, dict(trial.user_attrs))
            for trial in self._study.get_trials(deepcopy=False)
            if trial.state in names
        ]

    def best(self) -> Trial | None:
        """Return the complete trial with the highest score, of equals the first; None when none is complete."""
        complete = [trial for trial in self.trials() if trial.score is not None]
        return max(complete, key=lambda trial: (trial.score, -trial.number), default=None)

    def _detail(self, number: int, details: Mapping[str, Any]) -> None:
        trial_id = self._study._storage.get_trial_id_from_study_id_trial_number(self._study._study_id, number)
        for name, value in details.items():
            self._study._storage.set_trial_user_attr(trial_id, name, value)


def _distribution(optuna: Any, bounds: Any) -> Any:
    if isinstance(bounds, Choice):
        return optuna.distributions.CategoricalDistribution(bounds.options)
    return optuna.distributions.FloatDistribution(bounds.low, bounds.high, log=bounds.log)
