"""The real gate before the real Voila, asked by strangers and by every role for what is not theirs."""

import asyncio
import contextlib
import json
import os
import re
import socket
import sys
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from tests.reports.managers_world import write_managers_world
from tests.servers.crawl_addresses import addresses
from tests.servers.gate_in_process import Visitor
from workbench import landlock
from workbench.project import Project
from workbench.reports.audience import ROLES
from workbench.servers.dashboards import Exposure, dashboards_servers
from workbench.servers.people import People
from workbench.servers.processes import running

pytestmark = pytest.mark.slow
PASSWORD = "a long enough phrase"
NAMES = {"annotator": "Ada Lovelace", "analyst": "analyst", "manager": "Zoë Łuk"}
CANARY = "canary-6f1e"
PLANTED = (
    "datasets/sample/clip.mp4", "datasets/sample/face.png", "datasets/sample/canary-6f1e-name.jpg", "labels/labels.db-old",
    "reports/runs/r/run.json", "reports/x.html", "reports/published/notes.html", "notebooks/face.png", "notebooks/own.py", ".env",
)  # fmt: skip
HOSTILE = """
import fcntl, json, os, socket, sqlite3, sys, tempfile
from pathlib import Path
import ipywidgets
from ipykernel import get_connection_info
from sqlalchemy import text
from workbench.labels.store import LabelStore
from workbench.project import Project

project, tried = Project.open(), {}
print("PRINTED", sorted(os.environ.items()))
print("PRINTED", sorted(os.environ.items()), file=sys.stderr)
with LabelStore.open(project.labels, read_only=True) as store:
    rows = store.last_sequence()
    for statement in ("DELETE FROM label_events", "UPDATE label_events SET value = 'x'", "DROP TABLE label_events"):
        try:
            with store.database.reading() as connection:
                connection.execute(text(statement))
            tried[statement] = "done"
        except Exception as error:
            tried[statement] = type(error).__name__
    try:
        store.check_writable()
        tried["writing"] = "done"
    except Exception as error:
        tried["writing"] = type(error).__name__
transport = json.loads(get_connection_info())["transport"]
found = {"transport": transport, "environment": dict(os.environ), "argv": sys.argv, "tried": tried, "rows": [rows]}
def insert():
    connection = sqlite3.connect(project.labels / "labels.db")
    connection.execute("INSERT INTO store_version(version, created_utc) VALUES (99, 'x')")
    connection.commit()
attempts = {
    "plain sqlite": insert,
    "bytes": lambda: (project.labels / "labels.db").open("r+b"),
    "short": lambda: os.truncate(project.labels / "labels.db", 0),
    "index": lambda: (project.labels / "labels.db-shm").open("r+b"),
    "people": lambda: (project.root / "people.json").write_text("{}"),
    "notebook": lambda: (project.root / "notebooks" / "own.py").write_text("x"),
    "shown": lambda: Path("../analyst/dashboard_clip.ipynb").open("a"),
    "home": lambda: (Path.home() / ".workbench-crawl").write_text("x"),
    "report": lambda: Path("REPORT").write_text("x"),
    "accounts": lambda: (project.root / "people.json").read_text(),
    "the servers' keys": lambda: (Path.cwd().parents[2] / "gate" / "gate.json").read_text(),
    "the inner key": lambda: (Path.cwd().parents[1] / "voila.json").read_text(),
    "tcp": lambda: socket.create_connection(("127.0.0.1", PORT), timeout=5),
    "another's line": lambda: Path(sys.argv[-1]).open("a"),
}
for name, attempt in attempts.items():
    try:
        attempt()
        found["tried"][name] = "done"
    except Exception as error:
        found["tried"][name] = type(error).__name__
maps = Path("/proc/self/maps").read_text().splitlines() if sys.platform == "linux" else []
found["shared"] = [line for line in maps if "labels.db" in line and line.split()[1] == "rw-s"]
numbers = os.listdir("/proc/self/fd") if sys.platform == "linux" else []
numbers = [number for number in numbers if int(number) > 2 and os.path.isfile(f"/proc/self/fd/{number}")]
flags = {number: fcntl.fcntl(int(number), fcntl.F_GETFL) & os.O_ACCMODE for number in numbers}
found["open"] = [os.readlink(f"/proc/self/fd/{number}") for number in numbers if flags[number] != os.O_RDONLY]
with LabelStore.open(project.labels, read_only=True) as store:
    found["rows"].append(store.last_sequence())
(Path(tempfile.gettempdir()) / Path("REPORT").name).write_text(json.dumps(found))
def build(project, role=""):
    return ipywidgets.Label("nothing to see")
build(Project.open())
"""
BROKEN = "from workbench.project import Project\nraise RuntimeError('/secret/path canary-6f1e')\nbuild(Project.open())"


