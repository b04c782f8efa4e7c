"""What goes over the wire to a Label Studio server: one host, bounded answers, nothing followed elsewhere."""

from __future__ import annotations

import ipaddress
import json
import os
import stat
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError
from workbench.lazy import load

MOST_ANSWER_BYTES = 64_000_000
"""A longer answer is not read to its end."""
_MOST_TOKEN = 4_000


@dataclass(frozen=True)
class Answer:
    """What the server answered.

    Attributes
    ----------
    status : int
        HTTP status; 0 when there was no whole answer.
    content : Any
        The JSON; None when there was none.
    problem : str
        Empty, or what went wrong in words.
    wait_s : float or None
        How long the server asked to wait.
    """

    status: int
    content: Any = None
    problem: str = ""
    wait_s: float | None = None

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed later."""
        return self.status in (0, 408, 425, 429) or self.status >= 500

    @property
    def good(self) -> bool:
        """Whether the request was carried out."""
        return 200 <= self.status < 300


def check_address(address: str) -> str:
    """Return the address of a server, tidied: https, or http to this very machine.

    Raises
    ------
    InvalidInputError
        It is no such address, or would send a token and faces unencrypted.
    """
    parts = urllib.parse.urlsplit(address.strip())
    rule = "A Label Studio address must be https://HOST, or http://localhost on this machine"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInputError(f"{rule}. Received {address[:200]!r}.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InvalidInputError(
            f"{rule}, with nothing in it but host, port and path. Put the token in a file."
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise InvalidInputError(
            f"{rule}: the token and the pictures of faces would travel unencrypted. Received http://{parts.hostname}."
        )
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def is_loopback(host: str) -> bool:
    """Whether a host name can only be this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def read_token(file: Path) -> str:
    """Return the token in a file that only its owner may read.

    Raises
    ------
    InvalidInputError
        It is not there, others may read it, or it holds no token.
    """
    try:
        status = file.stat()
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"A token must stand in a readable text file. {file} is none ({type(error).__name__})."
        ) from error
    if os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
        raise InvalidInputError(
            f"A token must be for its owner's eyes only. Others may read {file}: run chmod 600 on it."
        )
    if not text or len(text) > _MOST_TOKEN or len(text.split()) != 1:
        raise InvalidInputError(f"A token must be one word. {file} holds something else.")
    return text


class Wire:
    """Sends requests by way of Label Studio's SDK and keeps each answer as the server gave it.

    The SDK's own types are guesses about the answer; the JSON itself is what is read, with its types checked.

    Parameters
    ----------
    address, token : str
        Of the server.
    transport : httpx.BaseTransport, optional
        What carries the requests instead of the network; tests give their own.
    """

    def __init__(self, address: str, token: str, *, transport: Any = None, timeout_s: float = 30.0) -> None:
        self.address = check_address(address)
        httpx = load("httpx")
        self._httpx = httpx
        inner = transport or httpx.HTTPTransport(retries=0)
        self._recorder = _recording_transport(httpx, inner)
        self._client = httpx.Client(
            transport=self._recorder, timeout=timeout_s, follow_redirects=False, trust_env=False
        )
        sdk = load("label_studio_sdk")
        self._api_error = load("label_studio_sdk.core.api_error").ApiError
        try:
            self.sdk = sdk.LabelStudio(
                base_url=self.address, api_key=token, httpx_client=self._client, max_retries=0
            )
        except self._api_error as error:
            raise InvalidInputError(
                "A token must be valid. This one has expired or is none: copy a new one from Label Studio's Account page."
            ) from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, request: Any) -> Answer:
        """Send ``request(sdk)`` and return the server's own answer, whatever it is."""
        self._recorder.last = None
        try:
            request(self.sdk)
        except self._api_error:
            pass  # the status is in the recorded answer
        except self._httpx.HTTPError as error:
            return Answer(0, problem=f"no whole answer ({type(error).__name__})")
        except ValueError:
            pass  # no JSON: judged below
        return self._read()

    def upload(self, path: str, *, name: str, content: Any) -> Answer:
        """Send a file, which the SDK cannot."""
        self._recorder.last = None
        headers = self.sdk._client_wrapper.get_headers()
        try:
            self._client.post(f"{self.address}/{path}", files={"file": (name, content)}, headers=headers)
        except self._httpx.HTTPError as error:
            return Answer(0, problem=f"no whole answer ({type(error).__name__})")
        return self._read()

    def _read(self) -> Answer:
        last = self._recorder.last
        if last is None:
            return Answer(0, problem="no answer")
        status, headers, body = last
        wait_s = _seconds(headers)
        if body is None:
            return Answer(0, problem=f"an answer longer than {MOST_ANSWER_BYTES} bytes")
        if 300 <= status < 400:
            return Answer(status, problem="it sends us to another address, which is not followed")
        try:
            content = json.loads(body) if body else None
        except (ValueError, RecursionError):
            problem = "it answered with a page instead of data (is this the address of Label Studio itself?)"
            return Answer(0 if status < 400 else status, problem=problem, wait_s=wait_s)
        problem = "" if status < 300 else _detail(content)
        return Answer(status, content, problem, wait_s)


def _seconds(headers: Mapping[str, str]) -> float | None:
    text = headers.get("retry-after", "")
    return float(text) if text.isdecimal() and len(text) < 7 else None


def _detail(content: Any) -> str:
    """Return the server's word about an error, as plain text of a bounded length."""
    detail = content.get("detail") if isinstance(content, Mapping) else None
    text = detail if isinstance(detail, str) else ""
    return "".join(c if c.isprintable() else " " for c in text[:300])


def _recording_transport(httpx: Any, inner: Any) -> Any:
    class Recorder(httpx.BaseTransport):
        """Reads every answer to its end or to the limit, and keeps it."""

        last: tuple[int, Mapping[str, str], bytes | None] | None = None

        def handle_request(self, request: Any) -> Any:
            response = inner.handle_request(request)
            parts: list[bytes] = []
            n_bytes = 0
            try:
                for part in response.stream:
                    parts.append(part)
                    n_bytes += len(part)
                    if n_bytes > MOST_ANSWER_BYTES:
                        self.last = (response.status_code, response.headers, None)
                        raise httpx.ReadError("too long")
            finally:
                response.close()
            content = b"".join(parts)
            headers = httpx.Headers(
                [(k, v) for k, v in response.headers.multi_items() if k.lower() != "content-length"]
            )
            whole = httpx.Response(response.status_code, headers=headers, content=content, request=request)
            try:
                body: bytes | None = whole.read()
            except httpx.DecodingError:
                body = b"<"
            self.last = (response.status_code, response.headers, body)
            return httpx.Response(
                response.status_code, headers={"content-type": "application/json"}, content=body or b""
            )

        def close(self) -> None:
            inner.close()

    return Recorder()
