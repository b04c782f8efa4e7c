"""One call: maps of several methods with their checks beside them and a verdict in words under each."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.evaluation.saliency_checks import MARKS
from workbench.evaluation.warnings import LEAK_MARK, leak_codes
from workbench.files import atomic_file
from workbench.models.saliency.attribution import Attributor
from workbench.plots.saliency import DRAWN_BLUR, plot_saliency
from workbench.plots.saliency_checks import plot_perturbation, plot_weight_check
from workbench.plots.saliency_sound import plot_spectrum
from workbench.plots.style import INK, Drawing, as_png, grid_figure, plain, styled
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.reports.saliency_words import INPUT_WORDS, explained_said
from workbench.systems.saliency_checks import CHECKED_METHODS, CheckedMaps, check_methods
from workbench.systems.saliency_moments import SaliencyMoments, moments_to_explain

N_SHOWN = 3
"""So many of the moments are drawn; all are checked."""
_VERDICT_COLOURS = {"yes": "#006B4F", "no": "#A33B00", "undecided": INK}
_ROW_INCH, _WORDS_INCH = 1.7, 0.5


@dataclass(frozen=True)
class SaliencyReport:
    """Checked maps of a run, that draw themselves.

    Attributes
    ----------
    moments : SaliencyMoments
    checked : list of CheckedMaps
        Method by method, input by input.
    """

    moments: SaliencyMoments
    checked: list[CheckedMaps]

    def as_json(self) -> dict[str, Any]:
        """Return the run, the moments and every check."""
        table = self.moments.table
        shown = table[["clip", "time_s", "truth", "predicted", "confidence"]].to_dict("records")
        return {
            "run": self.moments.run.id,
            "network": self.moments.network,
            "moments": [
                {**row, "time_s": round(row["time_s"], 3), "confidence": round(row["confidence"], 4)}
                for row in shown
            ],
            "maps": [one.as_json() for one in self.checked],
        }

    def lines(self) -> list[str]:
        """Return a verdict per method and input, with its figures."""
        return [
            f"{self.moments.run.id}: {_about(self.moments)}",
            *(_line(self.moments, one) for one in self.checked),
        ]

    def drawing(self) -> Drawing:
        """Draw every method: some moments, one with random weights, the checks, the verdict."""
        shown = _shown(self.moments)
        heights = [_ROW_INCH] + [size for _ in self.checked for size in (_ROW_INCH, _WORDS_INCH)]
        widths = [_ROW_INCH] * (N_SHOWN + 1) + [1.9, 2.5]
        with styled():
            figure, grid = grid_figure(
                heights, widths, gap_inch=(0.5, 0.35), margins_inch=(0.75, 0.3, 0.6, 0.1)
            )
            _draw_inputs(figure, grid, self.moments, shown)
            for number, one in enumerate(self.checked):
                _draw_row(figure, grid, 1 + 2 * number, self.moments, one, shown)
        return Drawing(figure)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        return self.drawing()._repr_png_()

    def save(self, path: Path) -> Path:
        """Write the drawing as PNG."""
        return save_drawing(self.drawing(), path)


def saliency_report(
    project: Project,
    reference: str,
    *,
    n_moments: int = 12,
    methods: Sequence[str] | dict[str, str | Attributor] = CHECKED_METHODS,
    seed: int = 0,
    progress: Progress = silent,
) -> SaliencyReport:
    """Explain test moments of a run by several methods, check each, and return it all as one drawing.

    Parameters
    ----------
    reference : str
        The run's id or a unique part of it; any of the four networks.
    n_moments : int
        How many moments are explained and checked, evenly over classes and clips.
    methods : sequence of str, or dict
        As :func:`workbench.systems.saliency_checks.check_methods` takes them.

    Raises
    ------
    InvalidInputError
        No such run or method, or no test moments.
    """
    moments = moments_to_explain(project, reference, n_moments=n_moments, seed=seed)
    return SaliencyReport(moments, check_methods(moments, methods, seed=seed, progress=progress))


def save_drawing(drawing: Drawing, path: Path) -> Path:
    """Write a drawing as PNG, whole or not at all."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(as_png(drawing.figure.axes[0]))
    return path


def leak_mark(moments: SaliencyMoments) -> str:
    """Return the mark of a run whose split leaks, else nothing."""
    return f" {LEAK_MARK}" if leak_codes(moments.run.facts().get("warnings", [])) else ""


def _about(moments: SaliencyMoments) -> str:
    table = moments.table
    n, right = len(table), int(table["right"].sum())
    return f"{n} test moments of {table['clip'].nunique()} clips, {right} of {n} answered right{leak_mark(moments)}"


