"""Keep the log of a label file there, for readers that may not write.

SQLite's write-ahead log and its index lie beside the file as long as somebody who may write has it open. A process that
may only read can read along then, and never on its own.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.labels.address import address_of
from workbench.labels.sqlite_driver import driver


class KeptLog:
    """Holds the label file of a folder open, whichever it is at the moment, and never writes a label.

    Parameters
    ----------
    folder : Path
        The project's ``labels/``; there need not be any labels yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connection: Any = None
        self._held: tuple[object, ...] = ()

    def look(self) -> bool:
        """Open the file if it is there and not the one held; read, which mends what a killed writer left.

        Returns
        -------
        bool
            Whether a label file is held now.
        """
        try:
            file = address_of(self._folder).file
        except WorkbenchError:
            file = None
        if self._held != _identities(file):
            self.close()
        try:
            if self._connection is None and file is not None and file.is_file():
                self._connection = driver().connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=1.0)
                self._connection.execute("PRAGMA query_only=ON").fetchall()
                self._read()
                self._held = _identities(file)
            elif self._connection is not None:
                self._read()
        except (driver().Error, OSError):
            self.close()  # damaged, locked, no database: the page says which; tried again at the next look
        return self._connection is not None

    def close(self) -> None:
        """Let the file go."""
        held, self._connection, self._held = self._connection, None, ()
        if held is not None:
            with suppress(driver().Error):
                held.close()

    def _read(self) -> None:
        self._connection.execute("SELECT count(*) FROM sqlite_master").fetchall()


def _identities(file: Path | None) -> tuple[object, ...]:
    """Tell the file and its index from others of the same name."""
    if file is None:
        return ()
    found: list[object] = []
    for path in (file, file.with_name(file.name + "-shm")):
        try:
            status = path.stat()
        except OSError:
            found.append(None)
        else:
            found.append((status.st_dev, status.st_ino))
    return tuple(found)
