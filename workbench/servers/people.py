"""Who may come in: names, roles and argon2 hashes of passwords, in one file that only this account can read."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from filelock import FileLock

from workbench.errors import InvalidInputError, StorageError
from workbench.files import atomic_file, read_json
from workbench.lazy import load
from workbench.project import Project
from workbench.reports.audience import ROLES

FILE = "people.json"
COST: dict[str, int] = {}
"""Of argon2id; empty: the library's own choice, which follows RFC 9106."""
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 256
_NAME = re.compile(r"[^\W_][\w.@ -]{0,63}")


@dataclass(frozen=True)
class Person:
    """One account; ``mark`` changes with the password, so that old sessions can be told apart."""

    name: str
    role: str
    password_hash: str

    @property
    def mark(self) -> str:
        """A digest of the stored hash: says whether the password is still the one of a session's start."""
        return hashlib.sha256(self.password_hash.encode()).hexdigest()


class People:
    """The accounts of a project, read anew whenever the file has changed.

    Parameters
    ----------
    project : Project
        ``people.json`` stands in its root, mode 0600; nothing serves that folder.
    """

    def __init__(self, project: Project) -> None:
        self.file = project.root / FILE
        self._seen: tuple[int, ...] | None = None
        self._people: dict[str, Person] = {}

    def all(self) -> list[Person]:
        """Return everybody, by name.

        Raises
        ------
        StorageError
            The file is no list of accounts, or other accounts of this machine may read it.
        """
        return [person for _, person in sorted(self._read().items())]

    def find(self, name: str) -> Person | None:
        """Return the person of that name, or None."""
        return self._read().get(name)

    def add(self, name: str, role: str, password: str) -> None:
        """Add one person.

        Raises
        ------
        InvalidInputError
            The name, the role or the password breaks its rule, or the name is taken.
        """
        if not _NAME.fullmatch(name):
            raise InvalidInputError(
                "A person's name must be 1 to 64 letters, digits, spaces or . _ @ -, starting with a letter or digit. "
                f"Received {name!r}."
            )
        with self._changing() as people:
            if name in people:
                raise InvalidInputError(
                    f"A name can be given once. {name} is there already: use `workbench people password`."
                )
            people[name] = Person(name, _role(role), hashed(password))

    def remove(self, name: str) -> None:
        """Remove one person; open sessions of theirs end. Raises InvalidInputError when there is none."""
        with self._changing() as people:
            del people[self._known(people, name).name]

    def change_password(self, name: str, password: str) -> None:
        """Give one person a new password; sessions begun with the old one end. Errors as for :meth:`add`."""
        with self._changing() as people:
            person = self._known(people, name)
            people[name] = Person(name, person.role, hashed(password))

    def _known(self, people: dict[str, Person], name: str) -> Person:
        if name not in people:
            raise InvalidInputError(
                f"A person must be on the list. Received {name}: see `workbench people list`."
            )
        return people[name]

    def _changing(self) -> _Change:
        return _Change(self)

    def _read(self) -> dict[str, Person]:
        try:
            state = self.file.stat()
        except FileNotFoundError:
            self._seen, self._people = None, {}
            return self._people
        seen = (state.st_mtime_ns, state.st_ino, state.st_size)
        if seen == self._seen:
            return self._people
        if state.st_mode & 0o077:
            raise StorageError(
                f"{FILE} must be readable by its owner only. It is open to others: run `chmod 600 {self.file}`."
            )
        self._people = _parsed(read_json(self.file))
        self._seen = seen
        return self._people


class _Change:
    """One change of the file, with nobody else changing it meanwhile."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._lock = FileLock(people.file.with_name(f".{FILE}.lock"), mode=0o600)

    def __enter__(self) -> dict[str, Person]:
        self._lock.acquire()
        try:
            self._new = dict(self._people._read())
        except BaseException:
            self._lock.release()
            raise
        return self._new

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                rows = {name: {"role": p.role, "password": p.password_hash} for name, p in self._new.items()}
                with atomic_file(self._people.file) as temporary:
                    temporary.touch(mode=0o600)
                    temporary.write_text(json.dumps({"people": rows}, indent=1), encoding="utf-8")
        finally:
            self._lock.release()


def hashed(password: str) -> str:
    """Return the argon2id hash of a password. Raises InvalidInputError when it is too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInputError(
            f"A password must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters. "
            f"Received {len(password)}: take some words that only this person knows."
        )
    return str(load("argon2").PasswordHasher(**COST).hash(password))


def fits(password: str, password_hash: str) -> bool:
    """Say whether a password belongs to a hash; takes a core for some 50 ms, on purpose."""
    argon2 = load("argon2")
    try:
        return len(password) <= LONGEST_PASSWORD and bool(
            argon2.PasswordHasher().verify(password_hash, password)
        )
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def _role(role: str) -> str:
    if role not in ROLES:
        raise InvalidInputError(f"A role must be one of {', '.join(ROLES)}. Received {role!r}.")
    return role


def _parsed(content: Any) -> dict[str, Person]:
    try:
        return {
            str(name): Person(str(name), _role(row["role"]), str(row["password"]))
            for name, row in content["people"].items()
        }
    except (TypeError, KeyError, AttributeError, InvalidInputError) as error:
        raise StorageError(
            f"{FILE} must be a list of people as `workbench people add` writes it. It is not: "
            "move it away and add the people again."
        ) from error
