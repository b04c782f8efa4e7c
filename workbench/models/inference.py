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
from workbench.models.columns import column_network
from workbench.models.inputs import both_states, check_arrays, network_inputs, short_way
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
        self._ask_full = tf.function(lambda inputs: full(inputs, training=False), reduce_retracing=True)

    @classmethod
    def load(cls, path: Path, network: str, *, expected_hash: str | None = None) -> Predictor:
        """Load the weights of a run; parameters and errors as :func:`load_network`."""
        return cls(network, load_network(path, network, expected_hash=expected_hash))

    def probabilities(self, **arrays: np.ndarray) -> np.ndarray:
        """Return the probability of each class, shape (n, n_classes); for the mouth (n, 2): closed, open.

        Parameters
        ----------
        **arrays : np.ndarray
            Those named in :data:`workbench.models.settings.INPUTS`: ``mouths``, ``faces`` (uint8), ``columns`` (dB),
            one per moment, or spectrograms of shape (n, n_frequencies, n_columns): where these are not constant along
            time, the full network is asked.

        Raises
        ------
        InvalidInputError
            An array is missing or their lengths differ.
        """
        n_rows = check_arrays(self.network, arrays)
        if not n_rows:
            return np.zeros((0, len(self.classes)), np.float32)
        short, first = short_way(arrays)
        outputs = np.zeros((n_rows, 1 if self.network == "mouth" else len(self.classes)), np.float32)
        for ask, given, rows in (
            (self._ask, first, np.flatnonzero(short)),
            (self._ask_full, arrays, np.flatnonzero(~short)),
        ):
            for start in range(0, len(rows), _BATCH):
                batch = rows[start : start + _BATCH]
                outputs[batch] = np.asarray(
                    ask(network_inputs({n: values[batch] for n, values in given.items()}))
                )
        return both_states(outputs) if self.network == "mouth" else outputs
