"""The one door to LiteRT: a network in a ``.tflite`` file, asked without TensorFlow."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from workbench.errors import StorageError
from workbench.lazy import load
from workbench.models.chatter import without_chatter

_CHATTER = ("Created TensorFlow Lite XNNPACK delegate",)


def runtime_version() -> str:
    """Return the name and version of the runtime: ``"ai-edge-litert 2.3.0"``."""
    from importlib.metadata import version

    return f"ai-edge-litert {version('ai-edge-litert')}"


class LiteModel:
    """A network that is asked about one moment at a time, on one thread.

    The same input gives the same bits whenever and however often it is asked. Threads may share it: one asks after
    the other.

    Parameters
    ----------
    path : Path
        A ``.tflite`` file whose inputs are named ``input_0``, ``input_1``, ... and have room for one moment.

    Raises
    ------
    StorageError
        The file is missing or no network.
    """

    def __init__(self, path: Path) -> None:
        interpreter = load("ai_edge_litert.interpreter")
        try:
            with without_chatter(_CHATTER):
                self._network = interpreter.Interpreter(model_path=str(path), num_threads=1)
                self._network.allocate_tensors()
        except (OSError, ValueError, RuntimeError) as error:
            raise StorageError(
                f"{path} must hold an exported network. It cannot be read ({error}): delete its folder, "
                "and the run is exported anew when it is used."
            ) from error
        inputs = {entry["name"]: entry["index"] for entry in self._network.get_input_details()}
        self._inputs = [inputs[name] for name in sorted(inputs)]
        self._output = self._network.get_output_details()[0]["index"]
        self._turn = threading.Lock()

    def ask(self, *inputs: np.ndarray) -> np.ndarray:
        """Return the network's output, first axis 1, for inputs in their order, float32, first axis 1."""
        with self._turn:
            for index, values in zip(self._inputs, inputs, strict=True):
                self._network.set_tensor(index, np.ascontiguousarray(values))
            self._network.invoke()
            return self._network.get_tensor(self._output)
