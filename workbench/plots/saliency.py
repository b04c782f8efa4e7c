"""Draw where a network looked: a heat map over a picture or over a spectrogram."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import InvalidInputError
from workbench.plots.style import HEAT, axes_to_draw_on, plain, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_saliency(
    image: np.ndarray,
    heat: np.ndarray,
    *,
    extent: tuple[float, float, float, float] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a heat map over an image: the more it mattered, the brighter and the less transparent.

    Parameters
    ----------
    image : np.ndarray, shape (h, w, 3) or (h, w)
        uint8, or floats in [0, 1]; one channel is shown in greys.
    heat : np.ndarray, shape (h2, w2)
        Importance per place, of any size and scale; 0 means none. It is stretched over the image.
    extent : (left, right, bottom, top), optional
        For a spectrogram: ms and Hz at its edges, ``top`` at its first row; axes are then drawn, else hidden.

    Raises
    ------
    InvalidInputError
        A shape is another, or the heat has values that are not finite.
    """
    image, heat = np.asarray(image), np.asarray(heat, dtype=float)
    if not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)) or heat.ndim != 2:
        raise InvalidInputError(
            "A saliency picture must have an image of shape (h, w, 3) or (h, w) and a heat of shape (h, w). "
            f"Received {image.shape} and {heat.shape}."
        )
    if not np.isfinite(heat).all():
        raise InvalidInputError(
            "A heat map must be finite everywhere. Received NaN or infinity: compute it again."
        )
    strength = np.clip(heat, 0, None)
    strength = strength / strength.max() if strength.max() > 0 else strength
    with styled():
        ax = axes_to_draw_on(ax, width_inch=3.2, height_inch=3.2)
        frame = extent if extent is not None else (0, image.shape[1], image.shape[0], 0)
        ax.imshow(
            image,
            cmap="gray" if image.ndim == 2 else None,
            extent=frame,
            aspect="auto" if extent else "equal",
        )
        ax.imshow(
            strength,
            cmap=HEAT,
            alpha=0.75 * strength,
            vmin=0,
            vmax=1,
            extent=frame,
            interpolation="bilinear",
            aspect="auto" if extent else "equal",
        )
        ax.set_title(plain(title))
        if extent is None:
            ax.set_axis_off()
        else:
            ax.set(xlabel="time (ms)", ylabel="frequency (Hz)")
    return ax
