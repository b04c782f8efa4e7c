"""Label frames in Label Studio's own pages, as fast as its fastest user: hotkey, submit, and the next picture is there.

The label stream (``labeling=1``), the keys of our own configuration, ``Ctrl+Enter`` to submit: no mouse, no thinking.
Run it alone against a server of its own (`make label-studio` first):

    .venv/bin/python -m benchmarks.peers.label_studio_ui --frames 50
"""

from __future__ import annotations

import argparse
import base64
import io
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from workbench.labels.exchange.label_studio.config import label_config
from workbench.labels.exchange.label_studio.server import ProjectOnServer
from workbench.labels.exchange.label_studio.wire import Wire
from workbench.labels.schema import MOUTH
from workbench.lazy import load

_KEYS = tuple(choice.keys[0] for choice in MOUTH.classes)
# Every task's picture gets an address of its own in the page; the next task is there when a new one has been drawn.
_NEXT_IS_PAINTED = """
(before) => {
  const picture = [...document.querySelectorAll('img[alt=image]')].find((e) => /^(blob|data):/.test(e.src));
  if (!picture || !picture.complete || picture.naturalWidth === 0) return false;
  return picture.src !== before && picture.src;
}
"""
_WAIT_MS = 60_000


class Server(Protocol):
    """A running Label Studio, see ``tests/label_studio_server.py``."""

    address: str
    user: str
    password: str
    token: str


def label_in_label_studio(page: Any, server: Server, pictures: Sequence[bytes], n: int) -> float:
    """Label ``n`` frames and return the seconds from the first picture painted to the last answer saved.

    Parameters
    ----------
    page : playwright.sync_api.Page
        A page of a Chromium; it is signed in and opened here.
    server : Server
        Where a new project is made.
    pictures : sequence of bytes
        PNG files; taken in turn when there are fewer than ``n``.
    n : int
        How many frames to label.

    Raises
    ------
    RuntimeError
        Not every answer is on the server afterwards.
    """
    project = _make_project(server, pictures, n)
    _sign_in(page, server)
    page.goto(f"{server.address}/projects/{project.project}/data?labeling=1")
    shown = page.wait_for_function(_NEXT_IS_PAINTED, arg="", timeout=_WAIT_MS, polling="raf").json_value()
    start = time.perf_counter()
    for done in range(n):
        page.keyboard.press(_KEYS[done % len(_KEYS)])
        with page.expect_response(_is_saved, timeout=_WAIT_MS):
            page.keyboard.press("Control+Enter")
        if done < n - 1:
            next_one = page.wait_for_function(_NEXT_IS_PAINTED, arg=shown, timeout=_WAIT_MS, polling="raf")
            shown = next_one.json_value()
    seconds = time.perf_counter() - start
    answered = sum(task.get("total_annotations") == 1 for task in project.tasks())
    if answered != n:
        raise RuntimeError(f"{n} frames were labelled in Label Studio and {answered} answers are there.")
    return seconds


def _is_saved(response: Any) -> bool:
    return response.request.method == "POST" and "/annotations" in response.url and response.status == 201


def _make_project(server: Server, pictures: Sequence[bytes], n: int) -> ProjectOnServer:
    project = ProjectOnServer.create(
        Wire(server.address, server.token), title="labelling pace", config=label_config(MOUTH)
    )
    shown = ["data:image/png;base64," + base64.b64encode(png).decode() for png in pictures]
    answer = project.add_tasks([{"image": shown[number % len(shown)]} for number in range(n)])
    project.expect(answer, "The frames could not be sent")
    return project


def _sign_in(page: Any, server: Server) -> None:
    page.goto(f"{server.address}/user/login/")
    if page.locator("input[name=password]").count():
        page.fill("input[name=email]", server.user)
        page.fill("input[name=password]", server.password)
        page.click("button[type=submit]")
        page.wait_for_load_state("networkidle")


def _drawn_pictures(n: int) -> list[bytes]:
    """Pictures of 28 x 28 pixels, no two alike, as the mouth network gets them."""
    rng = np.random.default_rng(0)
    pictures = []
    for pixels in rng.integers(0, 256, (n, 28, 28, 3), dtype=np.uint8):
        stream = io.BytesIO()
        load("PIL.Image").fromarray(pixels).save(stream, format="png")
        pictures.append(stream.getvalue())
    return pictures


def main() -> None:
    """Say how many frames an hour Label Studio's own pages take."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
    from label_studio_server import label_studio_server
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--frames", type=int, default=50)
    parser.add_argument(
        "--folder", type=Path, help="where the server keeps its data, to start faster next time"
    )
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as temporary,
        sync_playwright() as playwright,
        label_studio_server(chosen.folder or Path(temporary)) as server,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--headless", "--no-sandbox", "--disable-gpu"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        seconds = label_in_label_studio(page, server, _drawn_pictures(chosen.frames), chosen.frames)
        browser.close()
    print(
        f"Label Studio: {chosen.frames} frames in {seconds:.1f} s = {chosen.frames / seconds * 3600:.0f} an hour"
    )


if __name__ == "__main__":
    main()
