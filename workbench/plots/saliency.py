"""Draw where a network looked: a heat map over a picture or over a spectrogram."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.lazy import load
from workbench.plots.style import HEAT, axes_to_draw_on, plain, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DRAWN_BLUR = 0.016
"""For small pictures: 1.5 pixels of a face."""
_BRIGHTEST = 0.995
_MOST_OPAQUE = 0.85
_DARKEST_GREY = 0.3


def plot_saliency(
    image: np.ndarray,
    heat: np.ndarray,
    *,
    extent: tuple[float, float, float, float] | None = None,
    brightest: float | None = None,
    blur: float = 0.0,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a heat map over an image in pale greys: the more it mattered, the brighter and the less transparent.

    Parameters
    ----------
    image : np.ndarray, shape (h, w, 3) or (h, w)
        uint8, or floats in [0, 1]; its colours are left out, they are the heat's.
    heat : np.ndarray, shape (h2, w2)
        Importance per place, of any size and scale; 0 means none. It is stretched over the image.
    brightest : float, optional
        Where the brightest colour begins, to compare several pictures; the heat's own 99.5 % quantile when left out:
        a few pixels would leave all others dark.
    blur : float
        Smooth the heat before it is drawn, by this share of its width: of single pixels in a small picture nothing is
        seen.
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
    if blur:
        strength = load("scipy.ndimage").gaussian_filter(strength, blur * strength.shape[1])
    most = brightest or np.quantile(strength, _BRIGHTEST) or strength.max() or 1.0
    strength = np.clip(strength / most, 0, 1)
    with styled():
        ax = axes_to_draw_on(ax, width_inch=3.2, height_inch=3.2)
        frame = extent if extent is not None else (0, image.shape[1], image.shape[0], 0)
        shape: dict[str, Any] = {
            "extent": frame,
            "aspect": "auto" if extent else "equal",
            "vmin": 0,
            "vmax": 1,
        }
        ax.imshow(_pale(image), cmap="gray", **shape)
        ax.imshow(strength, cmap=HEAT, alpha=_MOST_OPAQUE * strength**1.5, interpolation="bilinear", **shape)
        ax.set_title(plain(title))
        if extent is None:
            ax.set_axis_off()
        else:
            ax.set(xlabel="time (ms)", ylabel="frequency (Hz)")
    return ax


def _pale(image: np.ndarray) -> np.ndarray:
    """Return the lightness of an image, no darker than a middle grey, in [0, 1]."""
    grey = image if image.ndim == 2 else image @ np.array([0.299, 0.587, 0.114])
    if image.dtype == np.uint8:
        grey = grey / 255.0
    return _DARKEST_GREY + (1 - _DARKEST_GREY) * grey
