"""The partial result of an analysis, written as it goes, from which it can be taken up again.

One JSON line each: first what is analysed and how, then every moment in full precision, and now and then a place to go
on from. What stands behind the last such place is worked on again. Personal data: only its owner may read it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from workbench.errors import InvalidInputError, StorageError
from workbench.features.landmarks import Box
from workbench.systems.moment_events import MomentAnswer

_VERSION = 1


class AnalysisJournal:
    """A partial result on disk.

    Parameters
    ----------
    path : Path
        Where it lies, usually beside the result.
    what : dict
        Everything that decides the result, ready for JSON; going on with anything else is refused.
    """

    def __init__(self, path: Path, what: dict[str, Any]) -> None:
        self.path = path
        self._head = {"version": _VERSION, "what": json.loads(json.dumps(what))}
        self._stream: TextIO | None = None
        self._end = 0
        self._state: dict[str, Any] | None = None
        self._seconds = 0.0

    @property
    def state(self) -> dict[str, Any] | None:
        """Where to go on; None to begin at the beginning."""
        return self._state

    @property
    def seconds_of_work(self) -> float:
        """How long the work took up to there."""
        return self._seconds

    def begin(self) -> None:
        """Begin a new one in place of an older one.

        Raises
        ------
        StorageError
            It cannot be written there.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.unlink(missing_ok=True)
            self._open()
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self._line(self._head)
        self._sync()

    def resume(self) -> None:
        """Find where to go on in the one that lies there, and take away what stands behind that place.

        Raises
        ------
        InvalidInputError
            There is none, or it is of another recording, system or setting.
        """
        if not self.path.is_file():
            raise InvalidInputError(
                f"Going on needs a partial result. There is none at {self.path}: run it without --resume."
            )
        with self.path.open("rb") as stream:
            head, end = _parsed(stream.readline()), stream.tell()
            if head != self._head:
                raise InvalidInputError(_other(self.path, head, self._head))
            for line in stream:
                end += len(line)
                found = _parsed(line)
                if found is None:
                    break  # torn by a kill or a full disk
                if "state" in found:
                    self._end, self._state, self._seconds = end, found["state"], found["seconds"]
        try:
            self._open()
            if self._state is not None:
                os.truncate(self.path, self._end)
                return
            os.truncate(self.path, 0)  # killed before the first place to go on from
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self._line(self._head)

    def answers(self) -> Iterator[MomentAnswer]:
        """Yield the moments before the place to go on from, exactly as they were."""
        if self._state is None:
            return
        with self.path.open("rb") as stream:
            for line in stream:
                found = _parsed(line)
                if found is not None and "moment" in found:
                    yield _restored(found["moment"])

    def write(self, answer: MomentAnswer) -> None:
        """Add a moment."""
        self._line({"moment": [_json_number(value) for value in _fields(answer)]})

    def mark(self, state: dict[str, Any], seconds: float) -> None:
        """Add a place to go on from, safe on disk when this returns."""
        self._line({"state": state, "seconds": seconds})
        self._sync()
        self._state = state

    def close(self) -> None:
        """Leave it for later; where there is no place to go on from, take it away."""
        if self._stream is not None:
            with suppress(
                OSError
            ):  # a full disk: what stands behind the last place to go on from is worked on again
                self._stream.close()
            self._stream = None
            if self._state is None:
                self.path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Take it away: the result is whole."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _open(self) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._stream = os.fdopen(handle, "a", encoding="utf-8")

    def _line(self, content: dict[str, Any]) -> None:
        assert self._stream is not None  # begin() or resume() came first
        try:
            self._stream.write(json.dumps(content, allow_nan=False) + "\n")
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def _sync(self) -> None:
        assert self._stream is not None
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from error


_NAMES = tuple(MomentAnswer.__dataclass_fields__)


def _fields(answer: MomentAnswer) -> Iterator[Any]:
    return (getattr(answer, name) for name in _NAMES)


def _json_number(value: Any) -> Any:
    return None if isinstance(value, float) and value != value else value


def _restored(values: list[Any]) -> MomentAnswer:
    fields = dict(zip(_NAMES, values, strict=True))
    for name in ("frame_time_s", "level_db"):
        fields[name] = float("nan") if fields[name] is None else fields[name]
    fields["box"] = None if fields["box"] is None else _box(fields["box"])
    return MomentAnswer(**fields)


def _box(values: list[float]) -> Box:
    x, y, width, height = values
    return x, y, width, height


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _other(path: Path, there: dict[str, Any] | None, here: dict[str, Any]) -> str:
    if there is None or there.get("version") != _VERSION:
        return f"{path} must be a partial result of this version. It is none: run without --resume."
    differing = sorted(k for k in here["what"] if there["what"].get(k) != here["what"][k])
    return (
        f"{path} must be of the same recording, system and settings. It differs in {', '.join(differing)}: "
        "run without --resume to begin anew."
    )


def _unwritable(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The partial result must be writable at {path}. Received: {error.strerror or error}. "
        "Free some space or mend the permissions, then go on with --resume."
    )
