"""Notebooks are thin, carry no results, and run from top to bottom."""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook_path(request):
    return request.param


@pytest.fixture
def notebook(notebook_path):
    return nbformat.read(notebook_path, as_version=4)


def test_there_are_notebooks():
    assert ROOT / "notebooks" / "00_start.ipynb" in NOTEBOOKS


def test_a_notebook_is_numbered_or_a_dashboard(notebook_path):
    assert re.fullmatch(r"\d\d_[a-z_]+|dashboard_[a-z_]+", notebook_path.stem)


def test_a_notebook_is_thin(notebook):
    cells = code_cells(notebook)
    assert len(cells) <= 10
    for cell in cells:
        assert len(cell.source.splitlines()) <= 10, cell.source
        assert not re.search(r"^\s*(def|class|async def) ", cell.source, re.M), cell.source


def test_a_notebook_carries_no_results(notebook):
    for cell in code_cells(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None
    assert "widgets" not in notebook.metadata


def test_a_notebook_is_valid_and_asks_for_the_usual_kernel(notebook):
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"


def test_every_notebook_begins_by_saying_what_it_is_for(notebook, notebook_path):
    if not notebook_path.stem.startswith("dashboard_"):  # a dashboard's page says it itself
        assert notebook.cells[0].cell_type == "markdown"
        assert notebook.cells[0].source.startswith("# ")


def test_every_link_to_another_notebook_leads_there(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for name in re.findall(r"\]\(([^)\s:]+\.ipynb)\)", cell.source):
                assert (ROOT / "notebooks" / name).exists(), name


@pytest.mark.slow
@pytest.mark.notebook
def test_a_notebook_runs_from_top_to_bottom(notebook, demo_project, monkeypatch):
    from nbclient import NotebookClient

    monkeypatch.setenv("WORKBENCH_PROJECT", str(demo_project.root))
    folder = str(demo_project.root)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}}
    ).execute()
