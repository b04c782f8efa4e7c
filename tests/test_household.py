"""What a stranger meets first: the commands, the pages, and nothing in git that does not belong there."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer.main

from workbench import __version__
from workbench.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md")])
MEDIA = {
    ".mp4",
    ".avi",
    ".mov",
    ".mkv",
    ".wav",
    ".mp3",
    ".flac",
    ".ogg",
    ".jpg",
    ".jpeg",
    ".zip",
    ".dat",
    ".keras",
    ".h5",
}
MEDIA |= {".npz", ".npy", ".pkl", ".db", ".sqlite", ".parquet"}
PICTURES_OF_SCREENS = ROOT / "docs" / "images"
# Built from parts, so that this file does not contain what it forbids.
BUILD_MACHINE = re.compile(
    "|".join(["/wo" + "rk/", "/ho" + "me/[a-z]", "/ro" + "ot/", "/Us" + "ers/", r"\.libra" + "ry"])
)


@pytest.fixture(scope="module")
def tracked():
    """Every file in git that is still there."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git clone")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def makefile():
    return (ROOT / "Makefile").read_text(encoding="utf-8")


def commands():
    """Every command line that a page shows, such as ``make run`` or ``workbench labels export``."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in re.finditer(
            r"(?:^|`|&& |/)(make|workbench) +([a-z][a-z-]*)(?: (?:NAME )?([a-z][a-z-]*))?", text, re.M
        ):
            yield page.name, *found.groups()


def test_no_file_in_git_is_larger_than_a_megabyte(tracked):
    assert [path.name for path in tracked if path.stat().st_size > 1_000_000] == []


def test_no_recording_no_face_and_no_weights_are_in_git(tracked):
    odd = [str(path.relative_to(ROOT)) for path in tracked if path.suffix.lower() in MEDIA]
    assert odd == []
    pictures = [path for path in tracked if path.suffix.lower() in {".png", ".gif", ".webp", ".svg"}]
    assert [str(path) for path in pictures if PICTURES_OF_SCREENS not in path.parents] == []


@pytest.mark.parametrize("folder", ["datasets", "labels", "reports"])
def test_what_people_make_is_not_in_git(tracked, folder):
    assert [path.name for path in tracked if path.is_relative_to(ROOT / folder)] == ["README.md"]


def test_no_file_names_a_path_of_the_machine_it_was_written_on(tracked):
    found = []
    for path in tracked:
        if path.suffix not in {".png", ".lock"}:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            found += [
                f"{path.relative_to(ROOT)}:{n}"
                for n, line in enumerate(lines, 1)
                if BUILD_MACHINE.search(line)
            ]
    assert found == []


def test_every_command_a_page_shows_exists():
    targets = set(re.findall(r"^([a-z-]+):", makefile(), re.M))
    group = typer.main.get_command(app)
    shown = list(commands())
    assert len(shown) > 20
    for page, program, word, second in shown:
        if program == "make":
            assert word in targets, f"{page}: make {word}"
        else:
            assert word in group.commands, f"{page}: workbench {word}"
            below = getattr(group.commands[word], "commands", None)
            assert below is None or second in below, f"{page}: workbench {word} {second}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("https://", "mailto:", "#")):
            assert (page.parent / target.split("#")[0]).exists(), target


def test_the_change_log_tells_of_this_version():
    assert f"\n## {__version__} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__


def test_ci_runs_make_test_and_nothing_by_hand():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = [
        line for line in script.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    ]
    assert lines[0] == "set -euo pipefail"
    assert lines[-1] == "make test"
    assert len(lines) == 3  # between them: go to the folder of the project


def test_make_help_tells_every_word_people_need():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for word in ("install", "run", "demo", "test", "lint", "format", "bench"):
        assert f"make {word}" in done.stdout


def test_an_unsupported_python_is_refused_with_a_sentence(tmp_path):
    false_python = tmp_path / "python3"
    false_python.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.1\nexit 1\n')
    false_python.chmod(0o755)
    command = ["make", "install", f"PYTHON={false_python}", f"VENV={tmp_path / 'venv'}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Python must be 3.11, 3.12 or 3.13. Received Python 3.9.1" in done.stdout
    assert not (tmp_path / "venv").exists()


def test_an_installation_is_left_alone_until_the_packages_change(tmp_path):
    def planned(age_s):
        stamp = tmp_path / ".installed"
        stamp.touch()
        changed_s = (ROOT / "requirements.lock").stat().st_mtime
        os.utime(stamp, (changed_s - age_s, changed_s - age_s))
        command = ["make", "-n", "install", f"VENV={tmp_path}"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "pip sync" not in planned(age_s=-3600 * 24 * 365)
    assert "pip sync" in planned(age_s=60)
