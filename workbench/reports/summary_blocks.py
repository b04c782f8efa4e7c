"""What a report says of a comparison, block by block; the sentences and figures are those of its summary."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.evaluation.warnings import LEAK_MARK
from workbench.plots.style import as_svg
from workbench.project import Project
from workbench.reports.answer import in_words
from workbench.reports.audience import Audience
from workbench.reports.document import (
    Answer,
    Block,
    Cell,
    Facts,
    Heading,
    Note,
    Picture,
    Points,
    Table,
    Words,
    heads,
    score_cell,
    share_cells,
)
from workbench.reports.problem_words import problem_words
from workbench.reports.render import FEW, accuracies_drawn, percent
from workbench.reports.summary import Summary, System
from workbench.reports.told import told

_FLATTER = "These figures flatter."
_TOLD_APART = (
    "Two systems are called different only when McNemar's exact test gives p < 0.05 and the interval of the "
    "difference, which respects who was speaking, excludes 0."
)


def summary_blocks(project: Project, summary: Summary, audience: Audience) -> Iterator[Block]:
    """Yield the answer, on whom it rests, what to beware of, and the figures of every system."""
    yield _answer(summary)
    codes = {w["message"]: w["code"] for system in summary.systems for w in system.warnings}
    yield from leak_note(
        [told(audience, codes[leak], leak) if leak in codes else leak for leak in summary.leaks]
    )
    drawn = " (drawn actors, not people)" if summary.drawn else ""
    yield Facts(
        (
            ("Tested on", summary.tested_on),
            ("Learnt from", summary.learnt_from),
            ("Split", f"{'⚠ ' if summary.leaks else ''}{summary.split_words}"),
            ("Data", summary.comparison.dataset + drawn),
        )
    )
    if summary.systems:
        ax, words = accuracies_drawn(summary)
        caption = (
            "How many test clips each told right, with 95% intervals: the longer the line, the less is known."
        )
        yield Picture(as_svg(ax).decode(), words, caption)
    yield from _alarms(project, summary, audience)
    yield Heading("Accuracy")
    yield from _accuracies(summary)
    yield Heading("Can they be told apart?")
    yield Points(
        tuple(in_words(pair["sentence"], summary.comparison.runs) for pair in summary.comparison.pairs)
    )
    yield Words(_TOLD_APART, soft=True)
    if summary.systems:
        yield Heading("Class by class")
        yield _classes(summary)


def leak_note(messages: list[str]) -> Iterator[Note]:
    """Yield a note when the split leaks."""
    if messages:
        yield Note(_FLATTER, tuple(dict.fromkeys(messages)), serious=True)


def _answer(summary: Summary) -> Answer:
    answer = summary.answer
    return Answer(
        answer.tone,
        answer.symbol,
        answer.word,
        answer.sentence,
        answer.figures,
        answer.gains if answer.figures else (),
    )


def _alarms(project: Project, summary: Summary, audience: Audience) -> Iterator[Note]:
    items = []
    for who, code, message in summary.warnings:
        words = told(audience, code, message)
        items.append(words if who == "all" else f"{who}: {words}")
    items += [
        f"Could not be read: {problem_words(project, audience, message)}" for message in summary.problems
    ]
    if items:
        yield Note("Before you rely on this", tuple(dict.fromkeys(items)))


def _accuracies(summary: Summary) -> Iterator[Block]:
    yield Table(
        "Clips told right, 95% intervals in brackets. Macro F1 counts every class the same.",
        heads("System", "Right", "Accuracy, %", "Macro F1", "Not judged"),
        tuple(_accuracy_row(system) for system in summary.systems),
    )
    if summary.baseline:
        name, share = summary.baseline
        yield Words(
            f"Always saying {name}, the commonest class, would be right on {share.k:,} of {share.n:,} "
            f"({percent(share)}). Not judged: no face, no voice, or no known answer. "
            f"Intervals: {summary.systems[-1].level['interval']}.",
            soft=True,
        )


def _accuracy_row(system: System) -> tuple[Cell, ...]:
    mark = f" {LEAK_MARK}" if system.leaks else ""
    missing, of = system.not_judged
    return (
        Cell(system.words, note=f"({system.network}){mark}", head=True),
        *share_cells(system.level["accuracy"]),
        score_cell(system.level["macro_f1"]),
        Cell(f"{missing:,} of {of:,}", number=True),
    )


def _classes(summary: Summary) -> Table:
    mark = f"{LEAK_MARK}. " if summary.leaks else ""
    rows = [
        (
            Cell(name, note=f"· {system.words}", head=True),
            *share_cells(system.level["per_class"][name]["recall"]),
            *share_cells(system.level["per_class"][name]["precision"]),
        )
        for name in summary.systems[-1].level["per_class"]
        for system in summary.systems
        if name in system.level["per_class"]
    ]
    return Table(
        f"{mark}Per class. Found: of the clips that are so, how many were told so (recall). Trusted: of those told "
        f"so, how many are (precision). Grey: fewer than {FEW} cases.",
        heads("Class", ("Found", 2), ("Trusted", 2)),
        tuple(rows),
    )
