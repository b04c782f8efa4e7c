"""The report and a published page: usable by everybody, on a desktop, a phone and paper."""

from itertools import pairwise

import pytest

from tests.reports.test_group_accuracy import write_catalog
from tests.reports.world import write_world
from workbench.project import Project
from workbench.reports.publish import publish

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    project = Project.open(tmp_path_factory.mktemp("published"))
    write_world(project, n_speakers=20)
    write_catalog(project, n_speakers=20)
    return publish(project, most_pages=30).folder


@pytest.mark.parametrize("width", [1280, 390])
def test_the_report_and_its_pages_are_usable_by_everybody(page, folder, screenshot, width):
    page.set_viewport_size({"width": width, "height": 844})
    axe, wrong = pytest.importorskip("axe_playwright_python.sync_playwright").Axe(), []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    names = ["report.html", "index.html", sorted(p.name for p in folder.glob("clip-*.html"))[0]]
    for name in names:
        page.goto((folder / name).as_uri())
        screenshot(f"{name}-{width}")
        found = axe.run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        too_wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert too_wide <= 0, name
    assert wrong == []


def test_the_report_is_walked_through_by_keys(page, folder):
    page.goto((folder / "report.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the report"
    page.keyboard.press("Enter")
    assert page.url.endswith("#report")
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]))")
    assert levels[0] == 1 and all(b - a <= 1 for a, b in pairwise(levels))
    assert page.locator("main, header, footer, nav").count() == 4
    page.get_by_role("link", name="Model card").click()
    assert page.get_by_role("heading", name="Model card").is_visible()
    for cell in page.locator("thead th").all():
        assert cell.get_attribute("scope") in ("col", "colgroup")


def test_paper_holds_every_table_whole(page, folder):
    page.goto((folder / "report.html").as_uri())
    page.emulate_media(media="print")
    assert not page.locator(".contents, .skip").first.is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.wide')).overflowX") == "visible"
    assert page.evaluate("getComputedStyle(document.querySelector('tr')).breakInside") == "avoid"
