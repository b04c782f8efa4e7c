"""The same maps from a network that has forgotten what it learnt (Adebayo et al. 2018, arXiv 1810.03292).

Layers are drawn anew from the answer downwards, as a cascade of three steps. A map that stays the same shows the
picture, not what the network learnt.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from workbench.models.backend import keras_module
from workbench.models.saliency.attribution import Attributor, attribute
from workbench.models.saliency.cut import Cut, Pictures
from workbench.models.saliency.gradients import coarse_integrated_gradients

LEVELS = ("answer", "dense", "all")
"""What is drawn anew: the last layer; all dense layers; every layer."""
_FOR_ORDER = {"integrated_gradients": coarse_integrated_gradients}
"""Of maps with random weights only the order of places is looked at."""
N_DRAWS = 3
"""So often the dense and all layers are drawn anew, since one random network is one accident."""


def maps_with_random_weights(
    full: Any,
    pictures: Pictures,
    classes: np.ndarray,
    methods: dict[str, str | Attributor],
    *,
    n_draws: int = N_DRAWS,
    seed: int = 0,
) -> dict[str, dict[str, Pictures]]:
    """Explain the same pictures and classes with more and more of the weights drawn anew.

    Parameters
    ----------
    full : keras.Model
        The trained network; a copy of it is changed, never itself.
    methods : dict of str to str or callable
        As :func:`~workbench.models.saliency.attribution.attribute` takes them, by the name to return them under.

    Returns
    -------
    dict
        Method to level (of :data:`LEVELS`) to input to maps, shape (n_draws, n, height, width); n_draws is 1
        for ``answer``.
    """
    copy = keras_module().models.clone_model(full)
    cut = Cut(copy)
    found: dict[str, dict[str, Pictures]] = {name: {} for name in methods}
    for level in LEVELS:
        drawn: dict[str, list[Pictures]] = {name: [] for name in methods}
        for draw in range(1 if level == "answer" else n_draws):
            copy.set_weights(full.get_weights())
            draw_anew(copy, level, np.random.default_rng([seed, draw, 89]))
            for name, method in methods.items():
                quick = _FOR_ORDER.get(method, method) if isinstance(method, str) else method
                drawn[name].append(attribute(cut, pictures, classes, quick, seed).maps)
        for name, blocks in drawn.items():
            found[name][level] = {key: np.stack([block[key] for block in blocks]) for key in pictures}
    return found


def draw_anew(full: Any, level: str, rng: np.random.Generator) -> None:
    """Give the layers of a level new weights as before any training: Glorot's uniform kernels, plain normalisation."""
    for layer in _layers_of(full, level):
        if hasattr(layer, "kernel"):
            layer.kernel.assign(_glorot(layer.kernel.shape, rng))
            layer.bias.assign(np.zeros(layer.bias.shape, np.float32))
        else:  # batch normalisation as it begins: times 1, plus 0, minus 0, by 1
            for weight, value in (("gamma", 1), ("beta", 0), ("moving_mean", 0), ("moving_variance", 1)):
                variable = getattr(layer, weight)
                variable.assign(np.full(variable.shape, value, np.float32))


def _layers_of(full: Any, level: str) -> Iterator[Any]:
    """Yield the layers with weights that belong to a level; the branches of the fused network count from ``dense`` on."""
    for layer in full.layers:
        if hasattr(layer, "layers"):
            if level != "answer":
                yield from _layers_of(layer, level)
        elif layer.weights:
            is_dense = len(layer.output.shape) == 2
            if level == "all" or (level == "dense" and is_dense) or layer is full.layers[-1]:
                yield layer


def _glorot(shape: Any, rng: np.random.Generator) -> np.ndarray:
    places = int(np.prod(shape[:-2], dtype=int))
    limit = np.sqrt(6 / (places * (shape[-2] + shape[-1])))
    return rng.uniform(-limit, limit, tuple(shape)).astype(np.float32)
