"""How much of the fused network's answer comes from the face and how much from the voice, moment by moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.models.saliency.cut import Cut, Pictures
from workbench.models.saliency.gradients import baseline_of
from workbench.models.saliency.path import integrated_gradients


@dataclass(frozen=True)
class ModalityShares:
    """What each input adds to the log-odds of a class over a grey picture and silence.

    Attributes
    ----------
    gained : np.ndarray, shape (n,)
        Log-odds of the moment minus those of grey and silence.
    added : dict of str to np.ndarray, shape (n,)
        By integrated gradients: the signed sum of an input's map. The inputs together give ``gained``, up to ``gap``;
        sums of absolute values would favour the input with more pixels.
    shapley : dict of str to np.ndarray, shape (n,)
        By Shapley's value from the answers with each input there or not: the mean of what an input adds when it
        comes first and when it comes last. A second opinion; it adds up exactly.
    gap : np.ndarray, shape (n,)
        What integrated gradients' sums miss.
    maps : dict of str to np.ndarray
        The maps that were summed.
    """

    gained: np.ndarray
    added: dict[str, np.ndarray]
    shapley: dict[str, np.ndarray]
    gap: np.ndarray
    maps: Pictures

    def shares(self) -> dict[str, np.ndarray]:
        """Return each input's share, 0 to 1: the size of what it adds over the sizes of what all add; NaN for nothing."""
        total = np.sum([np.abs(values) for values in self.added.values()], axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return {
                name: np.where(total > 0, np.abs(values) / total, np.nan)
                for name, values in self.added.items()
            }


def modality_shares(network: Any, inputs: Pictures, classes: np.ndarray) -> ModalityShares:
    """Share out an answer over the inputs of the fused network.

    Parameters
    ----------
    network : keras.Model or Cut
    inputs : dict of str to np.ndarray
        ``faces`` and ``columns``, as :func:`~workbench.models.saliency.cut.pictures_of` gives them.
    classes : np.ndarray, shape (n,), int
        The class to explain, per moment.

    Raises
    ------
    InvalidInputError
        The network has one input only.
    """
    cut = network if isinstance(network, Cut) else Cut(network)
    if len(cut.inputs) != 2:
        raise InvalidInputError(
            f"Shares need a network with two inputs, the audiovisual one. The {cut.full.name} network takes "
            f"{' and '.join(cut.inputs)}."
        )
    maps, gained, gap = integrated_gradients(cut, inputs, classes)
    added = {name: found.sum(axis=(1, 2), dtype=float) for name, found in maps.items()}
    return ModalityShares(gained, added, _shapley(cut, inputs, classes), gap, maps)


def _shapley(cut: Cut, inputs: Pictures, classes: np.ndarray) -> dict[str, np.ndarray]:
    nothing, (first, second) = baseline_of(inputs), cut.inputs
    neither, both = cut.log_odds(nothing, classes), cut.log_odds(inputs, classes)
    alone = {name: cut.log_odds(nothing | {name: inputs[name]}, classes) for name in cut.inputs}
    return {
        name: (alone[name] - neither + both - alone[other]).astype(float) / 2
        for name, other in ((first, second), (second, first))
    }
