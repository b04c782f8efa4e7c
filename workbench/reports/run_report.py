"""What the report of a run says, block by block: first the answer, then the figures, then whence they come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pandas as pd

import workbench
from workbench.evaluation.confusion import Confusion
from workbench.evaluation.estimates import Share, interval_in_words
from workbench.evaluation.warnings import LEAK_MARK, leak_codes, marked
from workbench.models.groups import Group
from workbench.models.runs import Run
from workbench.plots.confusion import plot_confusion
from workbench.plots.history import plot_history
from workbench.plots.style import as_svg
from workbench.project import Project
from workbench.reports.answer import said
from workbench.reports.audience import Audience
from workbench.reports.card import ModelCard, card_of
from workbench.reports.card_blocks import card_blocks
from workbench.reports.document import (
    Answer,
    Block,
    Cell,
    Document,
    Facts,
    Heading,
    Note,
    Picture,
    Pictures,
    Table,
    Words,
    fact_table,
    heads,
    share_cells,
)
from workbench.reports.labelled import LabelCount, count_labels
from workbench.reports.render import FEW, confusion_words, decimal
from workbench.reports.stored import stored_evaluation
from workbench.reports.summary import QUESTION, summary_of_run
from workbench.reports.summary_blocks import leak_note, summary_blocks

_LEVELS = {"clips": "clips", "frames": "moments"}
_ANSWERS = {"hand": "given by people", "known": "from the recording"}


def report_of(project: Project, run: Run | Group, audience: Audience) -> Document:
    """Return the report of a run, with the comparison it takes part in, or of a cross-validation.

    Raises
    ------
    InvalidInputError
        The run is not finished.
    """
    facts, evaluation = run.facts(), stored_evaluation(run)
    name = said(facts["network"])
    summary = summary_of_run(project, run) if isinstance(run, Run) else None
    card = card_of(project, run, audience)
    blocks: list[Block] = list(summary_blocks(project, summary, audience)) if summary else []
    blocks += _this_run(run, name, evaluation, card, alone=summary is None)
    blocks += [Heading("What was labelled"), *_labelled(count_labels(project))]
    blocks += [Heading("How it was trained"), *_training(run)]
    blocks += card_blocks(card)
    return Document(
        title=f"{facts['dataset']}: {'face, voice, and both' if summary else name}",
        question=QUESTION if summary else f"How well does {name} do?",
        blocks=tuple(blocks),
        origin=(
            f"Affect Workbench {workbench.__version__} · run {run.id} · split {facts['split']} · "
            f"data {card.data_hash[:12]}"
        ),
        written_utc=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _this_run(
    run: Run | Group, name: str, evaluation: dict[str, Any], card: ModelCard, *, alone: bool
) -> Iterator[Block]:
    leaks = leak_codes(evaluation["warnings"])
    sentence = marked(_sentence(name, evaluation), leaks)
    if alone:
        yield Answer("plain", "", "", sentence)
        yield from leak_note([message for code, message in card.alarms if code.startswith("leak")])
        yield Facts((("Split", card.split),))
        others = [message for code, message in card.alarms if not code.startswith("leak")]
        if others:
            yield Note("Before you rely on this", tuple(dict.fromkeys(others)))
        yield Heading("Figures")
    else:
        yield Heading(f"This run: {name}")
        yield Words(sentence)
    levels = [(unit, evaluation[key]) for key, unit in _LEVELS.items() if evaluation[key] is not None]
    yield Pictures(tuple(_confusion(name, unit, level, leaking=bool(leaks)) for unit, level in levels))
    for unit, level in levels:
        yield _classes(name, unit, level, leaking=bool(leaks))


def _confusion(name: str, unit: str, level: dict[str, Any], *, leaking: bool) -> Picture:
    confusion = Confusion.from_json(level["confusion"])
    title = f"{name}, {unit}{f' {LEAK_MARK}' if leaking else ''}"
    caption = f"Who was taken for what, {unit}: rows are true, columns what the system said."
    return Picture(
        as_svg(plot_confusion(confusion, title=title)).decode(), confusion_words(name, confusion), caption
    )


def _sentence(name: str, evaluation: dict[str, Any]) -> str:
    unit = "clips" if evaluation["clips"] is not None else "frames"
    level = evaluation[unit]
    accuracy = Share(**level["accuracy"])
    if accuracy.value is None:
        return f"How well {name} does is undefined: {accuracy.undefined}."
    people = f"{level['n_speakers']} people" if level["n_speakers"] else "unknown people"
    figure = f"({accuracy.value:.1%}, {interval_in_words(accuracy)})"
    if unit == "clips":
        return f"{name} told {accuracy.k} of {accuracy.n} clips of {people} right {figure}."
    whom = f"{level['n_clips']} clips of {people}"
    return f"{name} told {accuracy.k:,} of {accuracy.n:,} moments right {figure}, in {whom}."


def _classes(name: str, unit: str, level: dict[str, Any], *, leaking: bool) -> Table:
    mark = f"{LEAK_MARK}. " if leaking else ""
    rows = (
        (
            Cell(label, head=True),
            *share_cells(scores["recall"]),
            *share_cells(scores["precision"]),
            Cell(decimal(scores["f1"]), number=True, figure=scores["f1"]),
        )
        for label, scores in level["per_class"].items()
    )
    return Table(
        f"{mark}{name}, per class, {unit}. Found is recall, trusted is precision; grey: fewer than {FEW} cases. "
        f"Intervals: {level['interval']}.",
        heads("Class", ("Found", 2), ("Trusted", 2), "F1"),
        tuple(rows),
    )


def _labelled(labels: list[LabelCount]) -> Iterator[Block]:
    if not labels:
        yield Words(
            "Nothing was labelled by hand yet: what is true was taken from the recordings' names or the drawing's "
            "own record."
        )
        return
    rows = tuple(
        (
            Cell(one.question, head=True),
            Cell(one.annotator),
            *(Cell(f"{n:,}", number=True) for n in (one.n_labels, one.n_moments, one.n_runs, one.n_clips)),
        )
        for one in labels
    )
    yield Table(
        "Labels given by people that stand today, per question; nobody is named here. A run is a stretch of "
        "neighbouring moments with the same answer: the moments in it are copies of one decision, so runs are what "
        "counts as separate labels.",
        heads("Question", "Who", "Labels", "Moments", "Runs", "Clips"),
        rows,
    )


def _training(run: Run | Group) -> Iterator[Block]:
    history = run.history() if isinstance(run, Run) else None
    if isinstance(history, pd.DataFrame) and len(history):
        yield Pictures(tuple(_curve(history, of) for of in ("accuracy", "loss")))
    yield fact_table("Settings of this run.", list(_settings(run.facts())))


def _curve(history: pd.DataFrame, of: str) -> Picture:
    last = history.iloc[-1]
    words = (
        f"Training and validation {of} by epoch. After epoch {int(last['epoch'])}: {last[of]:.3f} in training, "
        f"{last[f'val_{of}']:.3f} in validation."
    )
    return Picture(as_svg(plot_history(history, of=of)).decode(), words, f"{of.capitalize()} by epoch.")


def _settings(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "took", f"{facts.get('duration_s', '?')} s"
    yield from _flat(facts.get("settings", {}))
    for word, value in facts.get("training", {}).items():
        yield f"last epoch, {word.replace('val_', 'validation ')}", f"{value:.4f}"
    for source, n in facts.get("answer_sources", {}).items():
        yield f"answers: {_ANSWERS.get(source, source)}", f"{n} moments"
    for part, n in facts.get("n_samples", {}).items():
        yield f"samples, {part}", str(n)
    for part, n in facts.get("effective_labels", {}).items():
        runs = f"{n['n_runs']} runs of equal answers in {n['n_clips']} clips"
        yield f"separate labels, {part}", f"{runs} (neighbouring moments are copies)"


def _flat(settings: dict[str, Any], *, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield nested settings as rows of words and values."""
    for key, value in settings.items():
        words = f"{prefix}{key}".replace("_", " ")
        if isinstance(value, dict):
            yield from _flat(value, prefix=f"{words}: ")
        else:
            yield words, "none" if value is None else str(value)
