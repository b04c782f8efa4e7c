import json
import subprocess
import sys
from pathlib import Path

import ipywidgets as widgets
import pytest

from tests.reports.world import write_world
from workbench.dashboards.fusion import build
from workbench.files import write_text

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "dashboard_fusion.ipynb"
HOSTILE = "<script>alert(1)</script>"


def html(page):
    return page.children[-1].value


def test_an_empty_project_says_what_to_run(project):
    shown = html(build(project))
    assert (
        "Not known yet" in shown
        and "workbench train NAME --network all" in shown
        and "workbench demo" in shown
    )


def test_the_answer_its_chart_and_whom_it_was_tested_on_stand_first(project):
    write_world(project)
    shown = html(build(project))
    first = shown[: shown.index("<details>")]
    assert "Face and voice together do better than either alone." in first
    assert "54 clips of 6 people" in first and "by speaker" in first
    assert 'src="data:image/svg+xml;base64,' in first and "with 95% intervals" in first


def test_another_comparison_can_be_chosen(project):
    write_world(project, n_speakers=6, n_clips=4, split_kind="frame", name="20201121-101500-paper")
    write_world(project, n_speakers=6, n_clips=4)
    page = build(project)
    chooser = next(child for child in page.children if isinstance(child, widgets.Dropdown))
    assert [value for _, value in chooser.options] == ["20261121-101500-sample", "20201121-101500-paper"]
    assert "flatter" not in html(page)
    chooser.value = "20201121-101500-paper"
    assert "These figures flatter" in html(page) and "Cannot be answered" in html(page)


def test_one_comparison_needs_no_choice(project):
    write_world(project, n_speakers=6, n_clips=4)
    assert not [child for child in build(project).children if isinstance(child, widgets.Dropdown)]


def test_a_damaged_comparison_is_said_on_the_page_not_raised(project):
    write_text(project.reports / "comparisons" / f"{'x'}.json", "{")
    shown = html(build(project))
    assert "Cannot be shown" in shown and "damaged" in shown


def test_text_from_stored_files_stays_text(project):
    runs = write_world(project, n_speakers=6, n_clips=4)
    evaluation = runs["visual"].folder / "evaluation.json"
    content = json.loads(evaluation.read_text())
    content["warnings"].append({"code": "x", "message": HOSTILE})
    write_text(evaluation, json.dumps(content))
    shown = html(build(project))
    assert HOSTILE not in shown and "&lt;script&gt;alert(1)" in shown


def test_the_page_writes_nothing(project):
    write_world(project, n_speakers=6, n_clips=4)
    before = sorted(project.root.rglob("*"))
    build(project)
    assert sorted(project.root.rglob("*")) == before


def test_no_network_is_loaded_to_show_results(project):
    write_world(project, n_speakers=6, n_clips=4)
    code = (
        "import sys; from workbench.dashboards.fusion import build; from workbench.project import Project\n"
        "build(Project.open(sys.argv[1]))\n"
        "print(*[m for m in ('tensorflow', 'keras', 'dlib', 'librosa', 'av', 'sklearn', 'scipy.stats', 'seaborn') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(project.root)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_the_notebook_is_one_call_without_outputs():
    notebook = json.loads(NOTEBOOK.read_text())
    assert [cell["cell_type"] for cell in notebook["cells"]] == ["code"]
    assert notebook["cells"][0]["outputs"] == [] and notebook["cells"][0]["execution_count"] is None
    assert "widgets" not in notebook["metadata"]


@pytest.mark.notebook
def test_the_notebook_runs_from_top_to_bottom(project, monkeypatch):
    import nbformat
    from nbclient import NotebookClient

    write_world(project, n_speakers=6, n_clips=4)
    monkeypatch.setenv("WORKBENCH_PROJECT", str(project.root))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    assert "application/vnd.jupyter.widget-view+json" in notebook.cells[0].outputs[0]["data"]
