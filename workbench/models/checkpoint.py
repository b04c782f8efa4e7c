"""Everything a training needs to go on as if it had never stopped, as plain arrays."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import StorageError
from workbench.files import atomic_file


def save_checkpoint(path: Path, *, model: Any, optimizer: Any, epoch: int) -> None:
    """Keep weights, dropout's generators, the optimiser's state and the number of finished epochs, atomically."""
    arrays = {f"model_{k}": np.asarray(v) for k, v in enumerate(model.variables)}
    arrays |= {f"optimizer_{k}": np.asarray(v) for k, v in enumerate(optimizer.variables)}
    with atomic_file(path) as temporary, temporary.open("wb") as stream:
        np.savez(stream, allow_pickle=False, epoch=np.int64(epoch), **arrays)


def load_checkpoint(path: Path, *, model: Any, optimizer: Any) -> int:
    """Put a checkpoint back and return how many epochs were finished.

    Raises
    ------
    StorageError
        The file is damaged or belongs to another network.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            for prefix, variables in (("model", model.variables), ("optimizer", optimizer.variables)):
                for k, variable in enumerate(variables):
                    variable.assign(arrays[f"{prefix}_{k}"])
            return int(arrays["epoch"])
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise StorageError(
            f"{path} must be this network's checkpoint. It is not, or is damaged ({error}): train anew."
        ) from error
