"""Write a run's report as a tagged PDF (PDF/UA-1): the blocks of the HTML page, set by Typst without any network.

Every text goes to the template as data and is set as it stands. A letter that no font of the workbench has is drawn as
a box and can still be read out and searched for.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from workbench.errors import WorkbenchError
from workbench.lazy import load
from workbench.plots.style import font_folder
from workbench.reports.document import Document

_NO_LETTERS = frozenset({"Cc", "Cn", "Co", "Cs"})
"""Control characters, and those that stand for nothing: they have no place in a text that can be read aloud."""
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def pdf_of(report: Document) -> bytes:
    """Return a report as PDF; the same report gives the same bytes.

    Raises
    ------
    WorkbenchError
        Typst cannot set it.
    """
    typst = load("typst")
    written = datetime.strptime(report.written_utc, "%Y-%m-%d %H:%M UTC").replace(tzinfo=UTC)
    day = {"year": written.year, "month": written.month, "day": written.day}
    content = json.dumps(_readable(report.as_json()) | day, allow_nan=False)
    template = files("workbench.reports").joinpath("templates/report.typ").read_bytes()
    try:
        made: bytes = typst.compile(
            template, sys_inputs={"report": content}, font_paths=_fonts(), pdf_standards=["ua-1"]
        )
    except RuntimeError as error:
        raise WorkbenchError(
            f"The report must be set as PDF. Typst could not: {error}. Write it as .html meanwhile."
        ) from error
    return made


@cache
def _fonts() -> Any:
    """Return the fonts that Matplotlib brings; the machine's own would make every PDF another one."""
    return load("typst").Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_folder())]
    )


def _readable(content: Any) -> Any:
    """Return plain values in which every text holds letters only."""
    if isinstance(content, str):
        return "".join(_letter(character) for character in content)
    if isinstance(content, dict):
        return {name: _readable(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [_readable(value) for value in content]
    return content


def _letter(character: str) -> str:
    if character.isspace():
        return " "
    return _REPLACEMENT if unicodedata.category(character) in _NO_LETTERS else character
