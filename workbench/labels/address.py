"""Where the labels of a folder are: in its own file, or in the database that its ``database.url`` names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from workbench.errors import InvalidInputError, StorageError
from workbench.files import atomic_file

FILE = "labels.db"
URL_FILE = "database.url"
"""One line, readable by its owner only: it may hold a password."""
POSTGRESQL_PORT = 5432
_RULE = (
    "A label store must be a folder, or an address such as sqlite:///FILE or postgresql://USER@HOST/DATABASE."
)


@dataclass(frozen=True)
class Address:
    """Either a SQLite file or the URL of a PostgreSQL database."""

    file: Path | None = None
    url: sa.URL | None = None

    def __str__(self) -> str:
        return str(self.file) if self.url is None else shown(self.url)

    @property
    def ports(self) -> tuple[int, ...]:
        """The TCP ports of the database's servers; none for a file."""
        if self.url is None:
            return ()
        named = [*_values(self.url, "port"), *(host.rpartition(":")[2] for host in _values(self.url, "host"))]
        given = {int(port) for port in named if port.isdecimal()}
        return tuple(sorted(given | ({self.url.port} if self.url.port else set()))) or (POSTGRESQL_PORT,)


def address_of(where: str | Path) -> Address:
    """Return where a labels folder keeps its labels, or what an address names.

    Raises
    ------
    InvalidInputError
        It is no address of a label store; the message does not repeat it, for it may hold a password.
    """
    if isinstance(where, str) and "://" in where:
        return _parsed(where)
    folder = Path(where).expanduser().resolve()
    chosen = folder / URL_FILE
    try:
        text = chosen.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return Address(file=folder / FILE)
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{chosen} must be readable. It is not: mend its permissions.") from error
    return _parsed(text)


def choose(folder: Path, url: str | None) -> None:
    """Write down that a labels folder uses the database at ``url``; None goes back to its own file."""
    target = folder / URL_FILE
    if url is None:
        target.unlink(missing_ok=True)
        return
    _parsed(url)
    with atomic_file(target) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_text(url + "\n", encoding="utf-8")


def shown(url: sa.URL) -> str:
    """Return an address without its password and options, to be shown to anybody."""
    port = "" if url.port is None else f":{url.port}"
    user = f"{url.username}@" if url.username else ""
    return f"{url.get_backend_name()}://{user}{url.host or ''}{port}/{url.database or ''}"


def _values(url: sa.URL, option: str) -> list[str]:
    return [one for value in url.normalized_query.get(option, ()) for one in value.split(",")]


def _parsed(address: str) -> Address:
    try:
        url = sa.make_url(address)
        backend = url.get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        # Not "from error": a parser's message may quote the password.
        raise InvalidInputError(
            f"{_RULE} Received one that cannot be read: write special characters of a password as %XX."
        ) from None
    if backend == "sqlite" and url.database and url.database != ":memory:":
        return Address(file=Path(url.database).expanduser().resolve())
    if backend in ("postgresql", "postgres") and url.database:
        return Address(url=url.set(drivername="postgresql+psycopg"))
    raise InvalidInputError(f"{_RULE} Received {shown(url)}.")
