"""What is installed, what is missing, and how to mend it."""

import importlib.metadata
import json
import shutil
import sqlite3
import subprocess
import sys

import pytest

from workbench import doctor
from workbench.doctor import Diagnosis, Finding, examine


def named(diagnosis, name):
    return next(finding for finding in diagnosis.findings if finding.name == name)


def test_on_an_installed_workbench_nothing_is_missing(project):
    diagnosis = examine(project)
    assert diagnosis.healthy, diagnosis.lines()
    assert diagnosis.lines()[-1] == "All is there."


def test_every_dependency_that_applies_here_is_counted():
    found = named(examine(), "packages").found
    good, total = found.split(" as")[0].split(" of ")
    assert good == total
    assert int(total) > 30


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    real = importlib.metadata.version

    def version(name):
        if name == "librosa":
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    finding = named(examine(), "librosa")
    assert not finding.ok
    assert "not installed, needed >=" in finding.found
    assert finding.mend == "Run `make install`."
    assert not examine().healthy


def test_an_old_package_is_named_with_what_is_needed(monkeypatch):
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "3.0" if name == "keras" else real(name))
    finding = named(examine(), "keras")
    assert not finding.ok
    assert finding.found.startswith("3.0, needed >=3.13")


def test_a_clone_that_was_never_installed_is_told_to_install(monkeypatch):
    def requires(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", requires)
    assert named(examine(), "affect-workbench").mend == "Run `make install`."


def test_the_face_model_tells_its_licence_and_a_wrong_path_is_told(monkeypatch, tmp_path):
    assert "research" in named(examine(), "68-point face model").mend
    monkeypatch.setenv("WORKBENCH_LANDMARK_MODEL", str(tmp_path / "gone.dat"))
    finding = named(examine(), "68-point face model")
    assert not finding.ok
    assert "gone.dat" in finding.mend


def test_an_old_sqlite_is_a_remark_and_not_a_failure(monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    finding = named(examine(), "SQLite")
    assert finding.ok
    assert "DELETE journal" in finding.mend
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    assert named(examine(), "SQLite").mend == ""


def test_a_missing_browser_is_a_remark_for_those_who_test(monkeypatch):
    monkeypatch.setattr(doctor, "BROWSERS", ("no-such-browser",))
    finding = named(examine(), "Chromium")
    assert finding.ok
    assert "make test" in finding.mend


def test_a_full_disk_and_a_shut_folder_are_told(project, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(10**10, 10**10, 10**8))
    monkeypatch.setattr(doctor.os, "access", lambda folder, _mode: folder != project.labels)
    findings = examine(project)
    assert not named(findings, "free disk").ok
    shut = named(findings, f"project {project.root}")
    assert (shut.ok, shut.found) == (False, "not writable: labels")


def test_an_unsupported_python_is_told(monkeypatch):
    monkeypatch.setattr(doctor, "PYTHONS", ((3, 98), (3, 99)))
    assert not named(examine(), "Python").ok


def test_people_read_lines_and_programs_read_json():
    git, keras = Finding("git", True, "/usr/bin/git"), Finding("keras", False, "none", "Run `make install`.")
    diagnosis = Diagnosis((git, keras))
    assert diagnosis.lines() == [
        "ok       git: /usr/bin/git",
        "MISSING  keras: none",
        "         → Run `make install`.",
        "1 missing: do what the arrows say.",
    ]
    assert json.loads(json.dumps(diagnosis.as_json()))["ok"] is False


def test_the_doctor_imports_nothing_heavy():
    heavy = ("tensorflow", "dlib", "numpy", "sqlalchemy", "jupyterlab")
    code = f"from workbench.doctor import examine; examine(); import sys; print(sorted({{*{heavy}}} & {{*sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("version", "said"), [(0, "whatever this account may"), (3, "not kept from: TCP"), (7, "private place.")]
)
def test_what_the_system_keeps_dashboards_from_is_said_in_one_line(monkeypatch, version, said):
    monkeypatch.setattr(doctor.landlock, "version", lambda: version)
    finding = named(examine(), "dashboards")
    assert finding.ok and said in finding.found and not finding.mend and "\n" not in finding.found
