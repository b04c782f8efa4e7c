"""The analyst's figures of the latest comparison, one call each for the notebook: confusion, saliency, map."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.evaluation.confusion import Confusion
from workbench.models.saliency import Method
from workbench.models.settings import CLASSES
from workbench.plots.confusion import plot_confusion
from workbench.plots.embedding import plot_embedding
from workbench.plots.saliency import plot_saliency
from workbench.plots.style import new_figure
from workbench.project import Project
from workbench.reports.stored import StoredComparison, latest_comparison, run_called, stored_evaluation
from workbench.systems.explanation import Explained

_NYQUIST_KHZ = 24.0


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


def confusions(project: Project, stored: StoredComparison) -> Any:
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
        plot_confusion(Confusion(tuple(judged["confusion"]["classes"]), counts), title=name, ax=ax)
    return figure


def saliency_gallery(explained: Explained, *, methods: tuple[Method, ...] = ("gradient", "grad_cam")) -> Any:
    """Draw, for one sure and right moment per class, what the network saw and where it looked, method by method."""
    rows = explained.examples()
    if not rows:
        raise InvalidInputError(
            f"Saliency needs a moment the network is right about. {explained.run.id} is right about none of these: look at its warnings."
        )
    pictures = Explained(
        explained.run,
        explained.full,
        explained.moments.iloc[rows],
        {name: values[rows] for name, values in explained.arrays.items()},
    ).pictures()
    sound = "columns" in explained.arrays
    extent = (0.0, 30.0, 0.0, _NYQUIST_KHZ) if sound else None
    figure, axes = new_figure(
        len(methods), len(rows), width_inch=3.2 * len(rows), height_inch=3.2 * len(methods)
    )
    for line, method in zip(np.atleast_2d(axes.reshape(len(methods), len(rows))), methods, strict=True):
        maps = explained.saliency(rows, method=method)
        for ax, row, picture, heat in zip(line, rows, pictures, maps, strict=True):
            moment = explained.moments.iloc[row]
            title = f"{moment['truth']} ({moment['confidence']:.2f}), {method.replace('_', '-')}"
            plot_saliency(picture, heat, extent=extent, title=title, ax=ax)
            if sound:
                ax.set(xlabel="ms", ylabel="kHz")
    return figure


def map_of_moments(explained: Explained, *, seed: int = 0) -> Any:
    """Draw the t-SNE map of the 16-unit layer: colour and shape say the true class, a cross a wrong answer."""
    return plot_embedding(
        explained.map(seed=seed),
        list(explained.moments["truth"]),
        list(explained.moments["right"]),
        classes=CLASSES[explained.full.name],
        title=f"{explained.full.name}: {len(explained.moments)} test moments",
    ).figure
