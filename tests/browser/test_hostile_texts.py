"""Sixty texts planted wherever one may be: no page, report or publication runs, loads or makes anything of them."""

import html

import pytest
from hostile import CREATED, PAYLOADS, Watch, write_hostile_world

from workbench.project import Project
from workbench.reports.alarms import alarms_of
from workbench.reports.audience import audience_for
from workbench.reports.html import page as report_page
from workbench.reports.publish import publish
from workbench.reports.stored import latest_comparison

pytestmark = pytest.mark.browser
ADDRESS = "http://pages.test/"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    project = Project.open(tmp_path_factory.mktemp("hostile"))
    return project, write_hostile_world(project)


def without_policy(text):
    """Return a page without what would keep a script from running: it must hold none."""
    assert text.count("Content-Security-Policy") == 1
    return text.replace("Content-Security-Policy", "Nothing")


def test_no_page_report_or_publication_takes_a_text_for_more(page, world):
    pages = documents(*world)
    watch = Watch(page, lambda address: address.startswith((ADDRESS, "data:image/svg+xml")))
    page.route(f"{ADDRESS}*", lambda route: route.fulfill(
        body=pages.get(route.request.url.removeprefix(ADDRESS), ""), content_type="text/html; charset=utf-8"
    ))  # fmt: skip
    shown = ""
    for name, body in pages.items():
        page.goto(ADDRESS + name)
        assert page.evaluate(CREATED) == [], name
        shown += page.evaluate(
            "document.documentElement.textContent + [...document.images].map((i) => i.alt)"
        )
        page.evaluate(
            "text => { document.body.innerHTML = text; }", body
        )  # as the dashboards put a page in its place
        assert page.evaluate(CREATED) == [], name
    page.wait_for_timeout(200)
    assert watch.found() == []
    missing = [text for text in PAYLOADS if "".join(text.split()) not in "".join(shown.split())]
    assert missing == []  # every one of them was there to be seen
    assert len(pages) > 15


def test_the_watch_sees_what_an_unescaped_text_would_do(page):
    """Every test above would fail: most of the texts do something as soon as they are markup."""
    watch = Watch(page, lambda address: address.startswith(ADDRESS))
    page.route(f"{ADDRESS}*", lambda route: route.fulfill(body="<p>x</p>", content_type="text/html"))
    page.route("http://xss.invalid/*", lambda route: route.abort())
    page.goto(ADDRESS)
    caught = 0
    for text in PAYLOADS:
        if "refresh" in text:
            continue  # it would, and take the page away
        page.evaluate("text => { document.body.innerHTML = text; }", text)
        caught += bool(page.evaluate(CREATED))
    assert caught >= 35
    page.wait_for_timeout(200)
    assert len(watch.fired) >= 5 and any("xss.invalid" in address for address in watch.requests)


def documents(project, runs):
    """Return names and content of: the HTML report, a page of each kind, and the notebook's table of alarms."""
    mistune = pytest.importorskip("mistune")
    made = publish(project, role="analyst", most_pages=90)
    found = {
        "report": without_policy(report_page(project, runs["audiovisual"], audience_for(project, "analyst")))
    }
    seen = {}
    for name in sorted(made.manifest["files"]):
        if name.endswith(".html"):
            text = without_policy((made.folder / name).read_text(encoding="utf-8"))
            kind = (name.split("-")[0], text.partition("<h1")[2][:24])
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] <= 3:
                found[name] = text
    markdown = mistune.create_markdown(escape=False, plugins=["table", "url", "strikethrough", "math"])
    alarms = alarms_of(project, latest_comparison(project))
    found["alarms"] = f"<html lang='en'><body>{markdown(alarms)}</body></html>"
    assert html.unescape(found["alarms"]).count("<tr>") > 8 and "<a " not in found["alarms"]
    return found
