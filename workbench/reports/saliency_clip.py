"""One call: saliency over the consecutive moments of one clip."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.lazy import load
from workbench.plots.saliency import DRAWN_BLUR, plot_saliency
from workbench.plots.saliency_shares import plot_modality_shares, plot_probability
from workbench.plots.saliency_sound import plot_bands, plot_time_frequency
from workbench.plots.style import Drawing, grid_figure, plain, styled
from workbench.project import Project
from workbench.reports.saliency_report import leak_mark, save_drawing
from workbench.reports.saliency_words import method_said
from workbench.systems.saliency_clip import MOST_MOMENTS, ClipSaliency, explain_clip
from workbench.systems.saliency_moments import SEEN, clip_to_explain

N_FRAMES = 8
_TIME_COLUMNS = 5
"""What has a time axis is so many frames wide; beside it stand bands of frequencies and legends."""
_FRAME_INCH, _SOUND_INCH, _LINE_INCH = 1.25, 2.3, 1.9


@dataclass(frozen=True)
class SaliencyOverClip:
    """A clip's saliency, that draws itself.

    Attributes
    ----------
    saliency : ClipSaliency
    """

    saliency: ClipSaliency

    def as_json(self) -> dict[str, Any]:
        """Return clip, class, probabilities, and shares of bands and modalities."""
        return {"run": self.saliency.moments.run.id, **self.saliency.as_json()}

    def lines(self) -> list[str]:
        """Return what the clip's figures say."""
        found = self.saliency
        told = [f"{_title(found)}: {len(found.time_s)} moments"]
        if "columns" in found.maps:
            bands = [f"{low:,} to {high:,} Hz {share:.0%}" for (low, high), share in found.bands().items()]
            told.append(f"  of what it hears: {', '.join(bands)}")
        if found.shares is not None:
            shares = {name: np.nanmean(values) for name, values in found.shares.shares().items()}
            told.append(f"  face {shares['faces']:.0%} of the say, voice {shares['columns']:.0%}")
        return told

    def drawing(self) -> Drawing:
        """Draw faces with their maps along time, the sound by time and frequency, and probability or shares under them."""
        found = self.saliency
        seen = next((name for name in found.moments.inputs if name in SEEN), None)
        heard = "columns" in found.maps
        heights = [_FRAME_INCH] * (2 if seen else 0) + [_SOUND_INCH] * (2 if heard else 0) + [_LINE_INCH]
        with styled():
            figure, grid = grid_figure(
                heights, [_FRAME_INCH] * N_FRAMES, gap_inch=(0.12, 0.4), margins_inch=(0.8, 0.5, 0.7, 0.5)
            )
            line = 0
            if seen:
                _draw_frames(figure, grid, found, seen)
                line = 2
            above = None
            if heard:
                above = _draw_sound(figure, grid, found, line)
                line += 2
            ax = figure.add_subplot(grid[line, : _TIME_COLUMNS if heard else N_FRAMES], sharex=above)
            if found.shares is not None:
                plot_modality_shares(found.time_s, found.shares.added, found.shares.gained, ax=ax)
            else:
                plot_probability(found.time_s, found.probability, found.explained, ax=ax)
            figure.text(0.01, 0.985, plain(_title(found)), va="top", fontsize=10.5, fontweight="bold")
        return Drawing(figure)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        return self.drawing()._repr_png_()

    def save(self, path: Path) -> Path:
        """Write the drawing as PNG."""
        return save_drawing(self.drawing(), path)


def saliency_over_clip(
    project: Project,
    reference: str,
    clip: str | None = None,
    *,
    method: str = "integrated_gradients",
    explained: str | None = None,
    most_moments: int = MOST_MOMENTS,
    seed: int = 0,
) -> SaliencyOverClip:
    """Explain one clip moment by moment: its faces, its sound by time and frequency, and for the fused network whose say it is.

    Parameters
    ----------
    clip : str, optional
        A clip of the run's dataset, by its id or a part of it; the first of the run's test when left out.
    explained : str, optional
        The class to explain all along; what most moments were answered with when left out.
    most_moments : int
        Of a longer clip every second (third…) moment is explained.

    Raises
    ------
    InvalidInputError
        No such run, clip, method or class.
    """
    found = explain_clip(
        clip_to_explain(project, reference, clip),
        method=method,
        explained=explained,
        most_moments=most_moments,
        seed=seed,
    )
    return SaliencyOverClip(found)


def _title(found: ClipSaliency) -> str:
    run = found.moments.run.id
    return (
        f"{found.clip}: {method_said(found.method)} for {found.explained!r} ({run}{leak_mark(found.moments)})"
    )


def _draw_frames(figure: Any, grid: Any, found: ClipSaliency, name: str) -> None:
    """Draw moments at even steps; one brightness for all of them, so that a strong moment looks strong."""
    rows = np.unique(np.linspace(0, len(found.time_s) - 1, N_FRAMES).round().astype(int))
    heats = _smoothed(np.maximum(found.maps[name], 0))
    peak = float(np.quantile(heats[rows], 0.998)) or 1.0
    for column, row in enumerate(rows):
        ax = figure.add_subplot(grid[0, column])
        ax.imshow(found.moments.arrays[name][row])
        ax.set_axis_off()
        ax.set_title(f"{found.time_s[row]:.2f} s", fontsize=8.5, fontweight="normal")
        over = figure.add_subplot(grid[1, column])
        plot_saliency(found.moments.arrays[name][row], heats[row], brightest=peak, ax=over)
        over.text(
            0.5,
            -0.04,
            f"{found.probability[row]:.0%}",
            transform=over.transAxes,
            ha="center",
            va="top",
            fontsize=8,
        )


def _smoothed(heats: np.ndarray) -> np.ndarray:
    blur_px = DRAWN_BLUR * heats.shape[2]
    return load("scipy.ndimage").gaussian_filter(heats, (0, blur_px, blur_px))


def _draw_sound(figure: Any, grid: Any, found: ClipSaliency, line: int) -> Any:
    """Draw the sound and what matters in it, and return the axes whose time the line below shares."""
    level = _levels(found.moments.arrays["columns"])
    sound = figure.add_subplot(grid[line, :_TIME_COLUMNS])
    plot_time_frequency(
        level, found.time_s, of="level", title="what it hears (dB, brighter is louder)", ax=sound
    )
    ax = figure.add_subplot(grid[line + 1, :_TIME_COLUMNS], sharex=sound, sharey=sound)
    plot_time_frequency(
        found.time_frequency(), found.time_s, title=f"what of it speaks for {found.explained!r}", ax=ax
    )
    for upper in (sound, ax):
        upper.set_xlabel("")
        upper.tick_params(labelbottom=False)
    plot_bands(found.bands(), ax=figure.add_subplot(grid[line + 1, N_FRAMES - 2 :]))
    return sound


def _levels(columns: np.ndarray) -> np.ndarray:
    """Return decibels by frequency and moment, 24 kHz in the first row."""
    return columns.astype(np.float32).T[::-1]
