"""The analyst's figures of the latest comparison, one call each for the notebook: confusion, saliency, map."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.evaluation.confusion import Confusion
from workbench.evaluation.gate import Gate
from workbench.evaluation.warnings import LEAK_MARK, leak_codes
from workbench.models.settings import CLASSES
from workbench.plots.confusion import plot_confusion
from workbench.plots.embedding import plot_embedding
from workbench.plots.gate import plot_pairs
from workbench.plots.saliency import plot_saliency
from workbench.plots.style import FAINT, Drawing, new_figure, plain
from workbench.project import Project
from workbench.reports.saliency_words import method_said
from workbench.reports.stored import StoredComparison, latest_comparison, run_called, stored_evaluation
from workbench.systems.explanation import Explained
from workbench.systems.gate import pictures_of

MOMENT_MS, NYQUIST_KHZ = 30.0, 24.0
"""What the edges of the audio network's picture stand for; 0 Hz is at the bottom."""
_LONGEST_CLIP = 34
_LINE_STYLE: dict[str, Any] = {"rotation": 90, "ha": "right", "va": "center", "fontweight": "bold"}


def newest_comparison(project: Project, dataset: str) -> StoredComparison:
    """Return the latest stored comparison of a dataset.

    Raises
    ------
    InvalidInputError
        Nothing was compared yet.
    """
    stored = latest_comparison(project, dataset)
    if stored is None:
        raise InvalidInputError(
            f"There is nothing to understand before a training. No comparison of {dataset} is stored: "
            f"run `workbench train {dataset} --network all`."
        )
    return stored


def pairs_too_alike(project: Project, gate: Gate) -> Drawing:
    """Draw the test pictures that the gate found near-identical to pictures of training, each beside its twin."""
    finding = gate.finding("leak_near_duplicates", "near_duplicates")
    examples = () if finding is None else finding.examples
    return Drawing(plot_pairs(examples, pictures_of(project, gate, examples)))


def confusions(project: Project, stored: StoredComparison) -> Drawing:
    """Draw the confusion matrices of the compared runs side by side (clips; rows true, columns predicted)."""
    figure, axes = new_figure(1, len(stored.runs), width_inch=4.2 * len(stored.runs), height_inch=4.0)
    for ax, (name, run_id) in zip(axes, stored.runs.items(), strict=True):
        run = run_called(project, run_id)
        if run is None:
            raise InvalidInputError(
                f"The run {run_id} must be there to be drawn. Its folder is gone: train again."
            )
        judged = stored_evaluation(run)["clips"]
        counts = np.array(judged["confusion"]["counts"])
        leaks = f" {LEAK_MARK}" if leak_codes(run.facts()["warnings"]) else ""
        title = f"{name}: {np.trace(counts)} of {counts.sum()} right{leaks}"
        plot_confusion(Confusion(tuple(judged["confusion"]["classes"]), counts), title=title, ax=ax)
    return Drawing(figure)


def saliency_gallery(
    explained: Explained, *, methods: tuple[str, ...] = ("smooth_gradient", "grad_cam")
) -> Drawing:
    """Draw, for one sure and right moment per class, what the network got and where it looked, method by method.

    Raises
    ------
    InvalidInputError
        The network is right about none of the moments.
    """
    examples = explained.examples()
    if not examples:
        raise InvalidInputError(
            "Saliency needs a moment the network is right about. "
            f"{explained.run.id} is right about none of these {len(explained.moments)}: look at its warnings."
        )
    names, rows = CLASSES[explained.full.name], list(examples.values())
    shown = explained.part(rows)
    pictures, sound = shown.pictures(), "columns" in explained.arrays
    heats: dict[str, np.ndarray | None] = {"input": None}
    heats |= {method_said(method): explained.saliency(rows, method=method) for method in methods}
    figure, axes = new_figure(
        len(heats), len(names), width_inch=2.9 * len(names), height_inch=0.4 + 2.6 * len(heats)
    )
    figure.set_layout_engine("constrained" if sound else "compressed")  # faces stay square
    grid = axes.reshape(len(heats), len(names))
    for column, name in enumerate(names):
        if name not in examples:
            _say_there_is_none(grid[:, column], name, len(explained.moments))
            continue
        k = list(examples).index(name)
        for ax, heat in zip(grid[:, column], heats.values(), strict=True):
            _draw(ax, pictures[k], None if heat is None else heat[k], sound=sound)
        _describe(grid[0, column], shown.moments.iloc[k])
    for ax, line in zip(grid[:, 0], heats, strict=True):
        ax.annotate(
            line, (0, 0.5), (-48 if sound else -8, 0), "axes fraction", "offset points", **_LINE_STYLE
        )
    _label_once(grid, sound=sound)
    return Drawing(figure)


def _draw(ax: Any, picture: np.ndarray, heat: np.ndarray | None, *, sound: bool) -> None:
    extent = (0.0, MOMENT_MS, 0.0, NYQUIST_KHZ) if sound else None
    if heat is not None:
        plot_saliency(picture, heat, extent=extent, ax=ax)
        if not heat.any():
            ax.text(0.5, 0.5, "nothing speaks\nfor this answer", transform=ax.transAxes, ha="center")
    elif sound:
        ax.imshow(picture, extent=extent, aspect="auto")
    else:
        ax.imshow(picture)
        ax.set_axis_off()


def _describe(ax: Any, moment: Any) -> None:
    """Say above a column which moment it is and how sure the network was."""
    sure = f"{moment['confidence']:.0%}" if moment["confidence"] < 0.995 else "over 99%"
    where = f"{plain(moment['clip'][:_LONGEST_CLIP])} at {moment['time_s']:.2f} s"
    corner: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
    title = f"{moment['truth']}: {sure} sure"
    ax.annotate(title, (0, 1), (0, 17), fontsize=11, fontweight="bold", **corner)
    ax.annotate(where, (0, 1), (0, 5), fontsize=8, color=FAINT, **corner)


def _say_there_is_none(axes: Any, name: str, n_moments: int) -> None:
    for ax in axes:
        ax.set_axis_off()
    words = f"{name}: never right\namong these {n_moments}\nmoments"
    axes[0].text(0.5, 0.5, words, transform=axes[0].transAxes, ha="center", va="center")


def _label_once(grid: np.ndarray, *, sound: bool) -> None:
    """Name time and frequency at the left and at the bottom only."""
    for ax in grid.ravel():
        ax.set(xlabel="", ylabel="")
        ax.tick_params(labelbottom=False, labelleft=False)
    for ax in grid[-1] if sound else ():
        ax.set_xlabel("time (ms)")
        ax.tick_params(labelbottom=True)
    for ax in grid[:, 0] if sound else ():
        ax.set_ylabel("frequency (kHz)")
        ax.tick_params(labelleft=True)


def map_of_moments(explained: Explained, *, seed: int = 0) -> Drawing:
    """Draw the t-SNE map of the 16-unit layer: colour and shape say the true class, a cross a wrong answer."""
    figure, (ax,) = new_figure(1, 1, width_inch=8.0, height_inch=5.0)
    plot_embedding(
        explained.map(seed=seed),
        list(explained.moments["truth"]),
        list(explained.moments["right"]),
        classes=CLASSES[explained.full.name],
        title=f"{explained.full.name}: {len(explained.moments)} test moments",
        ax=ax,
    )
    return Drawing(figure)
