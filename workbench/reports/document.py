"""What a report says, apart from how it is shown: one list of blocks that the HTML page and the PDF both print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from workbench.evaluation.estimates import Share
from workbench.reports.render import FEW, decimal, interval, percent


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes
    ----------
    text, note : str
        What stands there; the note (an interval) smaller, after it.
    head : bool
        It names its row.
    number : bool
        It is set flush right.
    few : bool
        It rests on few cases.
    span : int
        Over how many columns it goes.
    figure : dict
        The share or score it says, for programs: ``k, n, value, low, high``, as stored.
    """

    text: str
    note: str = ""
    head: bool = False
    number: bool = False
    few: bool = False
    span: int = 1
    figure: dict[str, Any] | None = None


@dataclass(frozen=True)
class Heading:
    """A heading of level 2 or 3; the title alone is of level 1."""

    kind: ClassVar[str] = "heading"
    text: str
    level: int = 2


@dataclass(frozen=True)
class Words:
    """A paragraph; ``soft`` ones are asides."""

    kind: ClassVar[str] = "words"
    text: str
    soft: bool = False


@dataclass(frozen=True)
class Points:
    """A list."""

    kind: ClassVar[str] = "points"
    items: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """The answer, before every figure; ``symbol`` is a shape, so that nobody depends on the tone's colour."""

    kind: ClassVar[str] = "answer"
    tone: str
    symbol: str
    word: str
    sentence: str
    figures: str = ""
    gains: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """What is to be known before any figure is used; ``serious`` ones stand out more."""

    kind: ClassVar[str] = "note"
    title: str
    items: tuple[str, ...]
    serious: bool = False


@dataclass(frozen=True)
class Facts:
    """Words with what is to be said of each."""

    kind: ClassVar[str] = "facts"
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """A table with a caption, one or no row of heads, and its rows."""

    kind: ClassVar[str] = "table"
    caption: str
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def n_columns(self) -> int:
        """How many columns it has."""
        return sum(cell.span for cell in (self.head or self.rows[0]))


@dataclass(frozen=True)
class Picture:
    """A figure as SVG; ``words`` say the same to those who cannot see it."""

    kind: ClassVar[str] = "picture"
    svg: str
    words: str
    caption: str


@dataclass(frozen=True)
class Pictures:
    """Small figures side by side, where there is room."""

    kind: ClassVar[str] = "pictures"
    items: tuple[Picture, ...]


Block = Heading | Words | Points | Answer | Note | Facts | Table | Picture | Pictures


@dataclass(frozen=True)
class Document:
    """A whole report.

    Attributes
    ----------
    title : str
        What it is about, as a file's title.
    question : str
        Its heading.
    blocks : tuple of Block
    origin : str
        Run, data, split, version, date: printed at the foot of every page.
    """

    title: str
    question: str
    blocks: tuple[Block, ...]
    origin: str
    written_utc: str

    def as_json(self) -> dict[str, Any]:
        """Return plain values, each block with its ``kind``."""
        blocks = []
        for block in self.blocks:
            plain = {"kind": block.kind, **asdict(block)}
            if isinstance(block, Table):
                plain["n_columns"] = block.n_columns
            blocks.append(plain)
        return {**self.__dict__, "blocks": blocks}


def share_cells(figure: dict[str, Any] | Share) -> tuple[Cell, ...]:
    """Return two cells, ``49 of 54`` and ``90.7% (80.1 to 96.0)``, or one that says why there is no share."""
    plain = figure.as_json() if isinstance(figure, Share) else dict(figure)
    if plain["value"] is None:
        return (Cell(f"undefined: {plain['undefined']}", number=True, few=True, span=2, figure=plain),)
    few = plain["n"] < FEW
    return (
        Cell(f"{plain['k']:,} of {plain['n']:,}", number=True, few=few, figure=plain),
        Cell(percent(plain), note=f"({interval(plain)})", number=True, few=few),
    )


def score_cell(figure: dict[str, Any]) -> Cell:
    """Return a cell such as ``0.907 (0.803 to 0.960)``."""
    note = "" if figure["value"] is None else f"({interval(figure, scale=1, digits=3)})"
    return Cell(decimal(figure), note=note, number=True, figure=dict(figure))


def heads(*words: str | tuple[str, int]) -> tuple[Cell, ...]:
    """Return a row of heads: a word over one column, or ``(word, columns)``; all but the first over numbers."""
    pairs = [word if isinstance(word, tuple) else (word, 1) for word in words]
    return tuple(Cell(text, head=True, number=i > 0, span=span) for i, (text, span) in enumerate(pairs))


def fact_table(caption: str, rows: Sequence[tuple[str, str]]) -> Table:
    """Return a table of words and what they are."""
    return Table(caption, (), tuple((Cell(word, head=True), Cell(text)) for word, text in rows))
