"""A classical classifier of rows of numbers, its strength and its confidence chosen by people it was not fitted on.

Inside the rows it is given, whole groups (speakers) are held out in turn: the strength of regularisation is the one
that is right most often on them, and one temperature makes the decision values on them believable as probabilities.
Whoever is tested later has no part in either choice.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from workbench.errors import InvalidInputError
from workbench.lazy import load

RowKind = Literal["svm", "logistic"]
STRENGTHS: dict[str, tuple[float, ...]] = {
    "svm": (0.3, 1.0, 3.0, 10.0, 30.0),
    "logistic": (0.0003, 0.003, 0.03, 0.3, 3.0),
}
"""Values of C to choose from: larger ones fit the rows more closely."""
N_INNER_FOLDS = 5
_TEMPERATURES = np.geomspace(0.05, 20.0, 241)
_ABSENT = 1e3  # how far below all others the decision value of a class lies that was not met


@dataclass(frozen=True)
class RowClassifier:
    """A fitted classifier.

    Attributes
    ----------
    kind : {"svm", "logistic"}
        A support vector machine with a Gaussian kernel, or logistic regression.
    strength : float
        The C that was chosen.
    temperature : float
        What decision values are divided by.
    classes : tuple of str
    inner_accuracy : float
        Share of the held-out rows that were right at this strength; chosen as the best, so it flatters a little.
    """

    kind: RowKind
    strength: float
    temperature: float
    classes: tuple[str, ...]
    inner_accuracy: float
    _fitted: Any

    def probabilities(self, rows: np.ndarray) -> np.ndarray:
        """Return the probability of each class, shape (n, n_classes), for rows of shape (n, d)."""
        return _softmax(_decisions(self._fitted, rows, len(self.classes)) / self.temperature)


def fit_rows(
    rows: np.ndarray,
    truth: Sequence[str],
    groups: Sequence[str],
    *,
    kind: RowKind,
    classes: tuple[str, ...],
    seed: int = 0,
) -> RowClassifier:
    """Choose strength and temperature by inner folds of whole groups, then fit on all rows.

    Parameters
    ----------
    rows : np.ndarray, shape (n, d)
    truth : sequence of str, length n
    groups : sequence of str, length n
        Who each row is of: nobody stands on both sides of an inner fold.

    Raises
    ------
    InvalidInputError
        An unknown kind, a value that is not finite, a class without a row, or fewer than two groups.
    """
    if kind not in get_args(RowKind):
        raise InvalidInputError(
            f"A classifier must be one of {', '.join(get_args(RowKind))}. Received {kind!r}."
        )
    rows = np.asarray(rows, dtype=np.float64)
    targets = np.array([classes.index(name) for name in truth])
    missing = [name for k, name in enumerate(classes) if not (targets == k).any()]
    if missing:
        raise InvalidInputError(
            f"Every class needs rows to learn from. There are none of {', '.join(missing)}."
        )
    if not np.isfinite(rows).all():
        raise InvalidInputError(
            f"Rows must be finite. {int((~np.isfinite(rows)).any(axis=1).sum())} of {len(rows)} are not."
        )
    n_groups = len(set(groups))
    if n_groups < 2:
        raise InvalidInputError(
            f"Choosing a strength needs 2 speakers or more to learn from. Received {n_groups}: import more."
        )
    inner = load("sklearn.model_selection").GroupKFold(
        min(N_INNER_FOLDS, n_groups), shuffle=True, random_state=seed
    )
    folds = list(inner.split(rows, targets, np.asarray(groups, dtype=object)))
    if any(len(set(targets[learnt])) < 2 for learnt, _ in folds):
        raise InvalidInputError(
            "Choosing a strength needs every class from several speakers. Whoever is held out leaves one class only: import more."
        )
    best: tuple[float, float, np.ndarray] | None = None
    for strength in STRENGTHS[kind]:
        held = np.zeros((len(rows), len(classes)))
        for learnt, left in folds:
            held[left] = _decisions(
                _fit(rows[learnt], targets[learnt], kind, strength), rows[left], len(classes)
            )
        accuracy = float((held.argmax(axis=1) == targets).mean())
        if best is None or accuracy > best[0]:  # of equals, the weaker fit
            best = accuracy, strength, held
    assert best is not None
    accuracy, strength, held = best
    return RowClassifier(
        kind, strength, _temperature(held, targets), classes, accuracy, _fit(rows, targets, kind, strength)
    )


def _fit(rows: np.ndarray, targets: np.ndarray, kind: str, strength: float) -> Any:
    pipeline, scaler = load("sklearn.pipeline").make_pipeline, load("sklearn.preprocessing").StandardScaler()
    if kind == "svm":
        model = load("sklearn.svm").SVC(
            C=strength, gamma="scale", decision_function_shape="ovr", break_ties=True
        )
    else:
        model = load("sklearn.linear_model").LogisticRegression(C=strength, max_iter=2000)
    with warnings.catch_warnings():
        # A logistic fit that still creeps after 2000 steps is as good as done.
        warnings.simplefilter("ignore", load("sklearn.exceptions").ConvergenceWarning)
        return pipeline(scaler, model).fit(rows, targets)


def _decisions(fitted: Any, rows: np.ndarray, n_classes: int) -> np.ndarray:
    """Return the decision values, shape (n, n_classes); a class that was not met lies far below the others."""
    values = np.asarray(fitted.decision_function(rows), dtype=np.float64)
    if values.ndim == 1:
        values = np.column_stack([-values, values])
    every = np.full((len(rows), n_classes), -_ABSENT)
    every[:, fitted.classes_] = values
    return every


def _softmax(values: np.ndarray) -> np.ndarray:
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _temperature(decisions: np.ndarray, targets: np.ndarray) -> float:
    """Return the temperature under which what was true was most probable (Guo et al. 2017, section 4.2)."""
    own = np.arange(len(targets))
    losses = [-np.log(np.maximum(_softmax(decisions / t)[own, targets], 1e-12)).mean() for t in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])
