"""The commands labels export, import and sync, as a script calls them."""

import json
import os
import subprocess
import sys

import pytest

HEAD = "clip,question,start_s,end_s,annotator,value\n"


def workbench(*words, cwd):
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "labels", *words], cwd=cwd, capture_output=True, text=True
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def labelled(tmp_path):
    """A project with two answers."""
    (tmp_path / "l.csv").write_text(HEAD + "c,mouth,0.3,0.3,Ada,open\nc,mouth,0.3,0.9,Zoë,closed\n")
    assert workbench("import", "l.csv", cwd=tmp_path)[0] == 0
    return tmp_path


@pytest.mark.parametrize("form", ["events", "elan"])
def test_every_format_goes_out_and_comes_back(labelled, form):
    target = "all.events.jsonl" if form == "events" else "folder"
    code, out, _ = workbench("export", "--to", target, "--format", form, "--json", cwd=labelled)
    assert (code, json.loads(out)["labels"], json.loads(out)["file"]) == (0, 2, target)
    code, out, _ = workbench("import", target, "--json", cwd=labelled)
    assert code == 0
    assert json.loads(out)["recorded"] == 0


@pytest.mark.skipif(os.name == "nt", reason="rights of files as POSIX has them")
def test_what_a_command_writes_is_for_this_account_alone(labelled):
    before = os.umask(0o022)  # as most accounts have it
    try:
        assert workbench("export", "--to", "out/all.csv", cwd=labelled)[0] == 0
    finally:
        os.umask(before)
    made = [*(labelled / "out").iterdir(), labelled / "out"]
    assert len(made) > 2
    assert not [path for path in made if path.stat().st_mode & 0o077]


def test_a_bad_file_ends_with_2_and_says_which(labelled):
    (labelled / "bad.eaf").write_text("<no>")
    code, _, err = workbench("import", "bad.eaf", cwd=labelled)
    assert code == 2
    assert "bad.eaf" in err


def test_a_sync_needs_one_project_there_a_safe_address_and_a_token_for_its_owners_eyes(labelled):
    token = labelled / "token"
    token.write_text("x" * 40)
    token.chmod(0o644)
    for words, said in (
        (("https://example.org",), "--number"),
        (("http://example.org", "--number", "1"), "unencrypted"),
        (("https://example.org", "--number", "1"), "--token-file"),
        (("https://example.org", "--number", "1", "--token-file", "token"), "chmod 600"),
        (("https://example.org", "--number", "1", "--send-pictures"), "--dataset"),
    ):
        code, _, err = workbench("sync", *words, "--question", "mouth", cwd=labelled)
        assert code == 2
        assert said in err
        assert "x" * 40 not in err
