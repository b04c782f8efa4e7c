"""Explain moments by several methods and check each on the same moments, to say whether it may be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.evaluation.saliency_checks import MapChecks, check_gain, check_weights, rank_correlations
from workbench.models.saliency.attribution import METHODS, Attribution, Attributor
from workbench.models.saliency.perturbation import PerturbationCurves, perturb
from workbench.models.saliency.random_weights import N_DRAWS, maps_with_random_weights
from workbench.progress import Progress, silent
from workbench.systems.saliency_moments import SaliencyMoments

CHECKED_METHODS = ("gradient", "smooth_gradient", "integrated_gradients", "grad_cam", "score_cam")
"""All methods but the control."""


@dataclass(frozen=True)
class CheckedMaps:
    """One method's maps of one input, with what they are worth.

    Attributes
    ----------
    method, input : str
        Such as ``"grad_cam"`` and ``"faces"``.
    maps : np.ndarray, shape (n, height, width)
    random : np.ndarray, shape (n, height, width)
        The same with every weight drawn anew, once.
    curves : PerturbationCurves
    checks : MapChecks
    """

    method: str
    input: str
    maps: np.ndarray
    random: np.ndarray
    curves: PerturbationCurves
    checks: MapChecks

    def as_json(self) -> dict[str, Any]:
        """Return the method, the input and all checks."""
        return {"method": self.method, "input": self.input, **self.checks.as_json()}


def check_methods(
    moments: SaliencyMoments,
    methods: Sequence[str] | dict[str, str | Attributor] = CHECKED_METHODS,
    *,
    n_draws: int = N_DRAWS,
    seed: int = 0,
    progress: Progress = silent,
) -> list[CheckedMaps]:
    """Explain moments by each method and check it, input by input.

    Parameters
    ----------
    methods : sequence of str, or dict of str to str or callable
        Names of :data:`workbench.models.saliency.METHODS`; a dict brings methods of one's own under their names.
    n_draws : int
        So many networks with all weights drawn anew.

    Raises
    ------
    InvalidInputError
        No method, or one there is none of.
    """
    chosen: dict[str, str | Attributor] = (
        dict(methods) if isinstance(methods, dict) else {name: name for name in methods}
    )
    unknown = [name for name in chosen.values() if isinstance(name, str) and name not in METHODS]
    if unknown or not chosen:
        raise InvalidInputError(
            f"A method must be one of {', '.join(METHODS)}. Received {', '.join(unknown) or 'none'}."
        )
    total = 2 + len(chosen)
    progress(0, total, "random weights")
    forgotten = maps_with_random_weights(
        moments.predictor.full, moments.pictures, moments.classes, chosen, n_draws=n_draws, seed=seed
    )
    found = []
    for number, (name, method) in enumerate(chosen.items()):
        progress(2 + number, total, f"{name}: deletion and insertion")
        attribution = moments.attribute(method, seed=seed)
        for key in moments.inputs:
            random = {level: maps[key] for level, maps in forgotten[name].items()}
            found.append(_checked(moments, name, attribution, key, random, seed))
    progress(total, total, "saliency checked")
    return found


def _checked(
    moments: SaliencyMoments,
    name: str,
    attribution: Attribution,
    key: str,
    random: dict[str, np.ndarray],
    seed: int,
) -> CheckedMaps:
    maps, rows = attribution.maps[key], moments.table
    weights = {
        level: check_weights(rank_correlations(maps, drawn), rows, seed=seed)
        for level, drawn in random.items()
    }
    curves = perturb(moments.cut, moments.pictures, moments.classes, key, maps, seed=seed)
    gains = {kind: check_gain(gain, rows, seed=seed) for kind, gain in curves.gains().items()}
    return CheckedMaps(name, key, maps, random["all"][0], curves, MapChecks(weights, **gains))
