"""The world of canaries, written once, and what is left of it after one speaker was forgotten."""

import shutil
from dataclasses import replace

import pytest

from tests import postgres
from tests.forgetting.world import SPEAKER, make_world
from workbench.forgetting.run import forget, look
from workbench.project import Project


def copy_of(world, folder):
    """Copy a world, the files outside its project too."""
    old = world.outside.parent
    for name in ("project", "outside"):
        shutil.copytree(old / name, folder / name)
    register = folder / "project" / "reports" / "written.jsonl"
    register.write_text(register.read_text().replace(str(old), str(folder)))
    return replace(world, project=Project(folder / "project"), outside=folder / "outside")


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """The world. Read it, do not change it."""
    folder = tmp_path_factory.mktemp("canaries")
    return make_world(Project.open(folder / "project"), folder)


@pytest.fixture
def world(written, tmp_path):
    """A world to erase from."""
    return copy_of(written, tmp_path)


@pytest.fixture(scope="session")
def after(written, tmp_path_factory):
    """The world after its speaker was forgotten, what a dry run had said, and what was done. Read it only."""
    world = copy_of(written, tmp_path_factory.mktemp("forgotten"))
    would = look(world.project, SPEAKER)
    return world, would, forget(world.project, SPEAKER)


@pytest.fixture(scope="session")
def postgres_address():
    """The address of an empty PostgreSQL database, and a way to look at its server's files."""
    with postgres.running_server() as server:
        if server is None:
            pytest.skip(postgres.MISSING)
        yield server, server.address()
