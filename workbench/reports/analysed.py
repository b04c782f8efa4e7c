"""What the running system makes of recordings that are in no dataset: one as a timeline, a folder as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from workbench.evaluation.accumulate import ALPHA
from workbench.plots.style import Drawing, new_figure
from workbench.plots.timeline import plot_timeline
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.systems.analysis import analyze
from workbench.systems.folder_analysis import analyze_folder
from workbench.systems.lightweight_fusion import load_fusion
from workbench.systems.sinks import AnswerList
from workbench.systems.table_sinks import COLUMNS, row_of

SHOWN = (
    "clip",
    "label",
    "negative",
    "neutral",
    "positive",
    "moments",
    "faces",
    "open",
    "seconds",
    "problem",
    "notes",
)


def analysed_timeline(
    project: Project,
    video: Path,
    *,
    run: str | None = None,
    alpha: float = ALPHA,
    progress: Progress = silent,
) -> Drawing:
    """Analyse one recording and draw it over time: mouth, branch, what each moment said and the opinion as it grew.

    Raises
    ------
    InvalidInputError
        It is no recording, no moment shows a face, or there is no trained system.
    """
    kept = AnswerList()
    analysis = analyze(video, load_fusion(project, run), alpha=alpha, sinks=[kept], progress=progress)
    table = pd.DataFrame([row_of(video.name, answer) for answer in kept.answers], columns=list(COLUMNS))
    # The figure's own names: there a moment starts, and the mouth is told by its probability.
    moments = table.drop(columns="mouth_open").rename(columns={"time_s": "start_s", "p_open": "mouth_open"})
    numbers = [name for name in moments.columns if name.startswith(("p_", "accumulated_"))]
    moments[numbers] = moments[numbers].astype(float)
    title = f"{video.name}: {analysis.label or 'no prediction'}"
    figure, (ax,) = new_figure(1, 1, width_inch=8.0, height_inch=3.8)
    plot_timeline(moments, alpha=alpha, title=title, ax=ax)
    ax.set_xlim(0, max(analysis.seconds_of_video, 0.1))  # the whole of it, also where no face was seen
    return Drawing(figure)


def analysed_folder(project: Project, folder: Path, table: Path, **settings: Any) -> pd.DataFrame:
    """Analyse a folder into ``table`` and return it for people; settings and errors as :func:`analyze_folder`.

    Returns
    -------
    pd.DataFrame
        A row per recording: label, accumulated probabilities, moments and how many showed a face or an open mouth,
        length, and what the problem was.
    """
    report = analyze_folder(project, folder, table, **settings)
    return pd.DataFrame([_shown(row) for row in report.rows], columns=list(SHOWN))


def _shown(row: dict[str, Any]) -> list[Any]:
    shares = [row[f"accumulated_{name}"] for name in ("negative", "neutral", "positive")]
    n, told = row["n_moments"], not row["problem"]
    return [
        row["clip"],
        row["label"] or "",
        *("" if share is None else f"{share:.2f}" for share in shares),
        n if told else "",
        f"{row['n_faces']}/{n}" if told else "",
        f"{row['n_open']}/{n}" if told else "",
        f"{row['seconds_of_video']:.1f}" if told else "",
        row["problem"],
        row["notes"],
    ]
