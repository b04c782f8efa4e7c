"""What a person meets at the gate, in a real browser: the key, the form, the list, a page that is there at once and then lives."""

import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from timed_video import voice, write_timed_video

from tests.reports.managers_world import write_managers_world
from tests.servers.gate_in_process import running_gate
from workbench.datasets.catalog import Dataset
from workbench.project import Project
from workbench.servers.dashboards import Exposure, dashboards_servers
from workbench.servers.people import People
from workbench.servers.processes import running

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("sized", [(1280, 900), (390, 844)], ids=["desktop", "phone"], indirect=True)
PASSWORD = "a long enough phrase"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address that `workbench dashboards` would print, of a project with results and labels."""
    project = Project.open(tmp_path_factory.mktemp("project"))
    write_managers_world(project)
    media = project.dataset_folder("sample") / "media"
    media.mkdir(exist_ok=True)
    write_timed_video(media / "one.mp4", np.arange(9) * 0.04, sound=voice(0.36, rng=np.random.default_rng(1)))
    for clip in Dataset.open(project, "sample").table()["file"]:
        shutil.copyfile(media / "one.mp4", media / clip)
    servers = dashboards_servers(project, tmp_path_factory.mktemp("server") / "d", Exposure(heated=1))
    with running(servers):
        yield servers[-1].told


@pytest.fixture
def sized(browser, request):
    """A page in a profile of its own; what its scripts complain about is in ``complaints``."""
    width, height = getattr(request, "param", (1280, 900))
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console", lambda said: page.complaints.append(said.text) if "Content Security" in said.text else None
    )
    yield page
    context.close()


def keep(page, name):
    """Take a picture for people to look at, when WORKBENCH_SCREENSHOTS names a folder."""
    if folder := os.environ.get("WORKBENCH_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"gate-{name}-{page.viewport_size['width']}.png", full_page=True)


def serious(page):
    Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]


def live(page, words):
    """Wait until the page answers, and shows these words."""
    page.wait_for_selector("html[data-live]")
    page.locator("#rendered_cells .wb h1", has_text=words).wait_for()


@SIZES
def test_a_page_can_be_read_at_once_then_lives_and_its_address_shows_the_same_again(address, sized):
    sized.goto(address)
    assert "token" not in sized.url
    assert serious(sized) == []
    keep(sized, "list")
    started = time.monotonic()
    sized.get_by_role("link", name="Does fusion help?").click()
    sized.locator(".wb .answer strong", has_text="Yes").first.wait_for()
    print(f"first useful paint after {time.monotonic() - started:.2f} s")
    assert sized.locator(".answer").first.bounding_box()["y"] < sized.viewport_size["height"] / 2
    live(sized, "Does fusing")
    print(f"answers after {time.monotonic() - started:.2f} s")
    assert sized.locator(".wb .answer strong").count() == 1  # not twice
    assert sized.evaluate("document.documentElement.scrollWidth") <= sized.viewport_size["width"]
    assert sized.locator(".gate-bar").bounding_box()["y"] == 0
    assert serious(sized) == []
    keep(sized, "fusion")
    link = sized.locator('.wb a[href*="system=audio"][href*="true=negative"][href*="said=negative"]').first
    n = int(link.inner_text())
    link.click()
    sized.locator("#rendered_cells .wb h1", has_text=f"{n} clips: voice only").wait_for()
    assert "/dashboards/fusion?page=fusion" in sized.url
    sized.reload()
    sized.locator(
        "#first-paint .wb h1, #rendered_cells .wb h1", has_text=f"{n} clips: voice only"
    ).first.wait_for()
    live(sized, f"{n} clips: voice only")
    keep(sized, "fusion-down")
    assert sized.complaints == []


def test_a_recording_is_seen_over_the_kernel_s_line_and_the_policy_lets_it(address, sized):
    sized.goto(address)
    sized.get_by_role("link", name="A clip, explained").click()
    live(sized, "A clip")
    sized.locator("#rendered_cells tbody a").first.click()
    sized.locator("#rendered_cells [data-action=look]").click()
    sized.locator("#rendered_cells canvas.seen").wait_for()
    sized.locator("[data-action=play]").click()
    cursor = sized.locator("line[data-cursor]").first
    end = time.monotonic() + 20
    while (
        float(cursor.get_attribute("x1")) <= 100 and time.monotonic() < end
    ):  # the policy forbids waiting by eval
        time.sleep(0.1)
    assert float(cursor.get_attribute("x1")) > 100
    keep(sized, "clip")
    assert sized.complaints == []


def test_a_stranger_sees_how_to_come_in_and_nothing_else(address, sized):
    sized.goto(address.split("?")[0] + "dashboards/fusion")
    assert "/login" in sized.url
    assert sized.locator(".wb").count() == 0 and "holds the key" in sized.locator("main").inner_text()


@SIZES
def test_people_sign_in_by_name_and_out_again(project, sized):
    People(project).add("Ada Lovelace", "annotator", PASSWORD)
    with running_gate(project) as (_, visitor):
        home = f"http://127.0.0.1:{visitor().port}"
        sized.goto(f"{home}/")
        sized.get_by_label("Name").fill("Ada Lovelace")
        sized.get_by_label("Password").fill("not the password")
        sized.get_by_role("button", name="Sign in").click()
        sized.get_by_role("alert").wait_for()
        assert serious(sized) == []
        keep(sized, "login")
        sized.get_by_label("Name").fill("Ada Lovelace")
        sized.get_by_label("Password").fill(PASSWORD)
        sized.get_by_role("button", name="Sign in").click()
        sized.get_by_role("heading", name="Pages").wait_for()
        assert sized.locator(".gate-pages a").all_inner_texts() == ["Labels"]
        keep(sized, "annotator")
        sized.goto(f"{home}/dashboards/fusion")
        sized.get_by_role("heading", name="This is not for you to see").wait_for()
        sized.goto(f"{home}/")
        sized.get_by_role("button", name="Sign out").click()
        sized.get_by_role("button", name="Sign in").wait_for()
        sized.goto(f"{home}/dashboards/labels")
        assert "/login?next=%2Fdashboards%2Flabels" in sized.url
