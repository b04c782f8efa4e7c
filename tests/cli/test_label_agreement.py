"""The command that tells how far people agree: its JSON is a contract."""

import json

import pytest
from typer.testing import CliRunner

from workbench.cli.app import app


@pytest.fixture
def command(tmp_path):
    """Run a labels command on a project of its own."""

    def run(*words):
        done = CliRunner().invoke(app, ["labels", *map(str, words), "--project", str(tmp_path / "project")])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.stdout

    return run


@pytest.fixture
def table(tmp_path):
    rows = ["clip,question,start_s,end_s,annotator,value"]
    for item in range(12):
        for annotator, value in (("ann", item % 2), ("bob", item % 2 if item else 1), ("cid", item % 3 == 0)):
            rows.append(
                f"c{item % 6},mouth,{item * 0.3:.3f},{item * 0.3:.3f},{annotator},{('closed', 'open')[value]}"
            )
    path = tmp_path / "table.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_a_table_that_was_imported_is_judged(command, table):
    command("import", table)
    said = json.loads(command("agreement", "--question", "mouth", "--json"))
    assert (said["items"], said["annotators"]) == (12, 3)
    assert set(said["cohen_kappa"]) == {"ann|bob", "ann|cid", "bob|cid"}
    assert said["cohen_kappa"]["ann|bob"]["value"] == pytest.approx(1 - 1 / 6, abs=0.01)
    for key in ("percent", "fleiss_kappa", "krippendorff_alpha", "gwet_ac2"):
        assert said[key]["low"] <= said[key]["value"] <= said[key]["high"]
    assert json.loads(command("agreement", "--question", "mouth", "--json")) == said


def test_one_annotator_is_told_that_agreement_needs_two(command, tmp_path):
    (tmp_path / "one.csv").write_text(
        "clip,question,start_s,end_s,annotator,value\nc,mouth,0.3,0.3,ann,open\n"
    )
    command("import", tmp_path / "one.csv")
    said = json.loads(command("agreement", "--question", "mouth", "--json"))
    assert said["cohen_kappa"] == {}
    assert set(said["krippendorff_alpha"]) == {"undefined"}
    assert "needs two" in command("agreement", "--question", "mouth")


def test_a_project_without_labels_answers_and_stays_as_it_is(command, tmp_path):
    said = json.loads(command("agreement", "--question", "sentiment", "--json"))
    assert said["items"] == 0
    assert list((tmp_path / "project" / "labels").iterdir()) == []
