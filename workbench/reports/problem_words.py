"""What went wrong, in words for those who look: most must not learn from an error what files and people are called."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.datasets.catalog import names
from workbench.errors import WorkbenchError
from workbench.project import Project
from workbench.reports.audience import Audience
from workbench.reports.clip_answers import catalog_of
from workbench.reports.labelling import standing_labels

_NAMING = ("origin", "file", "name", "clip", "speaker")
"""Columns of a catalog that name a person or a recording."""
_HIDDEN = "…"
_QUOTED = re.compile(r"(?<!\w)'[^']*'(?!\w)")
_PATH = re.compile(r"[\w.~…-]*/[\w./~…-]+")
_FILE = re.compile(r"[\w.~-]+\.[a-z][a-z0-9]{1,4}(?![\w(])")
_UNREADABLE = "Something that is stored is damaged, and what it is called must not be told here: an analyst can read it."


def without_paths(project: Project, message: str) -> str:
    """Return a message without the place where the project lies."""
    return message.replace(f"{project.root}/", "").replace(str(project.root), "the project")


def problem_words(project: Project, audience: Audience, error: object) -> str:
    """Return an error's message without the place where the project lies; to most also without names and paths.

    Where it cannot be known which words are names, because the tables that tell are damaged, too, nothing of the
    message is told.
    """
    message = without_paths(project, str(error))
    if audience.sees_names:
        return message
    try:
        named = sorted({name for name in _names(project) if name and name in message}, key=len, reverse=True)
    except WorkbenchError:
        return _UNREADABLE
    for name in named:
        message = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _HIDDEN, message)
    for pattern, words in ((_QUOTED, f"'{_HIDDEN}'"), (_PATH, "a stored file"), (_FILE, "a stored file")):
        message = pattern.sub(words, message)
    return message


def _names(project: Project) -> Iterator[str]:
    for dataset in names(project):
        table = catalog_of(project, dataset)
        for column in _NAMING:
            if column in table:
                yield from table[column]
    yield from standing_labels(project)["annotator"]
