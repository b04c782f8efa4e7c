"""`workbench map`: the figure, the table of coordinates, and what is said about them."""

import json

import numpy as np
import pandas as pd
import pytest
from drawn_features import draw_dataset
from typer.testing import CliRunner

from workbench.cli.app import app
from workbench.errors import InvalidInputError
from workbench.models.architectures import build
from workbench.models.runs import Run
from workbench.project import Project


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    project = Project.open(tmp_path_factory.mktemp("map") / "project")
    dataset = draw_dataset(project, np.random.default_rng(4), n_moments=10, speakers=("=1+1", "02", "03"))
    run = Run.create(
        project, dataset="sample", network="mouth", seed=0, facts={"companions": {}, "split": "speaker"}
    )
    clips = dataset.table()[["clip", "speaker"]]
    run.write_split(
        clips.assign(part=clips["speaker"].map({"=1+1": "train", "02": "validation", "03": "test"}))
    )
    run.save_network(build("mouth"))
    run.update(status="finished")
    return project, run


def said(project, *words):
    done = CliRunner().invoke(
        app, ["map", *map(str, words), "--project", str(project.root)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.slow
def test_a_map_is_written_as_a_figure_and_as_a_table(world, tmp_path):
    project, run = world
    lines = said(project, run.id, "--method", "pca", "--to", tmp_path / "map.png").splitlines()
    assert lines[0] == "mouth, layer dense_500: PCA of 60 moments"
    assert lines[1] == "20 of train (learnt from), 20 of validation, 20 of test"
    assert lines[2].startswith("trustworthiness 0.") and "60 of 60 points asked" in lines[2]
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
    answer = json.loads(said(project, run.id, "--method", "pca", "--to", tmp_path / "map.csv", "--json"))
    table = pd.read_csv(tmp_path / "map.csv")
    assert list(table.columns[:4]) == ["x", "y", "clip", "speaker"] and len(table) == answer["n"] == 60
    assert set(table["speaker"].astype(str)) == {
        "'=1+1",
        "02",
        "03",
    }  # no spreadsheet takes a name for a formula
    assert table["clip"].str.startswith("'=1+1-").sum() == 20
    assert answer["trustworthiness"]["value"] == pytest.approx(float(lines[2].split()[1]), abs=5e-4)


def test_another_ending_is_refused_before_anything_is_computed(world, tmp_path):
    with pytest.raises(InvalidInputError, match=r"\.png, \.svg, \.csv. Received map.gif"):
        said(world[0], world[1].id, "--to", tmp_path / "map.gif")
