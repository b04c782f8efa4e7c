"""Which sink writes which kind of file, told by its ending: JSON, CSV, Parquet or an annotated MP4."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from workbench.errors import InvalidInputError
from workbench.progress import Progress, silent
from workbench.systems.sinks import JsonSink, Sink
from workbench.systems.table_sinks import CsvSink, ParquetSink
from workbench.systems.video_sink import VideoSink

ENDINGS = (".json", ".csv", ".parquet", ".mp4")
"""What a recording's answers can be written as."""
_TABLES: dict[str, Callable[[Path], Sink]] = {".json": JsonSink, ".csv": CsvSink, ".parquet": ParquetSink}


def sink_for(source: Path, target: Path, *, progress: Progress = silent) -> Sink:
    """Return what writes the answers about ``source`` to ``target``.

    Parameters
    ----------
    progress : callable
        Told of the drawing of an annotated video.

    Raises
    ------
    InvalidInputError
        There is no such kind of file, or ``target`` is the recording itself.
    """
    ending = target.suffix.lower()
    if ending not in ENDINGS:
        raise InvalidInputError(f"An analysis is written as {', '.join(ENDINGS)}. Received {target.name}.")
    if target.exists() and source.exists() and source.samefile(target):
        raise InvalidInputError(
            f"An analysis must not be written over its own recording. Received {target}: name another file."
        )
    if ending == ".mp4":
        return VideoSink(source, target, progress=progress)
    return _TABLES[ending](target)


def sinks_for(source: Path, targets: Sequence[Path], *, progress: Progress = silent) -> list[Sink]:
    """Return a sink for every target, the quick ones first, so that a stopped drawing loses no table.

    Raises
    ------
    InvalidInputError
        As :func:`sink_for`, or the same target is named twice.
    """
    if len({target.resolve() for target in targets}) < len(targets):
        raise InvalidInputError("Every file to write to must be named once. Received one of them twice.")
    quick_first = sorted(targets, key=lambda target: target.suffix.lower() == ".mp4")
    return [sink_for(source, target, progress=progress) for target in quick_first]
