"""A trained run that answers without TensorFlow: ``reports/runs/<id>/exported/``.

LiteRT was chosen by measuring (docs/runtime.md). ``export.json`` ties the files to the run's weights and to their own
content, and says how far their answers lie from Keras's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import StorageError
from workbench.files import read_json, sha256_of
from workbench.models.inputs import both_states, check_arrays, network_inputs, short_way
from workbench.models.litert import LiteModel
from workbench.models.settings import CLASSES, INPUTS

FORMAT = 1
"""Raise it when exports made before must be made anew."""
FACTS = "export.json"
SHORT, FULL = "short", "full"
"""The two files of a network that hears: on one column of sound, and on the whole image."""


def parts_of(network: str) -> tuple[str, ...]:
    """Return which files a network's export has; those without sound have no shorter way."""
    return (SHORT, FULL) if "columns" in INPUTS[network] else (FULL,)


@dataclass(frozen=True)
class Export:
    """The export of a run, whole and of the run's very weights.

    Attributes
    ----------
    folder : Path
        ``reports/runs/<id>/exported``.
    facts : dict
        ``network, weights_hash, files, runtime, checked``.
    """

    folder: Path
    facts: dict[str, Any]

    @classmethod
    def find(cls, folder: Path, *, network: str, weights_hash: str) -> Export | None:
        """Return the export in a folder; None where there is none, or one that is stale or damaged."""
        try:
            facts = read_json(folder / FACTS)
            wanted = {"format": FORMAT, "network": network, "weights_hash": weights_hash}
            if {name: facts.get(name) for name in wanted} != wanted or set(facts["files"]) != set(
                parts_of(network)
            ):
                return None
            if any(sha256_of(folder / _file(part)) != known for part, known in facts["files"].items()):
                return None
        except (StorageError, OSError, AttributeError, KeyError, TypeError):
            return None
        return cls(folder, facts)

    def path(self, part: str) -> Path:
        """Return the file of a part: ``"short"`` or ``"full"``."""
        return self.folder / _file(part)


def _file(part: str) -> str:
    return f"{part}.tflite"


class RuntimeNetwork:
    """A network ready to be asked, without TensorFlow.

    It has the face of :class:`workbench.models.inference.Predictor`. A moment's answer is the same to the bit whatever
    stands beside it and however often it is asked: every moment is computed by itself, on one thread.

    Parameters
    ----------
    export : Export
    """

    def __init__(self, export: Export) -> None:
        self.network: str = export.facts["network"]
        self.classes = CLASSES[self.network]
        self._export = export
        self._short = LiteModel(export.path(parts_of(self.network)[0]))
        self._full: LiteModel | None = None
        self.n_full = 0

    def probabilities(self, **arrays: np.ndarray) -> np.ndarray:
        """Return the probability of each class, shape (n, n_classes); for the mouth (n, 2): closed, open.

        Parameters
        ----------
        **arrays : np.ndarray
            Those named in :data:`workbench.models.settings.INPUTS`: ``mouths``, ``faces`` (uint8), ``columns`` (dB).
            ``columns`` of shape (n, 701) go the short way. Spectrograms of shape (n, n_frequencies, n_columns) go it
            where they are constant along time, and else the full network is asked; ``n_full`` counts how often.

        Raises
        ------
        InvalidInputError
            An array is missing or their lengths differ.
        """
        n_rows = check_arrays(self.network, arrays)
        if not n_rows:
            return np.zeros((0, len(self.classes)), np.float32)
        short, first = short_way(arrays)
        answers = np.concatenate(
            [
                _one(self._short, first, row) if short[row] else _one(self._whole(), arrays, row)
                for row in range(n_rows)
            ]
        )
        return both_states(answers) if self.network == "mouth" else answers

    def _whole(self) -> LiteModel:
        """Return the full network, loaded when it is first needed."""
        if self._full is None:
            self._full = LiteModel(self._export.path(FULL))
        self.n_full += 1
        return self._full


def _one(model: LiteModel, arrays: dict[str, np.ndarray], row: int) -> np.ndarray:
    inputs = network_inputs({name: values[row : row + 1] for name, values in arrays.items()})
    return model.ask(*inputs) if isinstance(inputs, tuple) else model.ask(inputs)
