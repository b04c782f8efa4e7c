"""A model's card as blocks of a report."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.evaluation.estimates import Share
from workbench.evaluation.warnings import severity_of
from workbench.reports.card import GroupRow, ModelCard
from workbench.reports.document import (
    Block,
    Cell,
    Facts,
    Heading,
    Points,
    Table,
    Words,
    fact_table,
    heads,
    share_cells,
)

_WORDS = {"sex": "Sex", "intensity": "Intensity", "speaker": "Speaker"}
_MARKS = {"serious": "⚠ serious", "careful": "△ careful"}


def card_blocks(card: ModelCard, *, with_groups: bool = True) -> Iterator[Block]:
    """Yield the card: uses and limits, the groups' accuracies, confidence, alarms, training data, and origin.

    Parameters
    ----------
    with_groups : bool
        Whether the groups are told; a page that shows them already leaves them out.
    """
    yield Heading("Model card")
    yield Heading("What this may be used for", 3)
    yield Facts(card.declared + card.limits)
    if with_groups:
        yield Heading("How well it does on whom", 3)
        yield from _groups(card)
    yield Heading("How far its confidence can be believed", 3)
    yield Words(card.calibration)
    yield Heading("Alarms", 3)
    if card.alarms:
        yield Points(tuple(f"{_MARKS[severity_of(code)]}: {message}" for code, message in card.alarms))
    else:
        yield Words("Nothing that is looked for was found.")
    yield Heading("From what it learnt", 3)
    yield fact_table("Training data.", card.learnt_from)
    yield Heading("Where this comes from", 3)
    yield fact_table("Origin of this run.", card.origin)


def _groups(card: ModelCard) -> Iterator[Block]:
    rows = [_row("all", "everybody tested", card.accuracy, "")]
    folded = []
    for of, groups in card.groups.items():
        if all(group.right is None for group in groups):
            folded.append(f"By {of}: {len(groups):,} groups, none shown ({_why(groups)}).")
        else:
            rows += [_row(_WORDS[of], group.name, group.right, group.why) for group in groups]
    yield Table(
        f"{card.unit.capitalize()}s told right by {card.name}, per group, 95% intervals in brackets. Groups of few people "
        "differ by chance: compare the intervals.",
        heads("Group", ("Right", 2)),
        tuple(rows),
    )
    for sentence in folded:
        yield Words(sentence, soft=True)


def _why(groups: tuple[GroupRow, ...]) -> str:
    return "; ".join(dict.fromkeys(group.why for group in groups))


def _row(of: str, name: str, right: Share | None, why: str) -> tuple[Cell, ...]:
    head = Cell(name, note=f"· {of.lower()}", head=True)
    if right is None:
        return head, Cell(why, number=True, few=True, span=2)
    return head, *share_cells(right)
