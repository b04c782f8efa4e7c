"""Publish a run as one self-contained page: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

import workbench
from workbench.datasets.rights import require
from workbench.errors import InvalidInputError
from workbench.evaluation.confusion import Confusion
from workbench.evaluation.estimates import Share, interval_in_words
from workbench.evaluation.warnings import LEAK_MARK, leak_codes, marked
from workbench.files import write_text
from workbench.models.code_version import code_in_words
from workbench.models.groups import Group
from workbench.models.runs import Run
from workbench.plots.confusion import plot_confusion
from workbench.plots.history import plot_history
from workbench.plots.style import as_svg
from workbench.project import Project
from workbench.reports.answer import said
from workbench.reports.card import DRAWN
from workbench.reports.labelled import count_labels
from workbench.reports.render import accuracies_image, confusion_words, image, render
from workbench.reports.stored import run_or_group, stored_evaluation
from workbench.reports.summary import SPLITS, Summary, summary_of_run

_LEVELS = {"clips": "clips", "frames": "moments"}


def write_html(project: Project, run_id: str, target: Path) -> Path:
    """Write a run's report, with the comparison it takes part in where there is one, and return its path.

    Parameters
    ----------
    run_id : str
        The id of a run or of a cross-validation, or a part of it that fits one only.
    target : Path
        The file to write; it ends in ``.html``.

    Raises
    ------
    InvalidInputError
        No such run, it is not finished, its dataset may not be reported, or the target is no ``.html`` file.
    StorageError
        The file cannot be written.
    """
    target = Path(target)
    if target.suffix.lower() not in {".html", ".htm"} or target.is_dir():
        raise InvalidInputError(f"A report must be written to a file ending in .html. Received {target}.")
    run = run_or_group(project, run_id)
    require(project, [run.facts()["dataset"]], "report")
    write_text(target, page(project, run))
    return target


def page(project: Project, run: Run | Group) -> str:
    """Return the page of a run, or of a cross-validation, as HTML."""
    evaluation = stored_evaluation(run)
    summary = summary_of_run(project, run) if isinstance(run, Run) else None
    chart, chart_words = accuracies_image(summary) if summary and summary.systems else ("", "")
    return render(
        "page.html.j2",
        title=_title(run, summary),
        summary=summary,
        chart=chart,
        chart_words=chart_words,
        run=_run_content(run, evaluation),
        labels=count_labels(project),
        drawn=DRAWN if (project.dataset_folder(run.facts()["dataset"]) / "truth.csv").is_file() else "",
        written_utc=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        version=workbench.__version__,
    )


def _title(run: Run | Group, summary: Summary | None) -> str:
    facts = run.facts()
    return (
        f"{facts['dataset']}: face, voice, and both"
        if summary
        else f"{facts['dataset']}: {said(facts['network'])}"
    )


def _run_content(run: Run | Group, evaluation: dict[str, Any]) -> dict[str, Any]:
    """Return what the page says about the run itself."""
    facts = run.facts()
    history = run.history() if isinstance(run, Run) else ()
    name, leaks = said(facts["network"]), leak_codes(evaluation["warnings"])
    levels = []
    for key, unit in _LEVELS.items():
        if evaluation[key] is not None:
            confusion = Confusion.from_json(evaluation[key]["confusion"])
            title = f"{name}, {unit}{f' {LEAK_MARK}' if leaks else ''}"
            picture = image(as_svg(plot_confusion(confusion, title=title)), "svg+xml")
            levels.append(
                {
                    "unit": unit,
                    **evaluation[key],
                    "picture": picture,
                    "words": confusion_words(name, confusion),
                }
            )
    curves = (
        [image(as_svg(plot_history(history, of=of)), "svg+xml") for of in ("accuracy", "loss")]
        if isinstance(history, pd.DataFrame) and len(history)
        else []
    )
    return {
        "id": run.id,
        "name": name,
        "facts": facts,
        "sentence": marked(_sentence(name, evaluation), leaks),
        "levels": levels,
        "warnings": evaluation["warnings"],
        "leaks": [w["message"] for w in evaluation["warnings"] if w["code"].startswith("leak")],
        "split_words": _split_words(facts),
        "code": code_in_words(facts.get("code", facts)),
        "curves": curves,
        "settings": _flat(facts.get("settings", {})),
        "training": facts.get("training", {}),
    }


def _split_words(facts: dict[str, Any]) -> str:
    if facts.get("kind") == "folds":
        n_folds = len(facts["folds"])
        return f"cross-validation by speaker, {n_folds} folds: every speaker tested once, by a network that never met them"
    return SPLITS.get(facts["split"], facts["split"])


def _sentence(name: str, evaluation: dict[str, Any]) -> str:
    unit = "clips" if evaluation["clips"] is not None else "frames"
    level = evaluation[unit]
    accuracy = Share(**level["accuracy"])
    if accuracy.value is None:
        return f"How well {name} does is undefined: {accuracy.undefined}."
    people = f"{level['n_speakers']} people" if level["n_speakers"] else "unknown people"
    whom = f"{level['n_clips']} clips of {people}"
    if unit == "clips":
        return f"{name} told {accuracy.k} of {accuracy.n} clips of {people} right ({accuracy.value:.1%}, {interval_in_words(accuracy)})."
    return f"{name} told {accuracy.k:,} of {accuracy.n:,} moments right ({accuracy.value:.1%}, {interval_in_words(accuracy)}), in {whom}."


def _flat(settings: dict[str, Any], *, prefix: str = "") -> list[tuple[str, str]]:
    """Return nested settings as rows of words and values."""
    rows: list[tuple[str, str]] = []
    for key, value in settings.items():
        words = f"{prefix}{key}".replace("_", " ")
        if isinstance(value, dict):
            rows += _flat(value, prefix=f"{words}: ")
        else:
            rows.append((words, "none" if value is None else str(value)))
    return rows
