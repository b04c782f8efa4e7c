"""The dashboards in a real Voila, seen by a real browser: a link, a way down, back, and the same address pasted elsewhere."""

import os
from pathlib import Path

import numpy as np
import pytest
from servers import copy_notebooks, running_voila
from timed_video import voice, write_timed_video

from tests.reports.managers_world import write_managers_world
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
    for clip in (path.stem for path in [media / f"s{speaker:02}-c{i}.mp4" for speaker in range(6, 12) for i in range(9)]):
        write_timed_video(
            media / f"{clip}.mp4", np.arange(9) * 0.04, sound=voice(0.36, rng=np.random.default_rng(1))
        )
    folder = tmp_path_factory.mktemp("voila")
    with running_voila(project.root, copy_notebooks(folder / "notebooks"), home=folder / "home") as server:
        yield server


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desktop", "phone"])
def sized(page, request):
    """The page in a desktop's and in a phone's size."""
    page.set_viewport_size({"width": request.param[0], "height": request.param[1]})
    page.set_default_timeout(SLOW_MS)
    return page


def picture(page, name):
    if folder := os.environ.get("WORKBENCH_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True)


def heading(page):
    return page.locator(".wb h1").inner_text()


def settled(page, words):
    """Wait until the page's heading has these words."""
    page.locator(".wb h1", has_text=words).wait_for(timeout=SLOW_MS)
    page.locator(".wb-place:not([aria-busy])").wait_for(timeout=SLOW_MS)


def test_every_page_is_opened_drilled_into_and_free_of_serious_complaints(served, sized):
    Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
    failures = []
    sized.on("pageerror", lambda error: failures.append(f"{error} {error.stack}"))
    sized.goto(served.notebook("dashboard_fusion.ipynb"))
    settled(sized, "Does fusing face and voice help?")
    for page, words in zip(PAGES, ("Does fusing", "What was labelled", "What is there", "A clip"), strict=True):
        sized.locator(f'.pages a[href="?page={page}"]').click()
        settled(sized, words)
        sized.locator(f'.pages a[aria-current][href="?page={page}"]').wait_for()
        picture(sized, page)
        assert sized.evaluate("document.documentElement.scrollWidth") <= sized.viewport_size["width"]
        found = Axe().run(sized, context=".wb", options={"resultTypes": ["violations"]})
        bad = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
        assert not bad, [(v["id"], v["nodes"][0]["html"][:200]) for v in bad]
    assert failures == []


def test_a_way_down_is_in_the_address_goes_back_and_can_be_pasted(served, page, browser):
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
    other = browser.new_context()
    fresh = other.new_page()
    fresh.goto(pasted)
    settled(fresh, f"{n} clips: voice only")
    other.close()


def test_the_picture_comes_when_it_is_asked_for_and_not_before(served, page):
    page.set_default_timeout(SLOW_MS)
    page.goto(served.notebook("dashboard_clip.ipynb"))
    settled(page, "A clip")
    page.locator("tbody a").first.click()
    settled(page, "explained")
    assert page.locator("canvas").count() == 0
    page.locator("[data-action=look]").click()
    page.locator("canvas.seen").wait_for()
    page.locator("[data-action=play]").click()
    page.locator("line[data-cursor]").first.wait_for(state="attached")
    page.wait_for_function("document.querySelector('line[data-cursor]').getAttribute('x1') > 100")
    picture(page, "clip-seen")


def test_a_hostile_address_gets_a_sentence(served, page):
    page.set_default_timeout(SLOW_MS)
    page.goto(f"{served.notebook('dashboard_fusion.ipynb')}&page=fusion&comparison=..%2F..%2Fetc%2Fpasswd&x=%3Cscript%3E")
    page.locator(".wb", has_text="Cannot be shown").wait_for()
    assert "Traceback" not in page.content()
