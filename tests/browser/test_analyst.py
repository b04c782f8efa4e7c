"""An analyst trains, stops a training, and looks at what was learnt, in the browser she uses."""

import shutil

import nbformat
import pytest
from servers import copy_notebooks, running_lab, running_voila

from workbench.labels.store import LabelStore
from workbench.models.runs import Run
from workbench.project import Project
from workbench.reports.stored import list_runs

pytestmark = pytest.mark.browser

TINY = {"network": '"visual"', "epochs": "2", "per_class_train": "16", "n_moments": "60", "n_saliency": "4"}
FIGURES = "pairs too alike, confusion, two of trust, saliency of faces and of a clip", 6
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


def check_views(page):
    """Wait until errors, map and timeline are there, each with what it shows first."""
    page.locator(".aw-explorer .aw-card img").first.wait_for(timeout=PATIENCE_MS)
    page.locator(".aw-map-plot[data-painter]").wait_for(timeout=PATIENCE_MS)
    page.locator(".aw-timeline-explorer[data-stage=there]").wait_for(timeout=PATIENCE_MS)


def lasso_everything(page):
    """Draw a lasso along the edge of the map."""
    over = page.locator(".aw-map-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    left, top, right, bottom = (
        box["x"] + 4,
        box["y"] + 4,
        box["x"] + box["width"] - 4,
        box["y"] + box["height"] - 4,
    )
    page.mouse.move(left, top)
    page.mouse.down()
    for corner in ((right, top), (right, bottom), (left, bottom)):
        page.mouse.move(*corner, steps=5)
    page.mouse.up()


def decide_otherwise(page):
    """Move alpha until the decision is redrawn, and return how many redraws that were."""
    page.evaluate("window.redrawn = 0; document.addEventListener('aw-redrawn', () => (window.redrawn += 1));")
    alpha = page.get_by_role("slider", name="alpha")
    alpha.focus()
    page.keyboard.press("End")
    page.wait_for_function("window.redrawn > 0")
    assert float(alpha.input_value()) == 1.0
    strip = page.locator(".aw-flips[data-of=alpha]").inner_text()
    assert page.locator(".aw-timeline-explorer").get_attribute("data-decision") in strip


def correct_one(page, project):
    """Click the fullest wrong cell, and correct its first moment under one's name; return the stored event."""
    page.get_by_role("tab", name="Confusion and groups").click()
    page.locator(".aw-group").first.wait_for()
    cells = page.locator(".aw-cell")
    wrong = [
        cell
        for cell in cells.all()
        if cell.get_attribute("data-first") != cell.get_attribute("data-second")
        and int(cell.locator("strong").inner_text())
    ]
    wrong[0].click()
    page.locator(".aw-title", has_text="taken for").wait_for()
    name = page.locator(".aw-explorer").get_by_label("Your name")
    name.fill("Ada")
    name.press("Tab")
    page.wait_for_timeout(500)  # the cards come anew, under that name
    page.locator(".aw-card").first.get_by_role("button", name="neutral").click()
    page.locator(".aw-card[data-state=saved]", has_text="saved: neutral").wait_for()
    with LabelStore.open(project.labels, read_only=True) as store:
        return store.history("sentiment").iloc[-1]


def test_an_analyst_goes_through_all_of_it_in_jupyterlab(page, lab, trained, screenshot):
    project, _ = trained
    page.set_viewport_size({"width": 1400, "height": 9000})  # JupyterLab draws what is in sight
    run_all(page, lab, "21_understand.ipynb")
    check_views(page)
    check_figures(page)
    screenshot("analyst-understand-lab")

    event = correct_one(page, project)
    assert [event["kind"], event["value"], event["annotator"]] == ["answer", "neutral", "Ada"]
    lasso_everything(page)
    page.wait_for_function("document.querySelector('.aw-map').dataset.chosen > 0")
    page.locator(".aw-restricted", has_text="lasso on the map").wait_for()  # the errors show the same
    decide_otherwise(page)
    screenshot("analyst-driven-lab")
    assert page.locator(ERROR).count() == 0


def test_what_was_learnt_is_seen_in_voila(page, voila, screenshot):
    page.set_viewport_size({"width": 1400, "height": 9000})
    page.goto(voila.notebook("21_understand.ipynb"), wait_until="commit")  # it loads as long as cells run
    check_views(page)
    check_figures(page)
    decide_otherwise(page)
    screenshot("analyst-understand-voila")
