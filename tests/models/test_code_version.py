"""A result knows which code made it, and says when that code is not the one that runs."""

import subprocess

from workbench.models import code_version as code
from workbench.models.code_version import code_differences, code_in_words, code_version, source_hash


def test_the_same_source_has_the_same_hash_and_a_changed_one_another(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "notes.txt").write_text("not code")
    before = source_hash(tmp_path)
    (tmp_path / "notes.txt").write_text("still not code")
    assert source_hash(tmp_path) == before
    (tmp_path / "a.py").write_text("x = 2\n")
    changed = source_hash(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert len({before, changed, source_hash(tmp_path)}) == 3


def test_what_differs_is_said_and_nothing_else():
    now = code_version()
    assert code_differences(now, now) == []
    older = {**now, "source_hash": "0", "python": "3.0", "libraries": {**now["libraries"], "keras": "1.0"}}
    said = code_differences(older, now)
    assert len(said) == 3 and "Python was 3.0" in said[1] and "keras was 1.0" in said[2]
    assert "not known" in code_differences({}, now)[0]
    assert code_in_words({"version": "0.1.0"}) == "0.1.0"


def test_a_checkout_is_known_by_its_commit_and_a_change_in_it_is_dirt(tmp_path, monkeypatch):
    package = tmp_path / "repository" / "package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    monkeypatch.setattr(code, "_PACKAGE", package)
    assert code._commit() == (None, None)

    def git(*words):
        name = ("-c", "user.name=t", "-c", "user.email=t@t")
        subprocess.run(["git", "-C", str(package.parent), *name, *words], check=True, capture_output=True)

    git("init")
    assert code._commit() == (None, None)  # inside a repository that does not hold it
    git("add", ".")
    git("commit", "-m", "first")
    commit, dirty = code._commit()
    assert len(commit) == 40 and dirty is False
    (package / "__init__.py").write_text("changed = 1\n")
    assert code._commit() == (commit, True)
