"""Ask a trained network: arrays as they lie in the feature store in, probabilities out."""

from __future__ import annotations

import hashlib
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError, StorageError
from workbench.models.architectures import build
from workbench.models.backend import tensorflow_module
from workbench.models.batches import network_inputs
from workbench.models.columns import column_network
from workbench.models.settings import CLASSES, INPUTS

_BATCH = 64


def weights_hash(full: Any) -> str:
    """Return one hash of all weights of a network, to know them again."""
    together = hashlib.sha256()
    for weights in full.get_weights():
        together.update(np.ascontiguousarray(weights).tobytes())
    return together.hexdigest()


def load_network(path: Path, network: str, *, expected_hash: str | None = None) -> Any:
    """Build a network from our own code and fill in the weights of a ``.keras`` file; its configuration is never run.

    Parameters
    ----------
    expected_hash : str, optional
        What :func:`weights_hash` said when the network was saved: a file that loads but gives other weights is
        refused, whatever the reason.

    Raises
    ------
    InvalidInputError
        The file is no ``.keras`` file.
    StorageError
        The file is missing, damaged, or holds another network's weights.
    """
    if path.suffix != ".keras":
        raise InvalidInputError(
            f"Weights must be a .keras file (pickles and .h5 can run code). Received {path.name}."
        )
    full = build(network)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", UserWarning
            )  # Keras walks its own bookkeeping too; the hash decides
            full.load_weights(path)
        if expected_hash is not None and weights_hash(full) != expected_hash:
            raise ValueError("its weights are not those that were saved")
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise StorageError(
            f"{path} must hold the weights of a {network} network. It does not ({error}): train again."
        ) from error
    return full


class Predictor:
    """A network ready to be asked, compiled once.

    Parameters
    ----------
    network : {"mouth", "visual", "audio", "audiovisual"}
    full : keras.Model
        Its published form, trained.
    """

    def __init__(self, network: str, full: Any) -> None:
        tf = tensorflow_module()
        self.network = network
        self.full = full
        self.classes = CLASSES[network]
        model = column_network(full) if "columns" in INPUTS[network] else full
        self._ask = tf.function(lambda inputs: model(inputs, training=False), reduce_retracing=True)

    @classmethod
    def load(cls, path: Path, network: str, *, expected_hash: str | None = None) -> Predictor:
        """Load the weights of a run; parameters and errors as :func:`load_network`."""
        return cls(network, load_network(path, network, expected_hash=expected_hash))

    def probabilities(self, **arrays: np.ndarray) -> np.ndarray:
        """Return the probability of each class, shape (n, n_classes); for the mouth (n, 2): closed, open.

        Parameters
        ----------
        **arrays : np.ndarray
            Those named in :data:`workbench.models.settings.INPUTS`: ``mouths``, ``faces`` (uint8), ``columns`` (dB).

        Raises
        ------
        InvalidInputError
            An array is missing or their lengths differ.
        """
        wanted = INPUTS[self.network]
        if set(arrays) != set(wanted) or len({len(a) for a in arrays.values()}) != 1:
            raise InvalidInputError(
                f"The {self.network} network takes {' and '.join(wanted)}, one row each per moment. "
                f"Received { ({name: len(a) for name, a in arrays.items()}) }."
            )
        n_rows = len(arrays[wanted[0]])
        answers = [
            np.asarray(
                self._ask(network_inputs({name: a[first : first + _BATCH] for name, a in arrays.items()}))
            )
            for first in range(0, n_rows, _BATCH)
        ]
        outputs = (
            np.concatenate(answers)
            if answers
            else np.zeros((0, 1 if self.network == "mouth" else len(self.classes)))
        )
        return np.column_stack([1 - outputs[:, 0], outputs[:, 0]]) if self.network == "mouth" else outputs
