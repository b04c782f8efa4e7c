"""The last look: which files under a project still hold a word that gives the speaker away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from workbench.forgetting.archives import holds_any
from workbench.forgetting.subject import Subject

_ARRAYS = {"media", "features", "voice"}
"""Folders of a dataset whose files hold one clip each and are known by their names."""
_TELLING = 6
"""A name of fewer letters stands in too many files to tell anything."""


def files_that_hold(root: Path, subject: Subject, *, but: Path) -> list[Path]:
    """Return the files below ``root`` that hold an id, a hash or a file's name of the speaker, or their own name.

    Looked through as they lie and unpacked. Hidden folders at the root (environments, version control) are not, and of
    recordings and features, one file each clip, only the names.

    Parameters
    ----------
    but : Path
        The journal, which holds it all until the end.
    """
    names = [subject.speaker] if _tells(subject.speaker) else []
    words = tuple(dict.fromkeys(word for text in (*subject.words, *names) for word in _forms(text)))
    found = []
    for path in _files(root):
        if path == but:
            continue
        inside = path.relative_to(root).parts
        by_name = inside[0] == "datasets" and len(inside) > 3 and inside[2] in _ARRAYS
        if any(word in "/".join(inside) for word in subject.words) or (
            not by_name and holds_any(path, words)
        ):
            found.append(path)
    return found


def _forms(text: str) -> Iterator[bytes]:
    """Yield how a word may stand in a file: plain, and escaped as JSON does."""
    yield text.encode()
    yield text.encode("ascii", "backslashreplace")


def _tells(name: str) -> bool:
    return len(name) >= _TELLING and not name.isdigit()


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        if Path(folder) == root:
            folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder) / name for name in sorted(files) if (Path(folder) / name).is_file())
