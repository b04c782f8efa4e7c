"""Draw what a network hears: one moment by frequency, and a whole clip by time and frequency, in Hz."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from workbench.lazy import load
from workbench.plots.style import FAINT, HEAT, INK, SEQUENTIAL, axes_to_draw_on, plain, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NYQUIST_HZ = 24_000
_QUIETEST_DB, _LOUDEST_DB = -120, -20
_BRIGHTEST = 0.99
_TICKS_HZ = np.arange(0, NYQUIST_HZ + 1, 4000)


def plot_spectrum(level_db: np.ndarray, heat: np.ndarray, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw a moment's spectrum as a line and how much each frequency mattered as the field under it.

    Parameters
    ----------
    level_db : np.ndarray, shape (701,)
        0 Hz first.
    heat : np.ndarray, shape (400,)
        Importance, 0 or more, 24 kHz first as in the network's picture.
    """
    with styled():
        ax = axes_to_draw_on(ax, width_inch=2.6, height_inch=2.2)
        heat = np.asarray(heat, float)[::-1]
        middles = (np.arange(len(heat)) + 0.5) * NYQUIST_HZ / len(heat)
        strength = heat / (heat.max() or 1.0)
        colours = _heat_colours(strength)
        top = _QUIETEST_DB + strength * (_LOUDEST_DB - _QUIETEST_DB)
        ax.vlines(middles, _QUIETEST_DB, top, colors=colours, linewidth=0.8)
        ax.plot(np.linspace(0, NYQUIST_HZ, len(level_db)), level_db, color=INK, linewidth=0.7)
        ax.set(xlim=(0, NYQUIST_HZ), ylim=(_QUIETEST_DB - 5, _LOUDEST_DB + 20))
        ax.set_xticks([0, 8000, 16000, 24000], ["0", "8,000", "16,000", "24,000"])
        ax.tick_params(labelsize=7.5)
        ax.set_title(plain(title), fontsize=9)
    return ax


def _heat_colours(strength: np.ndarray) -> Any:
    return load("matplotlib").colormaps[HEAT](0.15 + 0.7 * strength)


def plot_time_frequency(
    values: np.ndarray,
    time_s: np.ndarray,
    *,
    of: Literal["heat", "level"] = "heat",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a clip by time and frequency: its sound in dB, or how much each place mattered.

    Parameters
    ----------
    values : np.ndarray, shape (n_frequencies, n)
        The highest frequency in the first row. The brightest colour of heat (0 or more) begins at its 99% quantile, as a few places would leave all others dark.
    time_s : np.ndarray, shape (n,)
        Beginning of each moment; moments that are missing stay white.
    of : {"heat", "level"}
    """
    with styled():
        ax = axes_to_draw_on(ax, width_inch=8.0, height_inch=2.4)
        low, high, colours = float(_QUIETEST_DB), float(_LOUDEST_DB), SEQUENTIAL
        if of == "heat":
            low, colours = 0.0, HEAT
            high = float(np.quantile(values, _BRIGHTEST)) or float(values.max()) or 1.0
        step = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.03
        edges = np.linspace(NYQUIST_HZ, 0, len(values) + 1)
        for rows in _unbroken(time_s, step):
            across = np.append(time_s[rows], time_s[rows][-1] + step)
            ax.pcolormesh(across, edges, values[:, rows], vmin=low, vmax=high, cmap=colours, rasterized=True)
        ax.set_yticks(_TICKS_HZ, [f"{hertz:,}" for hertz in _TICKS_HZ])
        ax.set(ylim=(0, NYQUIST_HZ), ylabel="frequency (Hz)", xlabel="time (s)")
        ax.tick_params(labelsize=8)
        ax.set_title(plain(title), fontsize=10)
    return ax


def _unbroken(time_s: np.ndarray, step: float) -> list[np.ndarray]:
    """Return the rows of each stretch without a missing moment."""
    return np.split(np.arange(len(time_s)), np.flatnonzero(np.diff(time_s) > 1.5 * step) + 1)


def plot_bands(bands: dict[tuple[int, int], float], *, ax: Axes | None = None) -> Axes:
    """Draw which share of the map lies in which band of frequencies, beside the band's share of all frequencies."""
    with styled():
        ax = axes_to_draw_on(ax, width_inch=3.0, height_inch=2.4)
        for place, ((low, high), share) in enumerate(bands.items()):
            width = (high - low) / NYQUIST_HZ
            ax.barh(place, share, color=INK, height=0.55, alpha=0.75)
            ax.plot([width, width], [place - 0.38, place + 0.38], color=FAINT, linewidth=1.5, linestyle=":")
            ax.text(max(share, width) + 0.03, place, f"{share:.0%}", va="center", fontsize=8)
        names = [f"{low:,} to {high:,} Hz" for low, high in bands]
        ax.set_yticks(range(len(bands)), names, fontsize=8)
        ax.set(xlim=(0, 1.15), xticks=[0, 0.5, 1])
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        ax.tick_params(axis="x", labelsize=8)
        ax.set_title("share of the map", fontsize=10)
        ax.set_xlabel("dotted: share of the frequencies", fontsize=8)
    return ax
