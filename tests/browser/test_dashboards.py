"""The dashboards in a real Voila, seen by a real browser: a link, a way down, back, and the same address pasted elsewhere."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from servers import copy_notebooks, running_voila
from timed_video import voice, write_timed_video

from tests.reports.managers_world import write_managers_world
from workbench.datasets.catalog import Dataset
from workbench.project import Project

pytestmark = pytest.mark.browser
PAGES = ("fusion", "labels", "data", "clip")
SLOW_MS = 90_000


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Voila on the four dashboards of a project that has everything; one recording can be seen and heard."""
    project = Project.open(tmp_path_factory.mktemp("managers"))
    write_managers_world(project)
    media = project.dataset_folder("sample") / "media"
    media.mkdir()
    write_timed_video(media / "one.mp4", np.arange(9) * 0.04, sound=voice(0.36, rng=np.random.default_rng(1)))
    for clip in Dataset.open(project, "sample").table()["file"]:
        shutil.copyfile(media / "one.mp4", media / clip)
    folder = tmp_path_factory.mktemp("voila")
    with running_voila(project.root, copy_notebooks(folder / "notebooks"), home=folder / "home") as server:
        yield server


def picture(page, name):
    if folder := os.environ.get("WORKBENCH_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True)


def settled(page, words):
    """Wait until the page's heading has these words."""
    page.locator(".wb h1", has_text=words).wait_for(timeout=SLOW_MS)
    page.locator(".wb-place:not([aria-busy])").wait_for(timeout=SLOW_MS)


def complaints(page):
    """What axe finds that is serious or worse."""
    Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
    found = Axe().run(page, context=".wb", options={"resultTypes": ["violations"]})
    bad = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in bad]


def test_every_page_fits_a_desktop_and_a_phone_and_axe_finds_nothing_serious(served, page):
    failures = []
    page.on("pageerror", lambda error: failures.append(f"{error} {error.stack}"))
    page.set_default_timeout(SLOW_MS)
    page.goto(served.notebook("dashboard_fusion.ipynb"))
    settled(page, "Does fusing face and voice help?")
    for name, words in zip(
        PAGES, ("Does fusing", "What was labelled", "What is there", "A clip"), strict=True
    ):
        page.locator(f'.pages a[href="?page={name}"]').click()
        page.locator(f'.pages a[aria-current][href="?page={name}"]').wait_for()
        settled(page, words)
        for width, height in ((1280, 900), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            picture(page, name)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert complaints(page) == []
    page.locator("tbody a").first.click()
    settled(page, "explained")
    assert page.locator("canvas").count() == 0  # the picture comes when it is asked for, not before
    page.locator("[data-action=look]").click()
    page.locator("canvas.seen").wait_for()
    page.locator("[data-action=play]").click()
    page.wait_for_function("document.querySelector('line[data-cursor]').getAttribute('x1') > 100")
    picture(page, "clip-seen")
    assert complaints(page) == [] and failures == []


def test_a_way_down_is_in_the_address_goes_back_and_can_be_pasted(served, page):
    page.set_default_timeout(SLOW_MS)
    page.goto(served.notebook("dashboard_fusion.ipynb"))
    settled(page, "Does fusing")
    link = page.locator('.wb a[href*="system=audio"][href*="true=negative"][href*="said=negative"]').first
    n = int(link.inner_text())
    link.click()
    settled(page, f"{n} clips: voice only")
    assert "system=audio" in page.url and "page=fusion" in page.url
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert page.locator("tbody tr").count() == n
    pasted = page.url
    page.locator("tbody a").first.click()
    settled(page, "explained")
    page.go_back()
    settled(page, f"{n} clips: voice only")
    page.go_back()
    settled(page, "Does fusing")
    page.go_forward()
    settled(page, f"{n} clips: voice only")
    page.goto("about:blank")
    page.goto(pasted)
    settled(page, f"{n} clips: voice only")
    page.evaluate(
        "history.pushState({}, '', location.pathname + '?page=fusion&comparison=..%2F..%2Fetc&x=%3Cscript%3E')"
    )
    page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
    page.locator(".wb", has_text="Cannot be shown").wait_for()
    assert "Traceback" not in page.content()
