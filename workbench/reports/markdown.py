"""Text from outside inside Markdown: it stands there as it is, and makes no tag, link, picture or formula."""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"[\\`*_\[\]()#~|$!]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def word(text: str) -> str:
    """Return the letters, digits and underlines of a text: what an alarm's code is made of."""
    return re.sub(r"[^A-Za-z0-9_]", "", text)


def literal(text: str) -> str:
    r"""Return one line of Markdown that shows ``text`` and nothing else.

    Examples
    --------
    >>> literal("![x](http://a.b) <b> $y$")
    '\\!\\[x\\]\\(http:&#47;/a.b\\) &lt;b&gt; \\$y\\$'
    """
    plain = re.sub(r"[&<>]", lambda match: _ENTITIES[match.group()], " ".join(text.split()))
    plain = _PUNCTUATION.sub(r"\\\g<0>", plain)
    plain = re.sub(r"\bwww\.", "www&#46;", plain, flags=re.IGNORECASE)  # neither becomes a link by itself
    return plain.replace("://", ":&#47;/")
