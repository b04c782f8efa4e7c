"""Headless Chromium and real servers; every test of this folder carries the marker ``browser`` itself."""

import os
from pathlib import Path

import numpy as np
import pytest
from drawn_features import draw_dataset
from servers import copy_notebooks, running_lab, running_voila

from workbench.project import Project


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
    """Take a picture of the page: ``screenshot("name")``; kept in WORKBENCH_SCREENSHOTS when that is set."""
    folder = Path(os.environ.get("WORKBENCH_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return lambda name: page.screenshot(path=folder / f"{name}.png")


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
