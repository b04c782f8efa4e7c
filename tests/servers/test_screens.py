"""What a person sees first: the start notebook in JupyterLab, in a real browser."""

import os
from pathlib import Path

import pytest

from workbench.project import Project
from workbench.servers.processes import running
from workbench.servers.start import lab_server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address of JupyterLab that `workbench lab` would print, for a new project."""
    project = Project.open(tmp_path_factory.mktemp("project"))
    lab = lab_server(project, tmp_path_factory.mktemp("private") / "lab")
    with running([lab]):
        yield lab.url


@pytest.fixture
def page(browser):
    """A page in a profile of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(90_000)
    yield context.new_page()
    context.close()


def keep(page, name, tmp_path):
    """Take a picture for people to look at; in WORKBENCH_SCREENSHOTS when that is set."""
    folder = Path(os.environ.get("WORKBENCH_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")


def test_the_start_notebook_is_open_and_its_button_starts_and_stops_the_loop(address, page, tmp_path):
    page.goto(address)
    page.get_by_role("heading", name="Affect Workbench").wait_for()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    page.get_by_role("button", name="Run the whole loop").click()
    page.get_by_text("sample:").wait_for()  # the first step, told by the process itself
    keep(page, "lab-loop", tmp_path)
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stopped. What is finished is kept").wait_for()
    assert page.get_by_text("Would you like to").count() == 0  # no dialog of JupyterLab's in the way
