"""Download RAVDESS from its public record: checksums from the record, resumed, never twice.

Source: Livingstone & Russo 2018, Zenodo record 1188976. The recordings are free for non-commercial use only.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from workbench.datasets.resumable import check_url, fetch, open_url
from workbench.errors import InvalidInputError, StorageError
from workbench.files import write_text
from workbench.lazy import load
from workbench.progress import Progress, silent

RECORD_URL = "https://zenodo.org/api/records/1188976"
RAVDESS_LICENCE = "CC BY-NC-SA 4.0"
RAVDESS_TERMS = (
    "RAVDESS is licensed CC BY-NC-SA 4.0: non-commercial use, attribution, share alike. Cite: Livingstone SR, "
    "Russo FA (2018) The Ryerson Audio-Visual Database of Emotional Speech and Song (RAVDESS), PLoS ONE 13(5): "
    "e0196391; Zenodo record 1188976."
)
KINDS = ("speech_audio", "speech_video", "song_audio", "song_video")
_SILENT_ACTOR = 18  # did not record the songs
_N_RECORD_BYTES = 10 * 1024**2
_CHECKSUM = re.compile(r"(md5|sha1|sha256|sha512):[0-9a-f]{32,128}")


@dataclass(frozen=True)
class RemoteFile:
    """A file of a public record.

    Attributes
    ----------
    name : str
        A plain file name.
    n_bytes : int
        Its length.
    checksum : str
        ``"md5:…"``.
    url : str
        Where its content is.
    """

    name: str
    n_bytes: int
    checksum: str
    url: str


def download_ravdess(
    target: Path,
    *,
    actors: Iterable[int] = range(1, 25),
    kinds: Sequence[str] = ("speech_audio", "speech_video"),
    record_url: str = RECORD_URL,
    progress: Progress = silent,
) -> list[Path]:
    """Download the archives of RAVDESS into ``target``; what is there and right is not fetched again.

    The licence is written beside them as ``RAVDESS-LICENCE.txt``; show :data:`RAVDESS_TERMS` to whoever asks
    for the download, and pass :data:`RAVDESS_LICENCE` on to ``import_path``.

    Parameters
    ----------
    target : Path
        Folder of the archives; unfinished ones lie there as ``NAME.part``.
    actors : iterable of int, 1 to 24
        Whose videos; the sound of all actors is one archive.
    kinds : sequence of str
        Of ``speech_audio``, ``speech_video``, ``song_audio``, ``song_video``.
    record_url : str
        The record, in the form of Zenodo's public interface.
    progress : Progress
        Called with (bytes there, bytes in all, name of the archive).

    Returns
    -------
    list of Path
        The archives, each to be passed to ``import_path``.

    Raises
    ------
    InvalidInputError
        An actor or kind that does not exist, or a record that is none.
    StorageError
        No connection, no space, or a file whose checksum is wrong twice.
    """
    wanted = archive_names(actors, kinds)
    there = {file.name: file for file in read_record(record_url)}
    missing = [name for name in wanted if name not in there]
    if missing:
        raise InvalidInputError(
            f"The record must hold all archives asked for. It has no {', '.join(missing)}: check {record_url}."
        )
    files = [there[name] for name in wanted]
    _check_space(files, target)
    write_text(target / "RAVDESS-LICENCE.txt", RAVDESS_TERMS + "\n")
    total = sum(file.n_bytes for file in files)
    before, paths = 0, []
    for file in files:
        paths.append(_retrieve(file, target, partial(_tell, progress, file.name, total, before)))
        before += file.n_bytes
        progress(before, total, file.name)
    return paths


def _tell(progress: Progress, name: str, total: int, before: int, n_bytes: int) -> None:
    progress(before + n_bytes, total, name)


def archive_names(actors: Iterable[int], kinds: Sequence[str]) -> list[str]:
    """Return the names of the archives that hold these actors and kinds.

    Raises
    ------
    InvalidInputError
        An actor or kind that does not exist.

    Examples
    --------
    >>> archive_names([5], ["speech_audio", "speech_video"])
    ['Audio_Speech_Actors_01-24.zip', 'Video_Speech_Actor_05.zip']
    """
    chosen = sorted(set(actors))
    if not chosen or not all(1 <= actor <= 24 for actor in chosen):
        raise InvalidInputError(f"Actors must be numbers from 1 to 24, at least one. Received {chosen}.")
    names = []
    for kind in dict.fromkeys(kinds):
        if kind not in KINDS:
            raise InvalidInputError(f"A kind must be one of {', '.join(KINDS)}. Received {kind!r}.")
        channel, medium = (word.capitalize() for word in kind.split("_"))
        if medium == "Audio":
            names.append(f"Audio_{channel}_Actors_01-24.zip")
        else:
            singing = [actor for actor in chosen if channel == "Speech" or actor != _SILENT_ACTOR]
            names += [f"Video_{channel}_Actor_{actor:02d}.zip" for actor in singing]
    return names


def read_record(record_url: str) -> list[RemoteFile]:
    """Return the files that a public record lists.

    Raises
    ------
    InvalidInputError
        The address or the answer is no such record.
    StorageError
        There is no connection.
    """
    try:
        with open_url(record_url) as response:
            record = json.loads(response.read(_N_RECORD_BYTES))
        return [_remote_file(entry) for entry in record["files"]]
    except InvalidInputError:
        raise
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInputError(
            f"{record_url} must answer with a record's list of files. It does not ({error!r}): check the address."
        ) from error
    except OSError as error:
        if getattr(error, "code", None) in (403, 404, 410):
            raise InvalidInputError(
                f"{record_url} must be a public record. The server answers {error}: check the address."
            ) from error
        raise StorageError(
            f"{record_url} must be reachable. Received: {error}. Check the connection and try again."
        ) from error


def _remote_file(entry: dict[str, Any]) -> RemoteFile:
    file = RemoteFile(
        str(entry["key"]), int(entry["size"]), str(entry["checksum"]), check_url(str(entry["links"]["self"]))
    )
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,200}", file.name) or not _CHECKSUM.fullmatch(
        file.checksum
    ):
        raise InvalidInputError(f"A record's files must have plain names and checksums. Received {entry!r}.")
    return file


def _check_space(files: Sequence[RemoteFile], target: Path) -> None:
    def n_there(name: str) -> int:
        return sum(p.stat().st_size for p in (target / name, target / f"{name}.part") if p.is_file())

    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{target} must be a folder that can be written. Received: {error.strerror}."
        ) from error
    needed = sum(max(file.n_bytes - n_there(file.name), 0) for file in files)
    free = shutil.disk_usage(target).free
    if needed > free:
        raise StorageError(
            f"The archives need {needed:,} more bytes in {target}. There are {free:,} free: make space first."
        )


def _retrieve(
    file: RemoteFile, target: Path, tell: Callable[[int], None], *, is_second_try: bool = False
) -> Path:
    """Let pooch decide whether the file is there and right, and fetch it when it is not."""
    pooch = load("pooch")
    pooch.get_logger().setLevel("WARNING")
    part = target / f"{file.name}.part"

    def download(url: str, output_file: str, _: Any) -> None:
        fetch(url, part, n_bytes=file.n_bytes, tell=tell)
        part.replace(output_file)

    try:
        path = pooch.retrieve(
            file.url, known_hash=file.checksum, fname=file.name, path=target, downloader=download
        )
    except InvalidInputError:
        raise
    except ValueError as error:  # pooch's word for a wrong checksum
        if is_second_try:
            raise StorageError(
                f"{file.name} must have the checksum of its record, {file.checksum}. It has another one twice: "
                "the server or the connection damages it, try again later."
            ) from error
        return _retrieve(file, target, tell, is_second_try=True)
    return Path(path)
