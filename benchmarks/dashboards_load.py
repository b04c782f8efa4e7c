"""How the dashboards hold under load: ``python -m benchmarks.dashboards_load [--viewers N] [--pages N] [--repeats N] [--rest S]``.

The gate and Voila really run, on a drawn project. (a) Fifty people read published pages as fast as they get them: time per
request. (b) Twenty people open the interactive pages at the same moment, over raw HTTP and websockets: time until the
page's content stands in the HTML, until the page is whole, and until its kernel has answered. (c) One person opens a page
in Chromium with an empty cache: time until the answer can be read, and until the page answers. (d) Kernels and memory
before, while the twenty look, and a minute after all have gone without a word.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from benchmarks.chromium import CHROMIUM_ARGUMENTS  # noqa: E402
from tests.reports.managers_world import write_managers_world  # noqa: E402
from workbench.project import Project  # noqa: E402
from workbench.reports.publish import publish  # noqa: E402
from workbench.servers.dashboards import Exposure, dashboards_servers  # noqa: E402
from workbench.servers.processes import running  # noqa: E402

PAGES = ("fusion", "labels", "data", "clip")
CONTENT = b'class="wb'
SETTLE_S = 20.0
"""Until all heated kernels stand."""


@dataclass
class Times:
    """Seconds of one kind of wait."""

    name: str
    seconds: list[float] = field(default_factory=list)

    def line(self) -> str:
        """Return p50, p95 and the longest, with how many."""
        kept = sorted(self.seconds)
        if not kept:
            return f"  {self.name:<44}   none"
        p50, p95 = kept[len(kept) // 2], kept[min(len(kept) - 1, int(0.95 * len(kept)))]
        return f"  {self.name:<44}{p50:8.3f}{p95:8.3f}{kept[-1]:8.3f} s   n = {len(kept)}"


class Viewer:
    """One person with a session of their own."""

    def __init__(self, told: str) -> None:
        self.home, self._key = told.split("?")[0].rstrip("/"), told.split("?")[1]
        self._http = AsyncHTTPClient(force_instance=True, max_clients=4)
        self._cookie = ""

    async def come_in(self) -> None:
        """Use the printed key."""
        try:
            await self._http.fetch(f"{self.home}/?{self._key}", follow_redirects=False)
        except HTTPClientError as error:
            if error.code != 302 or error.response is None:
                raise
            self._cookie = error.response.headers["Set-Cookie"].split(";")[0]

    async def read(self, path: str, on_piece: Any = None) -> bytes:
        """Fetch a page; ``on_piece`` hears every piece as it comes."""
        request = HTTPRequest(
            f"{self.home}{path}",
            headers={"Cookie": self._cookie},
            streaming_callback=on_piece,
            request_timeout=120,
            decompress_response=True,
        )
        return bytes((await self._http.fetch(request)).body)

    async def join(self, kernel: str) -> WebSocketClientConnection:
        """Open a kernel's channels."""
        address = f"{self.home.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels?session_id={uuid.uuid4().hex}"
        return await websocket_connect(
            HTTPRequest(address, headers={"Cookie": self._cookie, "Origin": self.home}, request_timeout=60)
        )


async def published(told: str, names: Sequence[str], n_viewers: int, n_pages: int) -> Times:
    """Let everybody read pages one after another, without a pause."""
    times = Times(f"published page, {n_viewers} viewers at once")
    viewers = [Viewer(told) for _ in range(n_viewers)]
    await asyncio.gather(*(viewer.come_in() for viewer in viewers))
    await viewers[0].read("/published/index.html")  # the gate reads a new publication once

    async def look(number: int, viewer: Viewer) -> None:
        for i in range(n_pages):
            started = time.perf_counter()
            await viewer.read(f"/published/{names[(7 * number + i) % len(names)]}")
            times.seconds.append(time.perf_counter() - started)

    await asyncio.gather(*(look(number, viewer) for number, viewer in enumerate(viewers)))
    return times


async def interactive(told: str, n_viewers: int) -> tuple[list[Times], list[WebSocketClientConnection]]:
    """Let everybody open a page at the same moment and speak to its kernel; the lines are left open."""
    painted, whole, answered = (
        Times("content in the HTML"),
        Times("whole HTML"),
        Times("first answer of the kernel"),
    )
    viewers = [Viewer(told) for _ in range(n_viewers)]
    await asyncio.gather(*(viewer.come_in() for viewer in viewers))

    async def open_one(number: int, viewer: Viewer) -> WebSocketClientConnection:
        started, pieces, seen = time.perf_counter(), bytearray(), False

        def on_piece(piece: bytes) -> None:
            nonlocal seen
            pieces.extend(piece)
            if not seen and CONTENT in pieces:
                seen = True
                painted.seconds.append(time.perf_counter() - started)

        await viewer.read(f"/dashboards/{PAGES[number % len(PAGES)]}", on_piece)
        whole.seconds.append(time.perf_counter() - started)
        found = re.search(rb'"kernelId": "([0-9a-f-]{36})"', bytes(pieces))
        if found is None:
            raise SystemExit(f"no kernel in {bytes(pieces)[-400:]!r}")
        line = await viewer.join(found[1].decode())
        await line.write_message(_message("kernel_info_request"))
        while json.loads(await line.read_message() or "{}").get("msg_type") != "kernel_info_reply":
            pass
        answered.seconds.append(time.perf_counter() - started)
        return line

    lines = await asyncio.gather(*(open_one(number, viewer) for number, viewer in enumerate(viewers)))
    return [painted, whole, answered], list(lines)


