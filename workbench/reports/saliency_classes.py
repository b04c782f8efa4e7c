"""One call: what each class hangs on, averaged over many moments in the place of one mean face."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.plots.saliency import plot_saliency
from workbench.plots.saliency_shares import plot_regions
from workbench.plots.style import FAINT, Drawing, grid_figure, plain, styled
from workbench.project import Project
from workbench.reports.saliency_report import leak_mark, save_drawing
from workbench.reports.saliency_words import method_said
from workbench.systems.saliency_classes import ClassAverage, class_averages
from workbench.systems.saliency_moments import SaliencyMoments, moments_to_explain

_LEGEND = "Bars: share of the map with its 95% interval. Dotted: share of the picture. ▲ surely more than that, ▼ surely less."


@dataclass(frozen=True)
class SaliencyByClass:
    """Class averages of a run, that draw themselves.

    Attributes
    ----------
    moments : SaliencyMoments
    method : str
    averages : list of ClassAverage
        In the order of the classes; a class never answered is absent.
    """

    moments: SaliencyMoments
    method: str
    averages: list[ClassAverage]

    def as_json(self) -> dict[str, Any]:
        """Return counts and the shares of the parts of the face, by class."""
        return {
            "run": self.moments.run.id,
            "method": self.method,
            "classes": [a.as_json() for a in self.averages],
        }

    def lines(self) -> list[str]:
        """Return a line per class: where its maps lie."""
        return [_line(average) for average in self.averages]

    def drawing(self) -> Drawing:
        """Draw, per class, the mean aligned picture, the mean map over it, and the parts of the face."""
        by_name = {average.name: average for average in self.averages}
        has_regions = any(average.regions for average in self.averages)
        heights = [2.6, 2.6, *([1.9] if has_regions else [])]
        with styled():
            names = self.moments.predictor.classes
            figure, grid = grid_figure(
                heights, [2.6] * len(names), gap_inch=(0.6, 0.15), margins_inch=(1.35, 0.3, 0.95, 0.65)
            )
            first = next(column for column, name in enumerate(names) if name in by_name)
            for column, name in enumerate(names):
                if name in by_name:
                    _draw_column(figure, grid, column, by_name[name], named=column == first)
                else:
                    _say_never(figure.add_subplot(grid[0, column]), name, len(self.moments.table))
            said = f"{self.moments.run.id}{leak_mark(self.moments)}: {method_said(self.method)} for what was answered"
            figure.text(0.01, 0.985, plain(said), va="top", fontsize=10.5, fontweight="bold")
            if has_regions:
                figure.text(0.01, 0.012, _LEGEND, fontsize=8.5, color=FAINT)
        return Drawing(figure)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        return self.drawing()._repr_png_()

    def save(self, path: Path) -> Path:
        """Write the drawing as PNG."""
        return save_drawing(self.drawing(), path)


def saliency_by_class(
    project: Project, reference: str, *, method: str = "smooth_gradient", n_moments: int = 90, seed: int = 0
) -> SaliencyByClass:
    """Average the maps of a run's test moments, class by class, in aligned face (or mouth) space.

    Raises
    ------
    InvalidInputError
        The network sees nothing, or there is no such run or method.
    """
    moments = moments_to_explain(project, reference, n_moments=n_moments, seed=seed)
    return SaliencyByClass(moments, method, class_averages(moments, method=method, seed=seed))


def _draw_column(figure: Any, grid: Any, column: int, average: ClassAverage, *, named: bool) -> None:
    ax = figure.add_subplot(grid[0, column])
    ax.imshow(average.picture.clip(0, 1))
    ax.set_axis_off()
    counted = _counted(average).replace(" in ", "\nin ")
    ax.set_title(plain(f"{average.name}, {counted}"), fontsize=9.5)
    plot_saliency(average.picture, average.heat, ax=figure.add_subplot(grid[1, column]))
    if average.regions:
        ax = figure.add_subplot(grid[2, column])
        plot_regions({name: (r.share, r.area) for name, r in average.regions.items()}, ax=ax)
        if not named:
            ax.set_yticklabels([])


def _say_never(ax: Any, name: str, n_moments: int) -> None:
    ax.set_axis_off()
    words = f"{name}: never answered\nat these {n_moments} moments"
    ax.text(0.5, 0.5, plain(words), transform=ax.transAxes, ha="center", va="center")


def _counted(average: ClassAverage) -> str:
    people = f" of {average.n_speakers} speakers" if average.n_speakers else ""
    return f"answered at {average.n_moments} moments in {average.n_clips} clips{people}"


def _line(average: ClassAverage) -> str:
    parts = [
        f"{name} {share.share.figure.value:.0%} (of {share.area:.0%} of the picture)"
        for name, share in average.regions.items()
        if share.share.figure.value is not None
    ]
    return f"{average.name}, {_counted(average)}: {', '.join(parts) or 'no parts of a face to tell'}"
