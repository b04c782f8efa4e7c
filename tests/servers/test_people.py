"""Accounts: kept in a private file, never a password in it, and refused in words when a rule is broken."""

import json

import pytest
from typer.testing import CliRunner

from workbench.cli.app import app
from workbench.errors import InvalidInputError, StorageError
from workbench.project import Project
from workbench.servers.people import People, fits

GOOD = "a long enough phrase"


@pytest.fixture
def people(project):
    return People(project)


def test_a_person_is_found_with_role_and_a_hash_that_only_the_password_fits(people):
    people.add("Ada Ł.", "analyst", GOOD)
    ada = people.find("Ada Ł.")
    assert ada.role == "analyst"
    assert fits(GOOD, ada.password_hash) and not fits(GOOD + "x", ada.password_hash)
    assert GOOD not in people.file.read_text() and "argon2id" in ada.password_hash


def test_the_file_is_private_from_its_first_byte(people):
    people.add("ada", "manager", GOOD)
    assert people.file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_may_read_is_refused(people):
    people.add("ada", "manager", GOOD)
    people.file.chmod(0o644)
    with pytest.raises(StorageError, match="chmod 600"):
        People(Project(people.file.parent)).all()


@pytest.mark.parametrize(
    "content", ["[]", '{"people": 3}', '{"people": {"a": {"role": "king", "password": "x"}}}']
)
def test_a_damaged_file_lets_nobody_in(people, content):
    people.file.write_text(content)
    people.file.chmod(0o600)
    with pytest.raises(StorageError, match="must be a list of people"):
        people.all()


@pytest.mark.parametrize("name", ["", "../x", "a/b", "<b>", "x" * 65, "a\nb", " a"])
def test_a_name_that_breaks_its_rule_is_refused(people, name):
    with pytest.raises(InvalidInputError, match="name must be"):
        people.add(name, "manager", GOOD)


def test_role_password_and_a_taken_name_are_refused(people):
    with pytest.raises(InvalidInputError, match="role must be one of"):
        people.add("ada", "king", GOOD)
    with pytest.raises(InvalidInputError, match="Received 5"):
        people.add("ada", "manager", "short")
    people.add("ada", "manager", GOOD)
    with pytest.raises(InvalidInputError, match="there already"):
        people.add("ada", "manager", GOOD)
    with pytest.raises(InvalidInputError, match="must be on the list"):
        people.remove("bob")


def test_a_new_password_changes_the_mark_and_a_removed_person_is_gone(people):
    people.add("ada", "manager", GOOD)
    before = people.find("ada").mark
    people.change_password("ada", GOOD + "!")
    assert people.find("ada").mark != before
    people.remove("ada")
    assert people.find("ada") is None and people.all() == []


def test_the_commands_read_the_password_from_standard_input_and_list_no_hash(project):
    run = CliRunner().invoke
    where = ["--project", str(project.root)]
    added = run(app, ["people", "add", "ada", "--role", "manager", *where], input=GOOD + "\n")
    assert added.exit_code == 0 and "manager" in added.output
    listed = run(app, ["people", "list", "--json", *where])
    assert json.loads(listed.output) == {"people": [{"name": "ada", "role": "manager"}]}
    assert run(app, ["people", "password", "ada", *where], input=GOOD + "2\n").exit_code == 0
    assert fits(GOOD + "2", People(project).find("ada").password_hash)
    assert run(app, ["people", "remove", "ada", *where]).exit_code == 0
    assert "Nobody yet" in run(app, ["people", "list", *where]).output
