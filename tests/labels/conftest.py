"""A store on either engine, and an answer to put into it."""

import itertools

import postgres
import pytest

from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_server():
    """A PostgreSQL server of our own; None where there are no programs for one."""
    with postgres.running_server() as server:
        yield server


@pytest.fixture
def new_place(tmp_path, request):
    """Make addresses of empty stores: ``new_place("sqlite")`` or ``new_place("postgresql")``."""
    number = itertools.count()

    def make(engine):
        if engine == "sqlite":
            return f"sqlite:///{tmp_path}/store-{next(number)}/labels.db"
        server = request.getfixturevalue("postgres_server")
        if server is None:
            pytest.skip(postgres.MISSING)
        return server.address()

    return make


@pytest.fixture(params=ENGINES)
def place(request, new_place):
    """The address of an empty store, on each engine in turn."""
    return new_place(request.param)


@pytest.fixture
def any_store(place):
    """An open, empty label store, on each engine in turn."""
    with LabelStore.open(place) as store:
        yield store


@pytest.fixture
def store(tmp_path):
    """An open, empty label store in a file."""
    with LabelStore.open(tmp_path / "labels") as store:
        yield store


@pytest.fixture
def event():
    """Make label events; every one has its own op_id unless one is given."""
    number = itertools.count()

    def make(kind="answer", value=None, **changes):
        given = {
            "op_id": f"operation-{next(number):04d}",
            "annotator": "Ada",
            "question": "mouth",
            "schema_version": 1,
            "clip": "clip.1a2b3c4d",
            "start_s": 0.3,
            "end_s": 0.3,
            "kind": kind,
            "value": ("open" if kind == "answer" else "") if value is None else value,
        }
        return LabelEvent(**(given | changes))

    return make
