"""Maps from the channels of the last convolution: Grad-CAM and Score-CAM.

Grad-CAM: Selvaraju et al. 2017 (arXiv 1610.02391). Score-CAM: Wang et al. 2020 (arXiv 1910.01279), on the channels
that vary most over the picture, as in Faster Score-CAM, since the others mask nothing.
"""

from __future__ import annotations

import numpy as np

from workbench.models.backend import tensorflow_module
from workbench.models.saliency.cut import Cut, Pictures
from workbench.models.saliency.gradients import baseline_of

N_MASKS = 32
"""Score-CAM asks the network about so many masked copies of each picture."""


def grad_cam(cut: Cut, pictures: Pictures, classes: np.ndarray, seed: int) -> Pictures:
    """Return the channels summed by the mean slope of each, where that speaks for the class."""
    del seed  # nothing is drawn
    channels, slopes = cut.channels(pictures, classes)
    maps = {}
    for name, values in channels.items():
        weights = _mean_over_places(slopes[name], cut.channel_weights[name])
        coarse = np.maximum(np.einsum("nhwk,nk->nhw", values, weights), 0)
        maps[name] = _resized(coarse, cut, name)
    return maps


def score_cam(cut: Cut, pictures: Pictures, classes: np.ndarray, seed: int) -> Pictures:
    """Return the channels summed by what showing only a channel's places adds to the log-odds.

    What is not shown is the baseline: grey, or silence. Where a network takes several inputs, one is masked at a time.
    """
    del seed  # nothing is drawn
    channels, _ = cut.channels(pictures, classes)
    start = baseline_of(pictures)
    maps = {}
    for name, values in channels.items():
        chosen = np.argsort(-values.std(axis=(1, 2)), axis=-1)[:, :N_MASKS]
        picked = np.take_along_axis(values, chosen[:, None, None, :], axis=-1)
        hidden = cut.log_odds(pictures | {name: start[name]}, classes)
        gains = np.empty(chosen.shape, np.float32)
        for k in range(chosen.shape[1]):
            mask = _from_0_to_1(_resized(picked[..., k], cut, name))[..., None]
            shown = mask * pictures[name] + (1 - mask) * start[name]
            gains[:, k] = cut.log_odds(pictures | {name: shown}, classes) - hidden
        weights = np.exp(gains - gains.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        maps[name] = _resized(np.maximum(np.einsum("nhwk,nk->nhw", picked, weights), 0), cut, name)
    return maps


def _mean_over_places(slopes: np.ndarray, column_weights: np.ndarray | None) -> np.ndarray:
    """Return the mean slope of each channel, shape (n, n_channels); of the full picture for a sound's few columns.

    The slope of a column that stands for many is already the sum over them.
    """
    n_columns = slopes.shape[2] if column_weights is None else float(column_weights.sum())
    return slopes.sum(axis=(1, 2)) / (slopes.shape[1] * n_columns)


def _resized(coarse: np.ndarray, cut: Cut, name: str) -> np.ndarray:
    """Stretch maps of channels, shape (n, h, w), over the input; a sound's few columns become their mean along time."""
    weights = cut.channel_weights[name]
    if weights is not None:
        coarse = (coarse * weights).sum(axis=2, keepdims=True) / weights.sum()
    height, width = cut.shapes[name][:2]
    resize = tensorflow_module().image.resize
    return np.asarray(resize(coarse[..., None].astype(np.float32), (height, width), "bilinear"))[..., 0]


def _from_0_to_1(maps: np.ndarray) -> np.ndarray:
    low, high = maps.min(axis=(1, 2), keepdims=True), maps.max(axis=(1, 2), keepdims=True)
    return (maps - low) / np.maximum(high - low, 1e-12)
