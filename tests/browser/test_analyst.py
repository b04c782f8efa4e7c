"""An analyst trains, stops a training, and looks at what was learnt, in the browser she uses."""

import shutil

import nbformat
import pytest
from servers import copy_notebooks, running_lab, running_voila

from workbench.models.runs import Run
from workbench.project import Project
from workbench.reports.stored import list_runs

pytestmark = pytest.mark.browser

TINY = {"network": '"visual"', "epochs": "2", "per_class_train": "16", "n_moments": "60"}
FIGURES = (
    "figures of 21_understand: pairs too alike, confusion, two of trust, saliency of face and voice, their two maps",
    8,
)
PATIENCE_MS = 120_000
ERROR = "[data-mime-type='application/vnd.jupyter.error']"
STDERR = "[data-mime-type='application/vnd.jupyter.stderr']"


def make_tiny(notebook):
    """Set the parameters of a notebook's copy to a training of seconds."""
    content = nbformat.read(notebook, as_version=4)
    (cell,) = (c for c in content.cells if "parameters" in c.metadata.get("tags", []))
    lines = [line.split(" = ")[0] for line in cell.source.splitlines()]
    cell.source = "\n".join(
        f"{name} = {TINY[name]}" if name in TINY else line
        for name, line in zip(lines, cell.source.splitlines(), strict=True)
    )
    nbformat.write(content, notebook)


@pytest.fixture(scope="module")
def trained(demo_project, tmp_path_factory):
    """A copy of the trained project, so that it may be trained further, and of the notebooks with tiny settings."""
    folder = tmp_path_factory.mktemp("analyst")
    shutil.copytree(demo_project.root, folder / "project")
    notebooks = copy_notebooks(folder / "notebooks")
    for name in ("20_train.ipynb", "21_understand.ipynb"):
        make_tiny(notebooks / name)
    return Project.open(folder / "project"), notebooks


@pytest.fixture(scope="module")
def lab(trained, tmp_path_factory):
    project, notebooks = trained
    with running_lab(project.root, notebooks, home=tmp_path_factory.mktemp("lab") / "home") as server:
        yield server


@pytest.fixture(scope="module")
def voila(trained, tmp_path_factory):
    project, notebooks = trained
    with running_voila(project.root, notebooks, home=tmp_path_factory.mktemp("voila") / "home") as server:
        yield server


def run_all(page, server, name):
    page.goto(f"{server.notebook(name)}&reset")  # without the tabs of the test before
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.get_by_text("(ipykernel) | Idle").wait_for()  # cells run before this are not run at all
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def button(page, name):
    return page.locator(".widget-button", has_text=name)  # its accessible name begins with the icon's sign


def test_a_training_is_started_watched_and_stopped_in_jupyterlab(page, lab, trained, screenshot):
    project, _ = trained
    before = {run.id for run in list_runs(project)}
    page.set_viewport_size({"width": 1280, "height": 1300})
    run_all(page, lab, "20_train.ipynb")
    page.get_by_role(
        "cell", name="audiovisual", exact=True
    ).wait_for()  # the last cell has run and has the focus
    n_cells = page.locator(".jp-Notebook .jp-Cell").count()
    button(page, "Train").press("Enter")  # without a mouse
    page.get_by_text("visual: epoch").wait_for(timeout=PATIENCE_MS)
    screenshot("analyst-running")
    page.get_by_text("Finished and judged.").wait_for(timeout=PATIENCE_MS)
    curves = page.locator(".widget-image")
    curves.wait_for()
    assert curves.evaluate("image => image.complete && image.naturalWidth") > 500
    screenshot("analyst-finished")
    (new,) = {run.id for run in list_runs(project)} - before
    assert Run.open(project, new).facts()["status"] == "finished"
    assert Run.open(project, new).history()["epoch"].tolist() == [1, 2]

    button(page, "Train").click()
    button(page, "Stop").click()
    page.get_by_text("Stopped: no epoch was finished yet.").wait_for()
    assert page.locator(".widget-image").count() == 0
    assert button(page, "Train").is_enabled() and button(page, "Stop").is_disabled()
    assert page.locator(".jp-Notebook .jp-Cell").count() == n_cells
    screenshot("analyst-stopped")


def check_figures(page):
    """Wait until every figure is there, drawn, and nothing complains."""
    what, n_figures = FIGURES
    images = page.locator(".jp-RenderedImage img")
    page.wait_for_function(
        "n => document.querySelectorAll('.jp-RenderedImage img').length >= n",
        arg=n_figures,
        timeout=PATIENCE_MS,
    )
    widths = [image.evaluate("i => i.complete ? i.naturalWidth : 0") for image in images.all()]
    assert len(widths) == n_figures, f"{what}: {widths}"
    pairs, *others = widths  # the pairs may be one line that says there are none
    assert min(others) > 800 and pairs > 600, f"{what}: {widths}"
    assert page.locator(ERROR).count() == 0
    assert page.locator(STDERR).count() == 0, page.locator(STDERR).first.inner_text()
    assert page.get_by_text("cannot be told apart").or_(page.get_by_text("more often right")).count() > 0


def test_what_was_learnt_is_seen_in_jupyterlab(page, lab, screenshot):
    page.set_viewport_size({"width": 1280, "height": 6000})  # JupyterLab draws what is in sight
    run_all(page, lab, "21_understand.ipynb")
    check_figures(page)
    screenshot("analyst-understand-lab")


def test_what_was_learnt_is_seen_in_voila(page, voila, screenshot):
    page.set_viewport_size({"width": 1280, "height": 6000})
    page.goto(voila.notebook("21_understand.ipynb"), wait_until="commit")  # it loads as long as cells run
    check_figures(page)
    screenshot("analyst-understand-voila")
