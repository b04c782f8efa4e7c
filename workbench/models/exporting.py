"""Write a trained run for use without TensorFlow, and let it be used only where it answers as Keras does.

TensorFlow's own converter is used (no further package), and only Keras's public ways: the weights are read as constants
within a ``StatelessScope``, so that the file holds them and no variables.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import StorageError
from workbench.files import atomic_file, sha256_of, write_json
from workbench.models.answering import answering
from workbench.models.architectures import FACE_SHAPE, MOUTH_SHAPE, SPECTROGRAM_SHAPE
from workbench.models.backend import keras_module, tensorflow_module
from workbench.models.columns import STRIP_SHAPE
from workbench.models.exported import FACTS, FORMAT, FULL, SHORT, Export, RuntimeNetwork, parts_of
from workbench.models.inference import Predictor
from workbench.models.litert import runtime_version
from workbench.models.settings import INPUTS
from workbench.progress import Progress, silent

LARGEST_DIFFERENCE = 1e-5
"""How far a probability may lie from Keras's."""
_SHAPES = {"mouths": MOUTH_SHAPE, "faces": FACE_SHAPE}
_MOST_FULL = 4  # moments on which the full network is compared: a whole image takes a tenth of a second


def export_network(
    predictor: Predictor,
    folder: Path,
    *,
    weights_hash: str,
    arrays: dict[str, np.ndarray],
    source: str,
    progress: Progress = silent,
) -> Export:
    """Write a network's export and compare its answers with Keras's.

    Parameters
    ----------
    folder : Path
        Where to; what lies there is replaced, the facts last.
    weights_hash : str
        Of the very weights, by which a stale export is known.
    arrays : dict of str to np.ndarray
        The moments to compare on, n >= 1 rows each, as they lie in the feature store.
    source : str
        What these are, in words.

    Raises
    ------
    StorageError
        An answer lies further than ``LARGEST_DIFFERENCE`` from Keras's, or the folder cannot be written. There is
        no export then.
    """
    network, full = predictor.network, predictor.full
    _withdraw(folder / FACTS)
    parts = parts_of(network)
    for number, part in enumerate(parts):
        progress(number, len(parts) + 1, f"{network}: written for use without TensorFlow")
        with atomic_file(folder / f"{part}.tflite") as temporary:
            temporary.write_bytes(_converted(full, part))
    progress(len(parts), len(parts) + 1, f"{network}: compared with Keras")
    facts = {
        "format": FORMAT,
        "network": network,
        "weights_hash": weights_hash,
        "files": {part: sha256_of(folder / f"{part}.tflite") for part in parts},
        "runtime": runtime_version(),
    }
    checked = _compared(predictor, RuntimeNetwork(Export(folder, facts)), arrays)
    if not max(checked.values()) <= LARGEST_DIFFERENCE:
        raise StorageError(
            f"An export's answers must lie within {LARGEST_DIFFERENCE:g} of Keras's. Those of the {network} network "
            f"lie {max(checked.values()):.1e} apart on {source}: it is not used. Train again, or with other versions "
            "of TensorFlow and ai-edge-litert."
        )
    facts["checked"] = {"on": source, "n": len(next(iter(arrays.values()))), "largest_difference": checked}
    write_json(folder / FACTS, facts)
    progress(len(parts) + 1, len(parts) + 1, f"{network}: ready for use without TensorFlow")
    return Export(folder, facts)


def _withdraw(facts: Path) -> None:
    """Take an earlier export out of use before its files are replaced."""
    try:
        facts.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"{facts} must be writable, for the run is exported anew. Received: {error.strerror}. Mend the permissions, "
            "or use the run once from an account that may write there."
        ) from error


def _converted(full: Any, part: str) -> bytes:
    """Return a network for one moment at a time, as the bytes of a ``.tflite`` file."""
    tf, keras = tensorflow_module(), keras_module()
    constants = [(variable, tf.constant(variable.numpy())) for variable in full.variables]
    sound = STRIP_SHAPE if part == SHORT else SPECTROGRAM_SHAPE
    shapes = [_SHAPES.get(name, sound) for name in INPUTS[full.name]]
    answer = answering(full, short=part == SHORT)

    def ask(*inputs: Any) -> Any:
        with keras.StatelessScope(state_mapping=constants):
            return answer(*inputs)

    specs = [tf.TensorSpec((1, *shape), tf.float32, f"input_{i}") for i, shape in enumerate(shapes)]
    traced = tf.function(ask, autograph=False).get_concrete_function(*specs)
    return tf.lite.TFLiteConverter.from_concrete_functions([traced], tf.Module()).convert()


def _compared(
    predictor: Predictor, exported: RuntimeNetwork, arrays: dict[str, np.ndarray]
) -> dict[str, float]:
    """Return the largest difference of a probability between Keras and every file of the export."""
    found = {}
    for part in parts_of(predictor.network):
        given = arrays
        if part == FULL and "columns" in arrays:
            given = {name: values[:_MOST_FULL] for name, values in arrays.items()}
            given["columns"] = _of_several_columns(given["columns"])
        apart = np.abs(exported.probabilities(**given) - predictor.probabilities(**given))
        found[part] = float(apart.max())
    return found


def _of_several_columns(columns: np.ndarray) -> np.ndarray:
    """Return spectrograms that are not constant along time: each moment's column, then the same one louder."""
    return np.stack([columns, columns * columns.dtype.type(0.8)], axis=2)
