"""The commands rights, consent and forget, and the doors that ask for them."""

import json

import pytest
from typer.testing import CliRunner

from tests.forgetting.world import voice
from workbench.cli.app import app
from workbench.datasets.catalog import Dataset
from workbench.errors import InvalidInputError
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore
from workbench.project import Project

GIVEN = ("--given", "2026-01-01", "--expires", "2099-01-01", "--proof", "shelf 3")


@pytest.fixture
def command(tmp_path):
    """Run a command on the test's project."""

    def run(*words):
        done = CliRunner().invoke(app, [*map(str, words), "--project", str(tmp_path / "project")])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return run


@pytest.fixture
def talk(tmp_path, command):
    """A dataset of two actors with an answer about each clip, nothing declared."""
    for actor in (1, 2):
        voice(tmp_path / "source" / f"03-01-03-01-01-01-0{actor}.wav")
    said = command("import", tmp_path / "source", "--name", "talk").stdout
    project = Project(tmp_path / "project")
    with LabelStore.open(project.labels) as store:
        for clip in Dataset(project.datasets / "talk").table()["clip"]:
            store.record(
                LabelEvent(
                    f"operation-{clip[-8:]}", "Ada", "sentiment", 2, clip, 0.3, 0.3, "answer", "neutral"
                )
            )
    return project, said


def test_an_import_says_what_comes_next_and_claims_no_consent_by_itself(talk):
    _, said = talk
    assert "`workbench rights talk` says what is missing" in said
    assert "If this is the published RAVDESS" in said
    assert "consent talk add --all" in said


def test_no_export_without_purpose_licence_and_consent_and_each_is_asked_for(talk, command, tmp_path):
    out = tmp_path / "labels.csv"
    for mend in (
        ("rights", "talk", "--purpose", "research"),
        ("rights", "talk", "--licence", "CC BY-NC-SA 4.0"),
        ("consent", "talk", "add", "actor-01", "--scope", "export", *GIVEN),
        ("consent", "talk", "add", "--all", *GIVEN),
    ):
        with pytest.raises(InvalidInputError) as refused:
            command("labels", "export", "--to", out)
        assert f"workbench {' '.join(mend[:2])}" in str(refused.value)
        assert not out.exists()
        assert command(*mend).exit_code == 0
    assert json.loads(command("labels", "export", "--to", out, "--json").stdout)["labels"] == 2
    assert "export    allowed" in command("rights", "talk").stdout
    assert "shelf 3" in command("consent", "talk", "list").stdout
    command("rights", "talk", "--purpose", "workplace")
    with pytest.raises(InvalidInputError, match=r"EU AI Act, Article 5\(1\)\(f\)"):
        command("labels", "export", "--to", out)


def test_pictures_leave_for_a_server_only_when_they_may(talk, command, tmp_path):
    token = tmp_path / "token"
    token.write_text("x" * 40)
    token.chmod(0o600)
    words = ("--question", "sentiment", "--number", 1, "--dataset", "talk", "--send-pictures")
    with pytest.raises(InvalidInputError, match="purpose must be declared"):
        command("labels", "sync", "https://example.org", *words, "--token-file", token)


def test_customers_are_told_with_a_notice(talk, command):
    assert "Article 50(3)" in command("rights", "talk", "--purpose", "customer-facing").stdout
    assert command("rights", "talk", "--notice").stdout.startswith("NOTICE")


def test_consents_come_in_with_an_import_or_from_a_table(talk, command, tmp_path):
    table = tmp_path / "c.csv"
    head = "speaker,given_utc,scope,expires_utc,proof\n"
    table.write_text(head + "actor-01,2026-01-01,all,2099-01-01,a\nactor-02,2026-01-01,all,2099-01-01,b\n")
    done = command(
        "import", tmp_path / "source", "--name", "talk", "--purpose", "research", "--licence", "L", "--consent", table
    )  # fmt: skip
    assert "Before dashboards" not in done.stdout
    assert json.loads(command("consent", "talk", "import", table, "--json").stdout)["added"] == 0
    with pytest.raises(InvalidInputError, match="must be one of the catalog"):
        command("consent", "talk", "add", "nobody", *GIVEN)
    with pytest.raises(InvalidInputError, match="one SPEAKER, or"):
        command("consent", "talk", "add", *GIVEN)


def test_who_withdraws_is_not_exported_and_then_forgotten(talk, command, tmp_path):
    project, _ = talk
    command("rights", "talk", "--purpose", "research", "--licence", "L")
    command("consent", "talk", "add", "--all", *GIVEN)
    assert (
        "workbench forget actor-01 --dataset talk"
        in command("consent", "talk", "withdraw", "actor-01").stdout
    )
    with pytest.raises(InvalidInputError, match="withdrawn by actor-01: erase with `workbench forget"):
        command("labels", "export", "--to", tmp_path / "l.csv")
    dry = json.loads(command("forget", "actor-01", "--dry-run", "--json").stdout)
    assert (dry["dry_run"], dry["n_clips"], dry["counts"]["labels"]) == (True, 1, 1)
    with pytest.raises(InvalidInputError, match="--yes"):
        command("forget", "actor-01")
    done = command("forget", "actor-01", "--yes")
    assert done.exit_code == 0
    assert "Nothing of them was found under the project any more" in done.stdout
    assert list(Dataset(project.datasets / "talk").table()["speaker"]) == ["actor-02"]
    assert json.loads(command("labels", "export", "--to", tmp_path / "l.csv", "--json").stdout)["labels"] == 1
    assert "refused" in command("import", tmp_path / "source", "--name", "talk").stdout
