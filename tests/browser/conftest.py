"""Headless Chromium and real servers; every test of this folder carries the marker ``browser`` itself."""

import os
from pathlib import Path

import numpy as np
import pytest
from bare_page import BarePage
from by_hand import ready
from drawn_features import draw_dataset
from servers import copy_notebooks, running_lab, running_voila

from workbench.project import Project
from workbench.widgets.labelling_desk import label_frames


@pytest.fixture
def page(browser, request):
    """A fresh page in a fresh profile."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    page = context.new_page()
    yield page
    if folder := os.environ.get("WORKBENCH_SCREENSHOTS"):  # what the page looked like when the test ended
        page.screenshot(path=Path(folder) / f"end-{request.node.name[:60]}.png")
    context.close()


@pytest.fixture
def screenshot(page, tmp_path):
    """Take a picture of the page: ``screenshot("name")``, of another one ``screenshot("name", page)``; kept in WORKBENCH_SCREENSHOTS when that is set."""
    folder = Path(os.environ.get("WORKBENCH_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return lambda name, of=page: of.screenshot(path=folder / f"{name}.png")


@pytest.fixture(scope="module")
def drawn_project(tmp_path_factory):
    """A project with a small extracted dataset ``sample``; one per test module."""
    project = Project.open(tmp_path_factory.mktemp("project"))
    draw_dataset(project, np.random.default_rng(7))
    return project


@pytest.fixture(scope="module")
def lab(drawn_project, tmp_path_factory):
    """JupyterLab on a copy of the notebooks."""
    folder = tmp_path_factory.mktemp("lab")
    with running_lab(
        drawn_project.root, copy_notebooks(folder / "notebooks"), home=folder / "home"
    ) as server:
        yield server


@pytest.fixture(scope="module")
def voila(drawn_project, tmp_path_factory):
    """Voila on a copy of the notebooks."""
    folder = tmp_path_factory.mktemp("voila")
    with running_voila(
        drawn_project.root, copy_notebooks(folder / "notebooks"), home=folder / "home"
    ) as server:
        yield server


@pytest.fixture
def labelling(page, drawn_project, request):
    """Open the page for an annotator of the test's own name: ``labelling(**options)``."""

    def opened(on=page, name=request.node.name[5:60], question="mouth", **options):
        options = {"annotator": name, "n_tasks": 60} | options
        bare = BarePage(on, label_frames(drawn_project, "sample", question, **options))
        bare.name = name
        on.set_default_timeout(15_000)
        bare.open()
        if options["annotator"]:
            ready(bare)
        return bare

    return opened
