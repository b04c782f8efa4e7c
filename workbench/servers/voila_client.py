"""How the gate speaks with Voila: it alone knows the key, and no word of a viewer's address is passed on."""

from __future__ import annotations

from urllib.parse import quote

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from workbench.errors import WorkbenchError
from workbench.servers.settings import PERSON_HEADER

PAGE_TIMEOUT_S = 60.0
LARGEST_MESSAGE_BYTES = 256 * 2**20
"""From a kernel to a page: pictures and sound travel this way."""


class VoilaClient:
    """One Voila on this machine.

    Parameters
    ----------
    port : int
        Where it listens.
    token : str
        Its key.
    """

    def __init__(self, port: int, token: str) -> None:
        self._base = f"127.0.0.1:{port}"
        self._headers = {"Authorization": f"token {token}"}
        self._http = AsyncHTTPClient(force_instance=True, max_clients=200, max_body_size=64 * 2**20)

    async def page(self, role: str, page: str, person: str) -> str:
        """Return Voila's page of a dashboard in a role's copy; a kernel belongs to it from now on.

        The kernel is told the person by a header that only the gate can send; heated ones are nobody's.

        Raises
        ------
        WorkbenchError
            Voila did not answer with a page.
        """
        address = f"http://{self._base}/voila/render/{role}/dashboard_{page}.ipynb"
        try:
            answer = await self._http.fetch(
                self._request(address, "GET", PAGE_TIMEOUT_S, {PERSON_HEADER: quote(person)})
            )
        except (HTTPClientError, OSError) as error:
            raise WorkbenchError(f"Voila must answer with a page. It did not: {error}.") from error
        return answer.body.decode("utf-8", "replace")

    async def model(self, kernel_id: str) -> bytes:
        """Return what Voila says of a kernel, as JSON. Raises WorkbenchError when it is gone."""
        try:
            answer = await self._http.fetch(self._request(self._kernel(kernel_id), "GET", 10.0))
        except (HTTPClientError, OSError) as error:
            raise WorkbenchError(f"A kernel must run to be asked. It does not: {error}.") from error
        return bytes(answer.body)

    async def end(self, kernel_id: str) -> bool:
        """End a kernel and say whether it is gone (also when it was gone before)."""
        try:
            await self._http.fetch(self._request(self._kernel(kernel_id), "DELETE", 20.0))
        except HTTPClientError as error:
            return error.code == 404
        except OSError:
            return False
        return True

    async def channels(self, kernel_id: str, query: str, protocols: list[str]) -> WebSocketClientConnection:
        """Open a kernel's channels. Raises WorkbenchError when they do not open."""
        address = f"{self._kernel(kernel_id, scheme='ws')}/channels?{query}"
        request = HTTPRequest(address, headers=self._headers, connect_timeout=20.0, request_timeout=30.0)
        try:
            return await websocket_connect(
                request, subprotocols=protocols, max_message_size=LARGEST_MESSAGE_BYTES
            )
        except (TimeoutError, HTTPClientError, OSError) as error:
            raise WorkbenchError(f"A kernel's channels must open. They did not: {error}.") from error

    def _kernel(self, kernel_id: str, scheme: str = "http") -> str:
        return f"{scheme}://{self._base}/api/kernels/{kernel_id}"

    def _request(
        self, address: str, method: str, timeout_s: float, more: dict[str, str] | None = None
    ) -> HTTPRequest:
        return HTTPRequest(
            address,
            method=method,
            headers=self._headers | (more or {}),
            request_timeout=timeout_s,
            connect_timeout=10.0,
            follow_redirects=False,
        )
