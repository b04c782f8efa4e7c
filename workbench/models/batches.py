"""Samples in the form the networks take, batch by batch; the same order for the same seed and epoch, resumed or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from workbench.datasets.samples import Samples
from workbench.models.augmentation import augment
from workbench.models.inputs import network_inputs
from workbench.models.settings import Augmentation


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
