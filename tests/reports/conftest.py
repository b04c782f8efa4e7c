"""A world of runs written once and copied to each test that reads it."""

import shutil

import pytest

from tests.reports.world import write_world
from workbench.models.runs import Run
from workbench.project import Project


@pytest.fixture(scope="session")
def written_world(tmp_path_factory):
    """A project with visual, audio and audiovisual runs and their comparison; never to be changed."""
    project = Project.open(tmp_path_factory.mktemp("world"))
    return project, write_world(project)


@pytest.fixture
def runs(project, written_world):
    """The same runs in the test's own project: ``{network: run}``."""
    original, runs = written_world
    shutil.copytree(original.reports, project.reports, dirs_exist_ok=True)
    shutil.copytree(original.datasets, project.datasets, dirs_exist_ok=True)
    return {network: Run(project.runs / run.id) for network, run in runs.items()}
