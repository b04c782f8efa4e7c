"""A PostgreSQL server of one's own for tests and benchmarks: on a socket in a temporary folder, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
MISSING = "no PostgreSQL server programs (initdb, postgres) here: `make postgres` installs them"


def find_programs() -> Path | None:
    """Return the folder with ``initdb`` and ``pg_ctl``, or None."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    for pattern in PLACES:
        folders += sorted(Path("/").glob(pattern.removeprefix("/")), reverse=True)
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


class Server:
    """A running server; every address it gives out is an empty place of its own."""

    def __init__(self, programs: Path, folder: Path, user: str | None) -> None:
        self._programs, self._folder, self._user = programs, folder, user
        self._name = user or pwd.getpwuid(os.geteuid()).pw_name

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self._folder

    def address(self) -> str:
        """Make an empty schema and return the URL under which it is the whole database."""
        schema = f"labels_{uuid.uuid4().hex[:12]}"
        self.ask(f"CREATE SCHEMA {schema}")
        return f"{self._url()}&options={quote(f'-csearch_path={schema}')}"

    def ask(self, statement: str) -> None:
        """Run a statement as the administrator."""
        import psycopg

        with psycopg.connect(self._url(), autocommit=True) as connection:
            connection.execute(statement)

    def start(self) -> None:
        """Create the cluster when it is not there, and start it; its commits are as durable as by default."""
        if not (self._folder / "data").exists():
            self._run("initdb", "-D", "data", "--no-sync", "--auth=trust", "-U", self._name, "-E", "UTF8")
        options = f"-k {self._folder} -c listen_addresses='' -c max_connections=200"
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self, how: str = "fast") -> None:
        """Stop it; ``immediate`` is as if it had crashed."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", how, "stop")

    def _url(self) -> str:
        return f"postgresql://{self._name}@/postgres?host={self._folder}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), *arguments],
            cwd=self._folder,
            user=self._user,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(self._folder)},
        )


@contextmanager
def running_server():
    """Yield a server, or None where its programs are missing."""
    programs = find_programs()
    if programs is None:
        yield None
        return
    # Not below pytest's folder: that one is closed to the account under which a server of root's must run.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    user = None
    if os.geteuid() == 0:
        user = next(
            name for name in ("postgres", "nobody") if name in {entry.pw_name for entry in pwd.getpwall()}
        )
        shutil.chown(folder, user)
    server = Server(programs, folder, user)
    try:
        server.start()
        yield server
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