def _line(moments: SaliencyMoments, one: CheckedMaps) -> str:
    name = explained_said(one.method, one.input, one_input=len(moments.inputs) == 1)
    checks = one.checks
    return (
        f"{MARKS[checks.answer]} {name}: {checks.sentence} Rank correlation with random dense layers "
        f"{checks.weights['dense'].in_words()}, with every layer random {checks.weights['all'].in_words()}; gain by deletion {checks.deletion.in_words()}, by insertion "
        f"{checks.insertion.in_words()}, over {checks.deletion.n_moments} moments of {checks.deletion.n_clips} clips."
    )


def _shown(moments: SaliencyMoments) -> list[int]:
    """Return the surest right moment of each class first, then the surest others."""
    table = moments.table.reset_index(drop=True)
    order = table.sort_values(["right", "confidence"], ascending=False, kind="stable")
    first = order.drop_duplicates("predicted").index.tolist()
    return (first + [row for row in order.index if row not in first])[:N_SHOWN]


def _draw_inputs(figure: Any, grid: Any, moments: SaliencyMoments, shown: list[int]) -> None:
    """Draw in the first line what the network was shown (of the fused one the face; its sound stands under its maps)."""
    name = moments.inputs[0]
    for column, row in enumerate(shown):
        ax = figure.add_subplot(grid[0, column])
        if name == "columns":
            plot_spectrum(moments.arrays["columns"][row], np.zeros(400), ax=ax)
            ax.set_ylabel("level (dB)" if column == 0 else "", fontsize=8)
        else:
            ax.imshow(moments.arrays[name][row])
            ax.set_axis_off()
        told = moments.table.iloc[row]
        sure = f"{told['confidence']:.0%}" if told["confidence"] < 0.995 else "over 99%"
        truth = "right" if told["right"] else f"truly {told['truth']}"
        ax.set_title(
            plain(f"{told['predicted']}, {sure} sure\n{truth}; {told['time_s']:.2f} s"), fontsize=8.5
        )
    ax = figure.add_subplot(grid[0, N_SHOWN:])
    ax.set_axis_off()
    ax.text(0, 1, plain(_legend(moments)), transform=ax.transAxes, va="top", fontsize=8.5, wrap=True)


def _legend(moments: SaliencyMoments) -> str:
    return (
        f"{moments.run.id}\n{_about(moments)}.\n\n"
        "Left: what speaks for the network's own answer; brighter matters more\n(drawn smoothed; figures are of the maps as they are).\n"
        "Then the same map of the first moment from a network whose every\nweight is random: it must look different.\n"
        "Right: both checks over all moments, with 95% intervals.\n\n"
        "✓ may be trusted: follows the weights and points at what matters\n"
        "✗ not to be trusted    ? not proven"
    )


def _draw_row(
    figure: Any, grid: Any, line: int, moments: SaliencyMoments, one: CheckedMaps, shown: list[int]
) -> None:
    for column, row in enumerate(shown):
        _draw_map(figure.add_subplot(grid[line, column]), moments, one.input, row, one.maps[row])
    name = explained_said(one.method, one.input, one_input=len(moments.inputs) == 1)
    first = figure.axes[-len(shown)]
    first.annotate("\n".join(textwrap.wrap(name, 20)), (0, 0.5), (-34, 0), "axes fraction", "offset points", rotation=90, ha="center", va="center", fontsize=9, fontweight="bold")  # fmt: skip
    ax = figure.add_subplot(grid[line, N_SHOWN])
    _draw_map(ax, moments, one.input, shown[0], one.random[shown[0]])
    ax.set_title("random weights", fontsize=9)
    plot_weight_check(one.checks.weights, ax=figure.add_subplot(grid[line, N_SHOWN + 1]))
    curves, checks = one.curves, one.checks
    plot_perturbation(
        curves.share, (curves.deletion, curves.moved_deletion), (curves.insertion, curves.moved_insertion),
        {"deletion": checks.deletion, "insertion": checks.insertion}, ax=figure.add_subplot(grid[line, N_SHOWN + 2]),
    )  # fmt: skip
    words = figure.add_subplot(grid[line + 1, : N_SHOWN + 1])
    words.set_axis_off()
    said = f"{MARKS[checks.answer]}  {name}: {checks.sentence}"
    words.text(0, 0.75, plain("\n".join(textwrap.wrap(said, 100))), va="top", fontsize=9.5, fontweight="bold", color=_VERDICT_COLOURS[checks.answer])  # fmt: skip


def _draw_map(ax: Any, moments: SaliencyMoments, name: str, row: int, values: np.ndarray) -> None:
    heat = np.maximum(values, 0)  # what speaks for the answer
    if name == "columns":
        plot_spectrum(moments.arrays["columns"][row], heat[:, 0], ax=ax)
        ax.set_yticks([])
        ax.set_xlabel("Hz", fontsize=7.5, labelpad=1)
    else:
        plot_saliency(moments.arrays[name][row], heat, blur=DRAWN_BLUR, ax=ax)
    if not heat.any():
        words = f"nothing in the\n{INPUT_WORDS[name]} speaks\nfor it"
        behind = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2}
        ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", fontsize=8, bbox=behind)
