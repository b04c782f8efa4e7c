"""What every step works with: the project, the speaker, and hands that count in a dry run and erase otherwise."""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.files import atomic_file
from workbench.forgetting.subject import Subject
from workbench.project import Project


@dataclass
class Work:
    """One step's work.

    Attributes
    ----------
    project : Project
    subject : Subject
    id : str
        Of this erasing: marks what it has changed, so that it can be gone on with.
    dry : bool
        Count only, change nothing.
    count : int
        Files, rows and events erased (or to be erased).
    notes : list of str
        What the operator must know or do; shown, never stored.
    """

    project: Project
    subject: Subject
    id: str
    dry: bool
    count: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def erased(self) -> str:
        """The word for what is done, in notes."""
        return "To be erased" if self.dry else "Erased"

    def remove(self, path: Path) -> None:
        """Erase a file or folder."""
        if not path.exists() and not path.is_symlink():
            return
        self.count += 1
        if self.dry:
            return
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
        _sync(path.parent)

    def clean_text(self, text: str, dataset: str) -> str | None:
        """Return a text of a dataset's results without the speaker; None when all of it is about them."""
        subject = self.subject
        named = dataset in subject.named_in
        if any(word in text for word in subject.words) or (named and text == subject.speaker):
            return None
        if not named or " " not in text:
            return text
        # In a sentence a bare number may be anything; a name, or a number in quotes, is theirs.
        name = re.escape(subject.speaker)
        bare = "" if subject.speaker.isdigit() else rf"|(?<![\w-]){name}(?![\w-])"
        return re.sub(rf"'{name}'{bare}", "(withdrew)", text)

    def filter_table(self, path: Path, theirs: Callable[[dict[str, str]], bool] | None = None) -> int:
        """Take rows out of a CSV table, all others byte for byte as they were; return how many went.

        Parameters
        ----------
        theirs : callable, optional
            Says of a row whether it goes; by default :meth:`Subject.is_theirs`.
        """
        goes = theirs or self.subject.is_theirs
        kept: list[str] = []
        n_gone, columns = 0, None
        for row, text in rows_with_text(path):
            if columns is None:
                columns = row
                kept.append(text)
            elif goes(dict(zip(columns, row, strict=False))):
                n_gone += 1
            else:
                kept.append(text)
        self.count += n_gone
        if n_gone and not self.dry:
            rewrite(path, "".join(kept))
        return n_gone


def rows_with_text(path: Path) -> Iterator[tuple[list[str], str]]:
    """Yield each row of a CSV file with the very text it stands in."""
    taken: list[str] = []
    with path.open(encoding="utf-8", newline="") as stream:

        def lines() -> Iterator[str]:
            for line in stream:
                taken.append(line)
                yield line

        for row in csv.reader(lines()):
            yield row, "".join(taken)
            taken.clear()


def columns_of(path: Path) -> list[str]:
    """Return the header of a CSV file; none when it is no readable table."""
    try:
        return next(rows_with_text(path), ([], ""))[0]
    except (OSError, csv.Error, UnicodeDecodeError):
        return []


def rewrite(path: Path, text: str) -> None:
    """Replace a text file, atomically, with the permissions it had."""
    mode = path.stat().st_mode & 0o777
    with atomic_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")
        temporary.chmod(mode)


def cleaned(content: Any, clean: Callable[[str], str | None]) -> Any:
    """Return plain data with every text cleaned; where a text goes, its key or the entry of a list it stands in goes."""
    if isinstance(content, dict):
        found = {}
        for key, value in content.items():
            new = clean(value) if isinstance(value, str) else cleaned(value, clean)
            if clean(key) is not None and not (isinstance(value, str) and new is None):
                found[key] = new
        return found
    if isinstance(content, list):
        kept = [value for value in content if not _is_about(value, clean)]
        return [clean(value) if isinstance(value, str) else cleaned(value, clean) for value in kept]
    return content


def _is_about(value: Any, clean: Callable[[str], str | None]) -> bool:
    """Whether an entry of a list goes: it is such a text, or a record one of whose own texts is."""
    texts = value.values() if isinstance(value, dict) else [value]
    return any(isinstance(text, str) and clean(text) is None for text in texts)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
