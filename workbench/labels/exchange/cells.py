"""Keep a spreadsheet from taking a label's text for a formula, and take the mark off again.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return. Such a cell gets an
apostrophe in front, which spreadsheets show as plain text. A cell that already begins with apostrophes followed by one
of these gets one more, so that taking one off is always right.
"""

from __future__ import annotations

import re

RULE = "apostrophe before = + - @ TAB CR"
"""How a manifest names what is done here."""
_RISKY = re.compile(r"'*[=+\-@\t\r]")
_MARKED = re.compile(r"'+[=+\-@\t\r]")


def neutral(text: str) -> str:
    """Return ``text`` such that a spreadsheet takes it for text.

    Examples
    --------
    >>> neutral("=1+1"), neutral("open"), neutral("'=x")
    ("'=1+1", 'open', "''=x")
    """
    return "'" + text if _RISKY.match(text) else text


def plain(text: str) -> str:
    """Return what :func:`neutral` was given.

    Examples
    --------
    >>> plain("'=1+1"), plain("open"), plain("''=x")
    ('=1+1', 'open', "'=x")
    """
    return text[1:] if _MARKED.match(text) else text
