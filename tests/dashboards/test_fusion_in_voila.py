"""The manager's page in the server that is shipped, seen by a real browser."""

import os
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.reports.world import write_world
from workbench.project import Project
from workbench.servers.processes import running
from workbench.servers.start import dashboards_server

pytestmark = pytest.mark.browser

PIXEL = b"\x89PNG\r\n\x1a\n a face that nobody may see"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A project with results and its dashboards server: (server, folder that is shown)."""
    project = Project.open(tmp_path_factory.mktemp("project"))
    write_world(project, n_speakers=6, n_clips=4, split_kind="frame", name="20201121-101500-paper")
    write_world(project)
    folder = tmp_path_factory.mktemp("server") / "dashboards"
    server = dashboards_server(project, folder)
    shown = folder / "shown"
    (shown / "face.png").write_bytes(PIXEL)
    with running([server]):
        yield server, shown


def address(server, path):
    parts = urllib.parse.urlsplit(server.url)
    return f"{parts.scheme}://{parts.netloc}/{path}?{parts.query}"


def right_edge(page, what):
    box = page.locator(what).first.bounding_box()
    return box["x"] + box["width"]


def picture(page, name):
    if folder := os.environ.get("WORKBENCH_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)], ids=["desktop", "phone"])
def test_a_manager_reads_the_answer_at_once(served, browser, width, height):
    server, _ = served
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    started = time.monotonic()
    page.goto(address(server, "voila/render/dashboard_fusion.ipynb"))
    answer = page.locator(".answer strong")
    answer.wait_for(timeout=90_000)
    print(f"first useful paint after {time.monotonic() - started:.1f} s")
    assert "Yes" in answer.inner_text()
    assert answer.bounding_box()["y"] < height / 2  # seen without scrolling
    assert page.locator("text=54 clips of 6 people").first.is_visible()
    chart = page.locator("figure.chart img")
    assert chart.evaluate("image => image.complete && image.naturalWidth > 0")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert right_edge(page, ".answer") <= width and right_edge(page, "figure.chart") <= width
    assert page.locator("text=from workbench").count() == 0  # the code is hidden
    picture(page, f"dashboard-{width}")
    page.locator("summary", has_text="Class by class").click()
    assert page.locator("text=Trusted").first.is_visible()
    assert right_edge(page, ".wb") <= width
    page.set_viewport_size({"width": width, "height": 2600})
    picture(page, f"dashboard-{width}-open")
    assert failures == []
    context.close()


def test_choosing_the_leaking_comparison_shows_its_banner(served, browser):
    server, _ = served
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address(server, "voila/render/dashboard_fusion.ipynb"))
    page.locator("select").wait_for(timeout=90_000)
    page.locator("select").select_option(label="20201121-101500-paper")
    banner = page.locator(".banner")
    banner.wait_for(timeout=30_000)
    assert "These figures flatter" in banner.inner_text()
    assert "Cannot be answered" in page.locator(".answer strong").inner_text()
    picture(page, "dashboard-leak")
    context.close()


@pytest.mark.parametrize(
    "path",
    [
        "face.png",
        "voila/files/face.png",
        "voila/static/../face.png",
        "files/face.png",
        "dashboard_fusion.ipynb",
    ],
)
@pytest.mark.parametrize("with_token", [False, True], ids=["stranger", "manager"])
def test_no_file_of_the_folder_can_be_fetched(served, path, with_token):
    server, _ = served
    where = address(server, path)
    where = where if with_token else where.split("?")[0]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        body = opener.open(where, timeout=20).read()
    except urllib.error.HTTPError as error:
        body = error.read()
        assert error.code in (401, 403, 404)
    assert PIXEL not in body and b"from workbench" not in body


def test_a_stranger_without_the_key_sees_nothing(served):
    server, _ = served
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    where = address(server, "voila/render/dashboard_fusion.ipynb").split("?")[0]
    try:
        answer = opener.open(where, timeout=20)
        body = answer.read()
        assert b"Yes" not in body and b'class="answer' not in body and "login" in answer.url
    except urllib.error.HTTPError as error:
        assert error.code in (401, 403)
