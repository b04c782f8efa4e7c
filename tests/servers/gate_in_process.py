"""The real gate on a thread, before a Voila that is drawn by the test: every rule of it, without starting a kernel."""

import asyncio
import http.client
import json
import threading
import urllib.parse
import uuid
from contextlib import contextmanager

from tornado.httpserver import HTTPServer

from workbench.errors import WorkbenchError
from workbench.servers.gate import Gate
from workbench.servers.gate_settings import GateSettings
from workbench.servers.places import choose_port

KEY = "the-printed-key"
VIEW = '{"data": {"application/vnd.jupyter.widget-view+json": {"model_id": "m1"}, "text/plain": "SOURCE"}}'


class DrawnVoila:
    """Hands out kernels that are numbers only, and remembers which were ended."""

    def __init__(self):
        self.given, self.ended, self.asked = [], [], []
        self.output = VIEW
        self.fails = False

    async def page(self, role, page, person):
        self.asked.append((role, page, person))
        if self.fails:
            raise WorkbenchError("Voila is not there: /secret/path")
        kernel_id = str(uuid.uuid4())
        self.given.append(kernel_id)
        config = json.dumps(
            {"kernelId": kernel_id, "baseUrl": "/", "federated_extensions": [], "token": "INNER"}
        )
        return (
            f'<p>/secret/path</p><script id="jupyter-config-data" type="application/json">{config}</script>'
            f'<script type="application/vnd.voila.cell-output+json">{self.output}</script>'
        )

    async def model(self, kernel_id):
        return json.dumps({"id": kernel_id}).encode()

    async def end(self, kernel_id):
        self.ended.append(kernel_id)
        return True

    async def channels(self, *_):
        raise WorkbenchError("no channels here")


class Answer:
    """What came back: status, headers, text."""

    def __init__(self, reply):
        self.status, self.headers = reply.status, reply.headers
        self.text = reply.read().decode("utf-8", "replace")


class Visitor:
    """A browser without a screen: keeps cookies, follows nothing."""

    def __init__(self, port):
        self.port, self.cookies, self._line = port, {}, None

    def _exchange(self, method, path, body, sent):
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self._line.request(method, path, body=body, headers=sent)
        return Answer(self._line.getresponse())

    def ask(self, path, method="GET", body=None, **headers):
        sent = {"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())} if self.cookies else {}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        line.request(
            method, path, body=body, headers=sent | {n.replace("_", "-"): v for n, v in headers.items()}
        )
        answer = Answer(line.getresponse())
        line.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def post(self, path, fields, **headers):
        form = self.ask("/login").text or self.ask("/").text  # who is signed in has no login form
        number = form.split('name="_xsrf" value="')[1].split('"')[0] if "_xsrf" in form else ""
        fields = {"_xsrf": number, **fields}
        return self.ask(
            path, "POST", urllib.parse.urlencode(fields),
            **{"Content-Type": "application/x-www-form-urlencoded", **headers},
        )  # fmt: skip

    def with_key(self):
        assert self.ask(f"/?token={KEY}").status == 302
        return self

    def log_in(self, name, password):
        return self.post("/login", {"name": name, "password": password})


@contextmanager
def running_gate(project, **changes):
    """The gate of a project: ``(gate, visitor factory)``."""
    port = choose_port(None, 0)
    given = {
        "project": str(project.root), "host": "127.0.0.1", "port": port, "inner_port": 1, "inner_token": "INNER",
        "printed_key": KEY, "role": "manager", "cap": 24, "heated": 0,
    }  # fmt: skip
    started, stop, made = threading.Event(), [], []

    async def serve():
        gate = Gate(GateSettings(**(given | changes)))
        gate.voila = DrawnVoila()
        server = HTTPServer(gate.application())
        server.listen(port, "127.0.0.1")
        done = asyncio.Event()
        made.append(gate)
        stop.append((asyncio.get_running_loop(), done))
        started.set()
        await done.wait()
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert started.wait(20)
    try:
        yield made[0], lambda: Visitor(port)
    finally:
        loop, done = stop[0]
        loop.call_soon_threadsafe(done.set)
        thread.join(20)


def sweep(gate):
    """Sweep now, from outside the gate's loop: nothing else goes on meanwhile."""
    asyncio.run(gate.sweep())
