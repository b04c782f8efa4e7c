"""The last look: which files under a project still hold a word that gives the speaker away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from workbench.datasets.catalog import Dataset, names
from workbench.forgetting.archives import holds_any
from workbench.forgetting.subject import Subject
from workbench.project import FOLDERS, Project

_ARRAYS = {"media", "features", "voice"}
"""Folders of a dataset whose files hold one clip each and are known by their names."""
_TELLING = 6
"""A name of fewer letters stands in too many files to tell anything."""


def files_that_hold(project: Project, subject: Subject, *, but: Path) -> list[Path]:
    """Return the files of a project that hold an id, a hash or a file's name of the speaker, or their own name.

    Looked through as they lie and unpacked; of recordings and features, one file each clip, only the names. The speaker's
    own name is looked for in the project's three folders, unless somebody of that name is still in a catalog.

    Parameters
    ----------
    but : Path
        The journal, which holds it all until the end.
    """
    root, found = project.root, []
    words = tuple(word for text in subject.words for word in _forms(text))
    more = (*words, *_forms(subject.speaker)) if _tells(project, subject.speaker) else words
    for path in files_below(root):
        inside = path.relative_to(root).parts
        known_by_name = inside[0] == "datasets" and len(inside) > 3 and inside[2] in _ARRAYS
        if path == but:
            continue
        if any(word in "/".join(inside) for word in subject.words) or (
            not known_by_name and holds_any(path, more if inside[0] in FOLDERS else words)
        ):
            found.append(path)
    return found


def _forms(text: str) -> Iterator[bytes]:
    """Yield how a word may stand in a file: plain, and escaped as JSON does."""
    yield text.encode()
    yield text.encode("ascii", "backslashreplace")


def _tells(project: Project, name: str) -> bool:
    """Whether a name says who it is: long enough, no mere number, and nobody else's."""
    tables = (Dataset(project.datasets / dataset).table() for dataset in names(project))
    others = any((table["speaker"] == name).any() for table in tables)
    return len(name) >= _TELLING and not name.isdigit() and not others


def files_below(root: Path) -> Iterator[Path]:
    """Yield every file below a project's root, but for hidden folders at the root (environments, version control)."""
    for folder, folders, files in os.walk(root):
        if Path(folder) == root:
            folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder) / name for name in sorted(files) if (Path(folder) / name).is_file())
