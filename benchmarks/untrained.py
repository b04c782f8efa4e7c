"""Networks with random weights, exported as a trained run's are: their speed does not depend on what they have learnt."""

from __future__ import annotations

from pathlib import Path

from workbench.models.architectures import build
from workbench.models.exported import RuntimeNetwork
from workbench.models.exporting import export_network
from workbench.models.inference import Predictor, weights_hash
from workbench.models.real_inputs import drawn_inputs
from workbench.models.settings import INPUTS
from workbench.systems.lightweight_fusion import FusionNetworks


def untrained(network: str, folder: Path) -> tuple[Predictor, RuntimeNetwork]:
    """Return a network with random weights twice: asked with Keras, and without TensorFlow from its export in ``folder``."""
    predictor = Predictor(network, build(network))
    arrays, source = drawn_inputs(INPUTS[network])
    export = export_network(
        predictor,
        folder / network,
        weights_hash=weights_hash(predictor.full),
        arrays=arrays,
        source=source,
    )
    return predictor, RuntimeNetwork(export)


def untrained_system(folder: Path) -> FusionNetworks:
    """Return the running system with random weights, as ``workbench analyze`` asks it."""
    ready = {name: untrained(name, folder)[1] for name in ("mouth", "visual", "audiovisual")}
    return FusionNetworks(**ready, runs={})