def write_notebook(path, source):
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(source)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


class World:
    """What the tests ask: the project, the visitors, and what must never be seen."""

    def __init__(self, project, servers, report):
        self.project, self.report = project, report
        self.settings = json.loads((servers[1].folder / "gate.json").read_text())
        self.logs = [server.log for server in servers]
        self.port = self.settings["port"]
        self.visitors = {"stranger": Visitor(self.port)} | {role: self.signed_in(role) for role in ROLES}
        hashes = [person.password_hash for person in People(project).all()]
        self.secrets = [CANARY, self.settings["inner_token"], self.settings["printed_key"], *hashes]

    def signed_in(self, role):
        one = Visitor(self.port)
        assert one.log_in(NAMES[role], PASSWORD).status == 303
        return one

    def told(self):
        """Read what the hostile notebook found; where it may only write into its kernel's own folder, there."""
        name, usual = self.report.name, Path(tempfile.gettempdir())
        places = [place for top in {usual, Path("/tmp")} for place in top.glob(f"kitchen-*/own-*/{name}")]
        return json.loads((places or [usual / name])[0].read_text())

    def leaks(self, answer):
        """Return the secrets in an answer; the way to the login repeats the address that was asked, and nothing else."""
        told = "".join(f"{name}: {value}\n" for name, value in answer.headers.items() if name != "Location")
        return [secret for secret in self.secrets if secret in answer.text or secret in told]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A project with results, labels, people and canaries, and its servers, really running."""
    project = Project.open(tmp_path_factory.mktemp("served") / "project")
    write_managers_world(project)
    for role in ROLES:
        People(project).add(NAMES[role], role, PASSWORD)
    for name in PLANTED:
        (project.root / name).parent.mkdir(parents=True, exist_ok=True)
        (project.root / name).write_text(f"{CANARY} {name}")
    report = tmp_path_factory.mktemp("report") / f"found-{uuid.uuid4().hex}.json"
    listening = socket.create_server(("127.0.0.1", 0))
    hostile = HOSTILE.replace("REPORT", str(report)).replace("PORT", str(listening.getsockname()[1]))
    if landlock.version() < landlock.CONNECTS:  # there, only what SQLite is asked for is refused
        hostile = hostile.replace("attempts.items()", "()")
    write_notebook(project.root / "notebooks" / "dashboard_clip.ipynb", hostile)
    write_notebook(project.root / "notebooks" / "dashboard_data.ipynb", BROKEN)
    os.environ["CANARY_PASSWORD"] = CANARY
    os.environ["PGPASSWORD"] = CANARY
    try:
        servers = dashboards_servers(project, tmp_path_factory.mktemp("private") / "d", Exposure(heated=0))
        (servers[0].folder / "shown" / "face.png").write_text(CANARY)  # as if a notebook had left one there
        with running(servers):
            yield World(project, servers, report)
    finally:
        listening.close()
        del os.environ["CANARY_PASSWORD"], os.environ["PGPASSWORD"]


def private_files(project):
    return sorted(str(path.relative_to(project.root)) for path in project.root.rglob("*") if path.is_file())


def test_the_crawl_asks_for_every_private_file_by_hundreds_of_addresses(world):
    files = private_files(world.project)
    asked = addresses(world.project.root, files)
    assert {"people.json", "labels/labels.db", "notebooks/own.py"} <= set(files)
    assert len(asked) >= 300 and all(any(name in address for address in asked) for name in files)


@pytest.mark.parametrize("who", ["stranger", *ROLES])
def test_no_address_leads_to_anything_private(world, who):
    allowed = {302, 401, 403} if who == "stranger" else {403, 404}
    for address in addresses(world.project.root, private_files(world.project)):
        answer = world.visitors[who].ask(address)
        assert answer.status in allowed, (address, answer.status)
        assert world.leaks(answer) == [], address


@pytest.mark.parametrize("role", ROLES)
def test_a_page_shows_what_it_is_for_and_none_of_the_secrets(world, role):
    answer = world.visitors[role].ask("/dashboards/labels")
    assert answer.status == 200 and 'class="wb' in answer.text and "kernelId" in answer.text
    assert world.leaks(answer) == [] and str(world.project.root) not in answer.text
    named = [name for name in ("Grace Hopper", "Zoe Zed") if name in answer.text]
    assert (named != []) == (role == "analyst")  # of the others, only analysts read the names


def test_a_notebook_that_prints_its_environment_and_writes_the_labels_gets_nothing(world):
    answer = world.visitors["manager"].ask("/dashboards/clip")
    assert answer.status == 200 and "model_id" in answer.text
    assert "PRINTED" not in answer.text and world.leaks(answer) == []
    found = world.told()
    told = json.dumps([found["environment"], found["argv"]])
    assert not any(secret in told for secret in world.secrets) and "PASSWORD" not in told
    assert (
        unquote(found["environment"]["HTTP_X_WORKBENCH_PERSON"]) == NAMES["manager"]
    )  # told by the gate, of the session
    assert found["transport"] == (
        "ipc" if sys.platform == "linux" else "tcp"
    )  # no port that others could listen to
    assert "done" not in found["tried"].values(), found["tried"]
    assert found["rows"][0] == found["rows"][1] > 0
    assert found["shared"] == [] and not any(str(world.project.root) in name for name in found["open"]), found
    assert not world.report.exists() and not (Path.home() / ".workbench-crawl").exists()


def test_a_notebook_that_fails_shows_a_number_and_neither_path_nor_words(world):
    text = world.visitors["analyst"].ask("/dashboards/data").text
    assert re.search(r"number\s+[0-9a-f]{8}", text)
    assert not any(word in text for word in ("/secret/path", CANARY, "RuntimeError", "Traceback"))


def message(kind, content, channel="shell"):
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": kind,
        "username": "",
        "session": "s",
        "date": "",
        "version": "5.3",
    }
    return json.dumps(
        {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": channel}
    )


async def spoken(visitor, kernel, *messages, origin=None, wait_s=20.0, until=""):
    """Say something on a kernel's channels; return what came back until the wanted kind of message came."""
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    headers = {"Cookie": cookie, "Origin": origin or f"http://127.0.0.1:{visitor.port}"}
    line = await websocket_connect(
        HTTPRequest(
            f"ws://127.0.0.1:{visitor.port}/api/kernels/{kernel}/channels?session_id=abc", headers=headers
        )
    )
    kinds = []
    for one in messages:
        await line.write_message(one)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(wait_s):
            while until not in kinds or not until:
                said = await line.read_message()
                if said is None:
                    break
                kinds.append(json.loads(said)["header"]["msg_type"])
    line.close()
    return kinds


