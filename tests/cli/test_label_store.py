import json

import pytest
from typer.testing import CliRunner

from workbench.cli.app import app
from workbench.errors import InvalidInputError, StorageError
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore


@pytest.fixture
def labels(tmp_path):
    """A project's labels with three answers."""
    folder = tmp_path / "project" / "labels"
    with LabelStore.open(folder) as store:
        store.record_all(
            LabelEvent(f"operation-{k}", "Ada", "mouth", 2, "clip", k, k, "answer", "open") for k in range(3)
        )
    return folder


@pytest.fixture
def command(tmp_path):
    """Run a labels command on that project."""

    def run(*words):
        done = CliRunner().invoke(app, ["labels", *map(str, words), "--project", str(tmp_path / "project")])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return run


def test_a_backup_is_restored_by_the_commands_and_never_over_anything(labels, command, tmp_path):
    made = json.loads(command("backup", "--json").stdout)
    assert (made["events"], made["folder"].startswith(str(labels / "backups"))) == (3, True)
    assert "restored and compared" in command("backup", "--to", tmp_path / "elsewhere").stdout
    with pytest.raises(InvalidInputError, match="empty place"):
        command("restore", made["folder"])
    restored = json.loads(command("restore", made["folder"], "--to", tmp_path / "new", "--json").stdout)
    assert restored["to"] == str(tmp_path / "new" / "labels.db")
    with LabelStore.open(tmp_path / "new") as store:
        assert store.dump_sha256() == made["dump_sha256"]


def test_check_says_what_is_wrong_and_exits_with_one(labels, command):
    assert "3 events" in command("check").stdout
    with LabelStore.open(labels) as store, store.database.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER label_events_no_update")
        connection.exec_driver_sql("UPDATE label_events SET value = 'closed' WHERE sequence = 2")
    done = command("check", "--json")
    said = json.loads(done.stdout)
    assert (done.exit_code, said["ok"]) == (1, False)
    assert "the first at 2" in said["findings"][0]


def test_a_database_that_cannot_be_reached_is_not_used(labels, command):
    with pytest.raises(StorageError) as refused:
        command("use", "postgresql://ada:geheim@127.0.0.1:1/labels")
    assert "geheim" not in str(refused.value)
    assert not (labels / "database.url").exists()
    assert "labels.db" in command("use", "file").stdout
