import importlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from timed_video import voice, write_timed_video

from tests.reports.managers_world import write_catalog, write_managers_world
from tests.rights_world import declare
from workbench.dashboards.pages import stored_stamp
from workbench.errors import InvalidInputError
from workbench.files import write_json
from workbench.reports.audience import audience_for
from workbench.reports.clip_media import clip_media
from workbench.reports.names_shown import ClipNames
from workbench.reports.pseudonyms import Pseudonyms

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PAGES = ("fusion", "labels", "data", "clip")
SIZES = {"n_speakers": 6, "n_clips": 2}


def build(project, page, **role):
    return importlib.import_module(f"workbench.dashboards.{page}").build(project, **role)


@pytest.mark.parametrize("page", PAGES)
def test_a_dashboard_opens_at_its_page_as_a_manager_sees_it(project, page):
    bar = build(project, page)
    assert f'data-page="{page}"' in bar.html and bar.sheet.startswith(".wb")
    assert "You came as an annotator" in build(project, page, role="annotator").html or page == "labels"
    with pytest.raises(InvalidInputError, match="role"):
        build(project, page, role="admin")


def test_stored_results_that_change_are_seen(project):
    before = stored_stamp(project)
    assert stored_stamp(project) == before
    write_managers_world(project, **SIZES)
    assert stored_stamp(project) != before


@pytest.mark.parametrize("page", PAGES)
def test_a_notebook_is_one_call_without_outputs(page):
    notebook = json.loads((NOTEBOOKS / f"dashboard_{page}.ipynb").read_text())
    (cell,) = notebook["cells"]
    assert cell["cell_type"] == "code" and cell["outputs"] == [] and cell["execution_count"] is None
    assert f"from workbench.dashboards.{page} import build" in "".join(cell["source"])
    assert "widgets" not in notebook["metadata"]


@pytest.fixture
def seen(project, rng):
    """A project with one recording that can be seen and heard, and its key."""
    table = write_catalog(project, **SIZES)
    declare(project)
    clip = table["clip"].iloc[0]
    media = project.dataset_folder("sample") / "media"
    media.mkdir()
    write_timed_video(media / f"{clip}.mp4", np.arange(9) * 0.04, sound=voice(0.36, rng=rng))
    names = ClipNames.of(project, Pseudonyms("", audience_for(project, "manager")), "sample")
    return project, names.keys[clip]


def test_a_manager_sees_no_face_and_hears_nobody_unless_the_settings_say_so(seen):
    project, key = seen
    meta, buffers = clip_media(project, key, audience=audience_for(project, "manager"))
    assert meta["sound"] is None and len(buffers) == 9 and "hidden" in meta["words"] and meta["clip"] == key
    write_json(project.reports / "settings.json", {"manager": {"voices": True, "blur_faces": False}})
    meta, _ = clip_media(project, key, audience=audience_for(project, "manager"))
    assert meta["sound"] is not None and meta["words"] == ""


def test_nothing_is_sent_of_what_may_not_be_shown(seen):
    project, key = seen
    with pytest.raises(InvalidInputError, match="none of that key"):
        clip_media(project, "0" * 12, audience=audience_for(project, "analyst"))
    with pytest.raises(InvalidInputError, match="annotator"):
        clip_media(project, key, audience=audience_for(project, "annotator"))
    (project.dataset_folder("sample") / "rights.json").unlink()
    with pytest.raises(InvalidInputError, match="purpose"):
        clip_media(project, key, audience=audience_for(project, "manager"))


@pytest.mark.notebook
@pytest.mark.slow
def test_a_notebook_runs_from_top_to_bottom(project, monkeypatch):
    import nbformat
    from nbclient import NotebookClient

    write_managers_world(project, **SIZES)
    monkeypatch.setenv("WORKBENCH_PROJECT", str(project.root))
    notebook = nbformat.read(NOTEBOOKS / "dashboard_fusion.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    assert "application/vnd.jupyter.widget-view+json" in notebook.cells[0].outputs[0]["data"]


@pytest.mark.parametrize("damage", ["gone", "no recording", "features"])
def test_a_recording_that_cannot_be_read_names_neither_file_nor_folder_to_a_manager(seen, damage):
    project, key = seen
    clip = pd.read_csv(project.dataset_folder("sample") / "catalog.csv", dtype=str)["clip"][0]
    media = project.dataset_folder("sample") / "media" / f"{clip}.mp4"
    if damage == "gone":
        media.unlink()
    elif damage == "no recording":
        media.write_bytes(b"x" * 900)
    else:
        (features := project.dataset_folder("sample") / "features" / clip).mkdir(parents=True)
        (features / "features.npz").write_bytes(b"x")
        (features / "report.json").write_text("{")
    for role, named in (("manager", False), ("analyst", True)):
        sent = []
        bar = build(project, "clip", role=role)
        bar.send = lambda message, buffers=(), sent=sent: sent.append(message)
        bar._receive(bar, {"type": "look", "clip": key, "id": 1})
        if damage == "features" and role == "analyst":
            continue  # an analyst's pictures need no features
        (answer,) = sent
        assert answer["type"] == "trouble"
        assert (clip in answer["message"]) is named
        assert named or str(project.root) not in answer["message"]


@pytest.mark.parametrize("content", [[1], "x", None, {"type": []}, {"type": "open"}, {}])
def test_a_message_of_the_wrong_form_is_answered_in_words(project, content):
    sent = []
    bar = build(project, "fusion")
    bar.send = lambda message, buffers=(): sent.append(message)
    bar._receive(bar, content)
    assert [message["type"] for message in sent] == ["trouble"]
