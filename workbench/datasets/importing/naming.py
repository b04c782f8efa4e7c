"""File names as text that can be shown, stored and turned back: nothing lost, nothing dangerous."""

from __future__ import annotations

import os
import re
import unicodedata

_SPREADSHEET_TRIGGERS = ("=", "+", "-", "@")
_MAX_SLUG = 60


def readable(name: str) -> str:
    r"""Return ``name`` as printable text; what is not printable becomes an escape that :func:`original` undoes.

    Bytes that are no UTF-8 become ``\xff``, control and direction-changing characters ``\u202e``, a backslash
    doubles. A first character that a spreadsheet would take for a formula is escaped as well.

    >>> readable("a\nb.mp4")
    'a\\u000ab.mp4'
    """
    text = "".join(_shown(letter) if letter != "\\" else "\\\\" for letter in name)
    return f"\\u{ord(text[0]):04x}{text[1:]}" if text[:1] in _SPREADSHEET_TRIGGERS else text


def shown(text: str) -> str:
    """Return a sentence with the unprintable letters of the names in it escaped, so that it stays one line."""
    return "".join(_shown(letter) for letter in text)


def _shown(letter: str) -> str:
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8, as os.fsdecode keeps it
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(letter)[0] == "C" or letter in "\u2028\u2029":
        return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
    return letter


def original(text: str) -> str:
    r"""Return the name that :func:`readable` turned into ``text``.

    >>> original(readable("-odd\\name\n.mp4")) == "-odd\\name\n.mp4"
    True
    """

    def undo(found: re.Match[str]) -> str:
        escape = found[0]
        if escape == "\\\\":
            return "\\"
        code = int(escape[2:], 16)
        return chr(0xDC00 + code) if escape[1] == "x" else chr(code)

    return re.sub(r"\\\\|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}", undo, text)


def slug(stem: str) -> str:
    """Return the readable part of a clip's id: letters, digits, ``-`` and ``_``, at most 60, never empty.

    >>> slug("01-01-03-01-01-01-05"), slug("été à Paris"), slug("…")
    ('01-01-03-01-01-01-05', 'ete-a-Paris', 'clip')
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", stem) if not unicodedata.combining(c))
    return re.sub(r"[^A-Za-z0-9_]+", "-", plain)[:_MAX_SLUG].strip("-_") or "clip"


def stem_and_extension(name: str) -> tuple[str, str]:
    """Split a file name into its stem and its extension, lower-case and with its dot.

    >>> stem_and_extension("01-01.MP4")
    ('01-01', '.mp4')
    """
    stem, extension = os.path.splitext(name)  # noqa: PTH122 - works on the name alone
    return stem, extension.lower()
