"""Who is signed in: a random number in a signed cookie, everything else in the gate's memory."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from workbench.servers.people import People, Person

LONGEST_S = 8 * 3600.0
IDLE_S = 3600.0
MOST_SESSIONS = 5000
MOST_PER_PERSON = 20
"""Who signs in over and over again ends their own oldest sessions, never somebody else's."""


@dataclass
class Session:
    """One signed-in browser. ``mark`` is empty for who came with the printed key of this machine."""

    key: str
    name: str
    role: str
    mark: str
    started_s: float
    seen_s: float

    @property
    def person(self) -> str:
        """Who it is, the same in each of their browsers; holders of the printed key are told apart by theirs."""
        return f"name {self.name}" if self.name else self.key


class Sessions:
    """The open sessions; they end with the gate, after eight hours, or after one hour without a request.

    Parameters
    ----------
    people : People
        Whoever is removed there, or gets another password, has no session from that moment on.
    clock : Callable
        Seconds that only grow; replaced in tests.
    """

    def __init__(self, people: People, clock: Callable[[], float] = time.monotonic) -> None:
        self._people = people
        self._clock = clock
        self._secret = secrets.token_bytes(32)  # new at each start: no cookie outlives the gate
        self._open: dict[str, Session] = {}

    def begin(self, person: Person | None, role: str = "manager") -> str:
        """Sign somebody in (None: the holder of the printed key, as ``role``) and return the cookie's value."""
        if len(self._open) >= MOST_SESSIONS:
            for session in list(self._open.values()):
                self._valid(session)
            while len(self._open) >= MOST_SESSIONS:
                self._open.pop(min(self._open.values(), key=lambda kept: kept.seen_s).key)
        mine = [kept for kept in self._open.values() if person is not None and kept.name == person.name]
        if len(mine) >= MOST_PER_PERSON:
            self.end(min(mine, key=lambda kept: kept.seen_s))
        key, now = secrets.token_urlsafe(32), self._clock()
        name, mark = (person.name, person.mark) if person else ("", "")
        self._open[key] = Session(key, name, person.role if person else role, mark, now, now)
        return f"{key}.{self._sign(key)}"

    def of(self, cookie: str) -> Session | None:
        """Return the session of a cookie, or None when it is forged, unknown, expired or cut off."""
        key, _, signature = cookie.rpartition(".")
        if not key or not hmac.compare_digest(signature.encode(), self._sign(key).encode()):
            return None
        session = self._open.get(key)
        return session if session is not None and self.alive(session, used=True) else None

    def alive(self, session: Session, *, used: bool = False) -> bool:
        """Say whether a session is still good; ``used`` tells that its owner has just done something."""
        good = self._open.get(session.key) is session and self._valid(session)
        if good and used:
            session.seen_s = self._clock()
        return good

    def end(self, session: Session) -> None:
        """Sign somebody out."""
        self._open.pop(session.key, None)

    def keys(self) -> set[str]:
        """Return the keys of all good sessions; the others are forgotten."""
        return {session.key for session in list(self._open.values()) if self._valid(session)}

    def _valid(self, session: Session) -> bool:
        now = self._clock()
        good = now - session.started_s < LONGEST_S and now - session.seen_s < IDLE_S
        if good and session.name:
            person = self._people.find(session.name)
            good = person is not None and person.mark == session.mark
            if person is not None:
                session.role = person.role
        elif good:
            good = not self._people.all()  # the printed key is good only as long as nobody has an account
        if not good:
            self._open.pop(session.key, None)
        return good

    def _sign(self, key: str) -> str:
        return hmac.new(self._secret, key.encode(), hashlib.sha256).hexdigest()
