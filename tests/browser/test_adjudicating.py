"""A person settles, by keys alone, what two others answered differently."""

import pytest

from workbench.datasets.catalog import Dataset
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def disputed(drawn_project):
    """Ada and Bob differ about three mouths."""
    clip = Dataset.open(drawn_project, "sample").table()["clip"].iloc[0]
    with LabelStore.open(drawn_project.labels) as store:
        for who, value in (("Ada", "open"), ("Bob", "closed")):
            for k in (3, 9, 15):
                store.record(
                    LabelEvent(
                        op_id=f"{who}-operation-{k}",
                        annotator=who,
                        question="mouth",
                        schema_version=2,
                        clip=clip,
                        start_s=0.03 * k,
                        end_s=0.03 * k,
                        kind="answer",
                        value=value,
                        details={"seconds_taken": 1.0 + k / 10},
                    )
                )
    return drawn_project


def item(page):
    return page.locator(".aw-court [data-item]").get_attribute("data-item")


def wait_for_other(page, before):
    page.wait_for_function(
        "b => document.querySelector('.aw-court [data-item]').dataset.item !== b", arg=before
    )


def verdicts(project):
    with LabelStore.open(project.labels, read_only=True) as store:
        return store.verdicts("mouth")


def test_verdicts_are_given_and_taken_back_by_keys_alone_and_blind(page, voila, disputed, screenshot):
    page.goto(voila.notebook("12_adjudicate.ipynb"))
    page.get_by_label("Your name").fill("Judge")
    page.keyboard.press("Enter")
    page.locator(".aw-court [data-item] img").first.wait_for()
    assert "Ada" not in page.locator(".aw-court").inner_text()
    court = page.locator(".aw-court")
    court.focus()
    first = item(page)
    page.keyboard.press("o")
    page.keyboard.press("Shift+Digit2")
    screenshot("adjudicate-chosen")
    page.keyboard.press("Enter")
    wait_for_other(page, first)
    kept = verdicts(disputed)
    assert kept["value"].tolist() == ["open"]
    assert kept["details"].iloc[0]["reason"] == "guideline gap"
    assert len(kept["details"].iloc[0]["settles"]) == 2
    assert "1 of 3 settled" in page.locator(".aw-court .status").inner_text()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "b => document.querySelector('.aw-court [data-item]').dataset.item === b", arg=first
    )
    page.get_by_text("Settled as open by you: guideline gap").wait_for()
    page.keyboard.press("Backspace")
    page.get_by_text("Not settled yet").wait_for()
    assert len(verdicts(disputed)) == 0
    page.keyboard.press("n")
    page.get_by_role("rowheader", name="Ada").wait_for()
    screenshot("adjudicate-names")


def test_the_panel_can_be_used_by_everybody(page, voila, disputed):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page.goto(voila.notebook("12_adjudicate.ipynb"))
    page.get_by_label("Your name").fill("Judge")
    page.get_by_role("button", name="Start").click()
    page.locator(".aw-court [data-item] img").first.wait_for()
    found = axe.Axe().run(page, context=".aw-court")
    assert found.response["violations"] == [], found.generate_report()
