"""Where answers go while a recording is analysed: one moment after the other, never all of them in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO

from workbench.files import atomic_file
from workbench.systems.analysis_summary import Analysis
from workbench.systems.moment_events import MomentAnswer


@dataclass(frozen=True)
class AnalysisFacts:
    """What is known before the first moment.

    Attributes
    ----------
    clip : str
        The recording's file name.
    alpha, step_s : float
    runs : dict of str to str
        Which run each network came from.
    """

    clip: str
    alpha: float
    step_s: float
    runs: dict[str, str]


class Sink(Protocol):
    """Takes the answers of one recording and keeps them somewhere: complete in the end, or not there at all."""

    def open(self, facts: AnalysisFacts) -> None:
        """Make ready."""
        ...

    def write(self, answer: MomentAnswer) -> None:
        """Take the next moment."""
        ...

    def close(self, summary: Analysis) -> None:
        """Put the finished whole in its place."""
        ...

    def abandon(self) -> None:
        """Take away what was begun; called instead of :meth:`close`, also when :meth:`open` failed."""
        ...


class AnswerList:
    """Keeps every answer in memory: for short recordings.

    Attributes
    ----------
    answers : list of MomentAnswer
    """

    def __init__(self) -> None:
        self.answers: list[MomentAnswer] = []

    def open(self, facts: AnalysisFacts) -> None:
        """Begin with none."""
        self.answers = []

    def write(self, answer: MomentAnswer) -> None:
        """Keep the moment."""
        self.answers.append(answer)

    def close(self, summary: Analysis) -> None:
        """Leave them there."""

    def abandon(self) -> None:
        """Leave those that came."""


class JsonSink:
    """Streams the document of ``analyze --json`` into a file that is complete or not there.

    Parameters
    ----------
    path : Path
        An older file there is replaced when the new one is whole.

    Raises
    ------
    StorageError
        From any method: the folder cannot be written or the disk is full.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begun: AbstractContextManager[Path] | None = None
        self._stream: TextIO | None = None
        self._n_written = 0

    def open(self, facts: AnalysisFacts) -> None:
        """Make ready."""
        self._begun, self._n_written = atomic_file(self._path), 0
        temporary = self._begun.__enter__()
        with self._guarded():
            temporary.touch(mode=0o600)  # it tells of a person
            self._stream = temporary.open("w", encoding="utf-8", newline="")
        self._say(f'{{\n "clip": {_text(facts.clip)},\n "frames": [')

    def write(self, answer: MomentAnswer) -> None:
        """Add the moment as one line."""
        self._say((",\n  " if self._n_written else "\n  ") + _text(answer.as_json()))
        self._n_written += 1

    def close(self, summary: Analysis) -> None:
        """Add what is known in the end and put the file in its place."""
        end = {name: value for name, value in summary.as_json().items() if name != "clip"}
        said = ",\n ".join(f"{_text(name)}: {_text(value)}" for name, value in end.items())
        self._say(f"\n ],\n {said}\n}}\n")
        with self._guarded():
            self._shut()
        begun, self._begun = self._begun, None
        if begun is not None:
            begun.__exit__(None, None, None)

    def abandon(self) -> None:
        """Take away what was begun."""
        with suppress(OSError):  # a full disk: the file goes anyway
            self._shut()
        begun, self._begun = self._begun, None
        if begun is not None:
            stop = GeneratorExit()
            begun.__exit__(type(stop), stop, None)

    def _say(self, text: str) -> None:
        assert self._stream is not None  # open() came first
        with self._guarded():
            self._stream.write(text)

    def _shut(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Let :func:`atomic_file` say what an error of the disk means, and clean up."""
        try:
            yield
        except OSError as error:
            begun, self._begun = self._begun, None
            if begun is not None:
                begun.__exit__(type(error), error, error.__traceback__)
            raise


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