def test_the_channels_are_for_the_page_s_own_session_and_carry_no_code(world):
    mine = world.visitors["manager"]
    page = mine.ask("/dashboards/labels").text
    kernel = re.search(r'"kernelId": "([0-9a-f-]{36})"', page)[1]
    for other in (world.visitors["stranger"], world.visitors["analyst"], world.signed_in("manager")):
        with pytest.raises(HTTPClientError, match="403"):
            asyncio.run(spoken(other, kernel))
    with pytest.raises(HTTPClientError, match="403"):
        asyncio.run(spoken(mine, kernel, origin="http://evil.example"))
    code = message("execute_request", {"code": f"open('{world.report}.x', 'w')", "silent": False})
    stop = message("shutdown_request", {"restart": False}, "control")
    widget = re.search(r'"model_id": "([0-9a-f]+)"', page)[1]  # it fails at this, and has a traceback to tell
    odd = message("comm_msg", {"comm_id": widget, "data": {"method": "update", "state": {"html": 5}}})
    asked = asyncio.run(
        spoken(mine, kernel, code, stop, odd, message("kernel_info_request", {}), until="kernel_info_reply")
    )
    assert "kernel_info_reply" in asked
    assert not {"execute_reply", "shutdown_reply", "error", "stream"} & set(asked), asked
    assert not world.report.with_name(world.report.name + ".x").exists()
    here = {"Origin": f"http://127.0.0.1:{mine.port}"}
    assert mine.ask(f"/voila/api/shutdown/{kernel}", "POST", "", **here).status == 204
    assert gone(world, kernel)


def gone(world, kernel, within_s=20.0):
    """Ask Voila itself, with its own key, until it knows the kernel no longer."""
    request = urllib.request.Request(f"http://127.0.0.1:{world.settings['inner_port']}/api/kernels/{kernel}")
    request.add_header("Authorization", f"token {world.settings['inner_token']}")
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10)
        except urllib.error.HTTPError as error:
            return error.code == 404
        time.sleep(0.3)
    return False


def test_the_logs_hold_no_key_no_cookie_and_no_query(world):
    world.visitors["manager"].ask("/dashboards/labels?question=sentiment_both&value=QUERY-IN-LOG")
    said = "".join(log.read_text(errors="replace") for log in world.logs)
    cookies = [value for visitor in world.visitors.values() for value in visitor.cookies.values()]
    assert "dashboard labels" in said
    assert not any(secret in said for secret in [*world.secrets[1:], *cookies, PASSWORD, "QUERY-IN-LOG"])
