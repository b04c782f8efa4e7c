"""Samples in the form the networks take, batch by batch; the same order for the same seed and epoch, resumed or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from workbench.datasets.samples import Samples
from workbench.features.spectrogram import column_strips
from workbench.models.augmentation import augment
from workbench.models.settings import Augmentation


def network_inputs(arrays: dict[str, np.ndarray]) -> Any:
    """Turn stored arrays into what the (column) networks take: float32 in [0, 1], alone or as a tuple in order.

    Parameters
    ----------
    arrays : dict of str to np.ndarray
        ``mouths`` or ``faces`` (uint8) and/or ``columns`` (dB), first axis n; or ``scores`` (n, 6), the answers of
        frozen branches, which pass as they are.
    """
    if "scores" in arrays:
        return arrays["scores"]
    ready = []
    for name in ("mouths", "faces"):
        if name in arrays:
            ready.append(arrays[name].astype(np.float32) / 255.0)
    if "columns" in arrays:
        ready.append(column_strips(arrays["columns"]))
    return ready[0] if len(ready) == 1 else tuple(ready)


def batches(
    samples: Samples,
    *,
    batch_size: int,
    seed: int | None = None,
    epoch: int = 0,
    augmentation: Augmentation | None = None,
) -> Iterator[tuple[Any, np.ndarray]]:
    """Yield (inputs, targets) batch by batch: shuffled by (seed, epoch), or in order without a seed.

    Targets are class numbers, shape (n,), or with soft labels the votes' distribution, shape (n, n_classes).
    """
    targets = samples.targets() if samples.soft is None else samples.soft
    rng = np.random.default_rng([seed or 0, epoch, 41])
    order = np.arange(len(samples)) if seed is None else rng.permutation(len(samples))
    for first in range(0, len(order), batch_size):
        rows = order[first : first + batch_size]
        arrays = {name: values[rows] for name, values in samples.arrays.items()}
        if augmentation is not None:
            arrays |= {
                name: augment(values, augmentation, rng=rng)
                for name, values in arrays.items()
                if name in ("mouths", "faces")
            }
        yield network_inputs(arrays), targets[rows]
