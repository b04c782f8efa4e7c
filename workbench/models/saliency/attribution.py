"""One call for every method of saliency."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.models.saliency.cam import grad_cam, score_cam
from workbench.models.saliency.cut import Cut, Pictures
from workbench.models.saliency.edges import edges
from workbench.models.saliency.gradients import gradient, smooth_gradient
from workbench.models.saliency.path import integrated_gradients

Attributor = Callable[[Cut, Pictures, np.ndarray, int], Pictures]
"""A method: (network, pictures, class numbers, seed) to a map per input, shape (n, height, width)."""


def _integrated(cut: Cut, pictures: Pictures, classes: np.ndarray, seed: int) -> Pictures:
    del seed  # nothing is drawn
    return integrated_gradients(cut, pictures, classes)[0]


METHODS: dict[str, Attributor] = {
    "gradient": gradient,
    "smooth_gradient": smooth_gradient,
    "integrated_gradients": _integrated,
    "grad_cam": grad_cam,
    "score_cam": score_cam,
    "edges": edges,
}
"""By name; ``edges`` is no saliency but the control that the checks must turn down."""


@dataclass(frozen=True)
class Attribution:
    """What every place of every input did for one class.

    Attributes
    ----------
    method : str
    maps : dict of str to np.ndarray, shape (n, height, width), float32
        Per input. Signed, in log-odds, and complete for integrated gradients (above 0 speaks for the class); 0 or more,
        of any scale, for the others.
        A sound's map is one column wide, shape (n, 400, 1), 24 kHz first.
    """

    method: str
    maps: Pictures

    def strengths(self) -> Pictures:
        """Return how much each place speaks for the class, each map's largest value 1 (all 0 where nothing does)."""
        found = {}
        for name, values in self.maps.items():
            supporting = np.maximum(values, 0)
            peak = supporting.max(axis=(1, 2), keepdims=True)
            found[name] = np.divide(supporting, peak, out=np.zeros_like(supporting), where=peak > 0)
        return found


def attribute(
    network: Any, inputs: Pictures, classes: np.ndarray | int, method: str | Attributor, seed: int = 0
) -> Attribution:
    """Say how much each place of what a network is shown matters for a class.

    Parameters
    ----------
    network : keras.Model or Cut
        A :class:`~workbench.models.saliency.cut.Cut` saves compiling when asked again.
    inputs : dict of str to np.ndarray, shape (n, height, width, colours), float32 in [0, 1]
        From :func:`~workbench.models.saliency.cut.pictures_of`; sound as strips (n, 400, 1, 3).
    classes : int, or np.ndarray, shape (n,)
        The number of the class to explain, for all rows or each.
    method : str or callable
        One of :data:`METHODS`, or a method of one's own.
    seed : int
        Fixes the noise of the smoothed gradient.

    Raises
    ------
    InvalidInputError
        The method is none of these, or the inputs' names or shapes or a class number do not fit the network.
    """
    cut = network if isinstance(network, Cut) else Cut(network)
    if isinstance(method, str) and method not in METHODS:
        raise InvalidInputError(f"The method must be one of {', '.join(METHODS)}. Received {method!r}.")
    wanted = np.broadcast_to(np.asarray(classes), (len(next(iter(inputs.values()), ())),)).astype(int)
    _check(cut, inputs, wanted)
    chosen = METHODS[method] if isinstance(method, str) else method
    name = method if isinstance(method, str) else getattr(method, "__name__", "own method")
    return Attribution(name, chosen(cut, inputs, wanted, seed))


def _check(cut: Cut, inputs: Pictures, classes: np.ndarray) -> None:
    shapes = {name: tuple(picture.shape[1:]) for name, picture in inputs.items()}
    lengths = {len(picture) for picture in inputs.values()}
    if shapes != cut.shapes or len(lengths) != 1 or 0 in lengths:
        raise InvalidInputError(
            f"The {cut.full.name} network takes {_said(cut.shapes)}, one row or more, as many of each. "
            f"Received {_said({name: picture.shape for name, picture in inputs.items()}) or 'nothing'}."
        )
    if classes.min() < 0 or classes.max() >= cut.n_classes:
        raise InvalidInputError(
            f"A class number must be 0 to {cut.n_classes - 1}. Received {classes.min()} to {classes.max()}."
        )


def _said(shapes: dict[str, tuple[int, ...]]) -> str:
    return " and ".join(f"{name} {shape}" for name, shape in shapes.items())