def _message(kind: str) -> str:
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": kind,
        "username": "",
        "session": "s",
        "date": "",
        "version": "5.3",
    }
    return json.dumps(
        {"header": header, "parent_header": {}, "metadata": {}, "content": {}, "channel": "shell"}
    )


def chromium(told: str, repeats: int) -> list[Times]:
    """Open a page in a fresh profile, again and again."""
    from playwright.sync_api import sync_playwright

    painted, lives = (
        Times("Chromium, empty cache: the answer can be read"),
        Times("Chromium: the page answers"),
    )
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_ARGUMENTS)
        for _ in range(repeats):
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            page = context.new_page()
            page.goto(told)
            started = time.perf_counter()
            page.goto(told.split("?")[0] + "dashboards/fusion", wait_until="commit")
            page.locator(".wb .answer strong").first.wait_for(timeout=60_000)
            painted.seconds.append(time.perf_counter() - started)
            page.wait_for_selector("html[data-live]", timeout=60_000)
            lives.seconds.append(time.perf_counter() - started)
            context.close()
        browser.close()
    return [painted, lives]


@dataclass(frozen=True)
class Memory:
    """What the servers hold: processes forked as kernels, and megabytes."""

    kernels: int
    rss_mb: float
    pss_mb: float

    def line(self, name: str) -> str:
        """Return one row of the table."""
        return f"  {name:<28}{self.kernels:4d} kernels{self.rss_mb:9.0f} MB RSS summed{self.pss_mb:8.0f} MB, shared pages counted once"


def memory(pids: Sequence[int]) -> Memory:
    """Look at the kitchen, the gate and everything they started."""
    parents = {int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    family = set(pids)
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    kernels = [pid for pid in family if parents.get(pid) == pids[0] and "kernel_kitchen" in _command(pid)]
    rss, pss = (sum(_rollup(pid, name) for pid in family) / 1024 for name in ("Rss", "Pss"))
    return Memory(len(kernels), rss, pss)


def _parent(path: Path) -> int:
    try:
        return int((path / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def _rollup(pid: int, name: str) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) if found else 0


def measure(folder: Path, given: argparse.Namespace) -> None:
    """Run everything once and print the table."""
    project = Project.open(folder / "project")
    write_managers_world(project)
    names = [name for name in publish(project).manifest["files"] if name.endswith(".html")]
    servers = dashboards_servers(project, folder / "servers", Exposure(cap=64, heated=given.heated))
    with running(servers) as processes:
        told, pids = servers[-1].told, [process.pid for process in processes]
        time.sleep(given.settle)
        print(f"{'':46}{'p50':>8}{'p95':>8}{'max':>8}")
        print(asyncio.run(published(told, names, given.readers, given.pages)).line())
        before = memory(pids)
        asyncio.run(_interactive_part(told, given, pids, before))
        for times in chromium(told, given.repeats):
            print(times.line())


async def _interactive_part(told: str, given: argparse.Namespace, pids: list[int], before: Memory) -> None:
    all_times, lines = await interactive(told, given.viewers)
    for times in all_times:
        print(f"{times.line()}   {given.viewers} viewers at once")
    await asyncio.sleep(5)
    during = memory(pids)
    for line in lines:
        line.close()
    await asyncio.sleep(given.rest)
    for name, seen in (
        ("before", before),
        ("while they look", during),
        (f"{given.rest:.0f} s after", memory(pids)),
    ):
        print(seen.line(name))


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboards_load", description=__doc__)
    parser.add_argument("--readers", type=int, default=50, help="of published pages")
    parser.add_argument("--pages", type=int, default=20, help="that each reader reads")
    parser.add_argument("--viewers", type=int, default=20, help="of interactive pages")
    parser.add_argument("--heated", type=int, default=5, help="kernels that wait, of each page")
    parser.add_argument("--repeats", type=int, default=5, help="of the browser")
    parser.add_argument("--settle", type=float, default=SETTLE_S, help="seconds before the first look")
    parser.add_argument("--rest", type=float, default=60.0, help="seconds after the last one has gone")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), given)


if __name__ == "__main__":
    main()
