"""Fetch a file over HTTPS, and go on where a broken connection or a stopped run left off."""

from __future__ import annotations

import http.client
import ipaddress
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError, StorageError

_BLOCK_BYTES = 256 * 1024
_TIMEOUT_S = 60.0
_N_TRIES = 6  # in a row without a single new byte
_FOR_GOOD = (400, 401, 403, 404, 405, 410, 451)
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d*/")


def check_url(url: str) -> str:
    """Return ``url`` if it is HTTPS, or HTTP to this very machine.

    Raises
    ------
    InvalidInputError
        It is anything else: a file, another scheme, or plain HTTP that others could change.
    """
    parts = urllib.parse.urlsplit(url)
    if (parts.scheme == "https" and parts.hostname) or (
        parts.scheme == "http" and _is_this_machine(parts.hostname or "")
    ):
        return url
    raise InvalidInputError(f"A download must come over https. Received {url!r}: use the https address.")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _CheckedRedirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects only to addresses that would have been allowed at first."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        return super().redirect_request(req, fp, code, msg, headers, check_url(newurl))


def open_url(url: str, *, first_byte: int = 0) -> Any:
    """Open ``url`` for reading, from ``first_byte`` on if the server can.

    Raises
    ------
    InvalidInputError
        The address is not allowed.
    urllib.error.URLError, http.client.HTTPException, OSError
        The connection or the server fails.
    """
    headers = {"User-Agent": "affect-workbench", "Accept-Encoding": "identity"}
    if first_byte:
        headers["Range"] = f"bytes={first_byte}-"
    request = urllib.request.Request(check_url(url), headers=headers)  # noqa: S310 - checked
    return urllib.request.build_opener(_CheckedRedirects).open(request, timeout=_TIMEOUT_S)


def fetch(url: str, part: Path, *, n_bytes: int, tell: Callable[[int], None], pause_s: float = 1.0) -> None:
    """Fetch ``n_bytes`` from ``url`` into ``part``, which may hold their beginning already.

    Parameters
    ----------
    part : Path
        Grows as bytes arrive and stays when this fails or is stopped; the next call goes on from there.
    n_bytes : int
        How long the whole file is.
    tell : callable
        Called with the number of bytes there are.
    pause_s : float
        Before the first new try; doubled for each further one.

    Raises
    ------
    InvalidInputError
        The server says that there is no such file, or sends a longer one.
    StorageError
        The connection keeps failing, or the disk is full. ``part`` is kept.
    """
    n_failed, trouble = 0, ""
    while (before := _size(part)) != n_bytes:
        if before > n_bytes:
            part.unlink()  # the beginning of another file
            continue
        if n_failed >= _N_TRIES:
            raise StorageError(
                f"{part.name}: the connection must hold for a while. It failed {n_failed} times in a row ({trouble}) "
                f"after {before:,} of {n_bytes:,} bytes: run the same command again later, it goes on from there."
            )
        if n_failed:
            time.sleep(pause_s * 2 ** (n_failed - 1))
        trouble = _append(url, part, first_byte=before, n_bytes=n_bytes, tell=tell)
        n_failed = n_failed + 1 if _size(part) <= before else 0


def _append(url: str, part: Path, *, first_byte: int, n_bytes: int, tell: Callable[[int], None]) -> str:
    """Add what one connection yields to ``part``; return what ended it."""
    try:
        with open_url(url, first_byte=first_byte) as response:
            starts_there = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
            goes_on = (
                response.status == 206 and starts_there is not None and int(starts_there[1]) == first_byte
            )
            n_there = first_byte if goes_on else 0
            with _open_part(part, "ab" if goes_on else "wb") as stream:
                while block := response.read(_BLOCK_BYTES):
                    n_there += len(block)
                    if n_there > n_bytes:
                        raise InvalidInputError(
                            f"{part.name} must be {n_bytes:,} bytes long. The server sends more: it is another file."
                        )
                    _write(stream, block, part)
                    tell(n_there)
        return "the connection ended early"
    except urllib.error.HTTPError as error:
        if error.code in _FOR_GOOD:
            raise InvalidInputError(
                f"{url} must be there for everyone. The server answers {error.code} ({error.reason}): check the address."
            ) from error
        if error.code == 416:  # what is there already is not the beginning of this file
            part.unlink(missing_ok=True)
        return f"server error {error.code}"
    except (StorageError, InvalidInputError):
        raise
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _open_part(part: Path, mode: str) -> Any:
    try:
        return part.open(mode)
    except OSError as error:
        raise StorageError(
            f"{part} must be writable. Received: {error.strerror}. Choose another folder."
        ) from error


def _write(stream: Any, block: bytes, part: Path) -> None:
    try:
        stream.write(block)
    except OSError as error:
        raise StorageError(
            f"{part} must be writable. Received: {error.strerror}. Free some space; it goes on then."
        ) from error
