"""pyproject.toml says what is needed; environment.yml and requirements.lock say the same."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NEEDED = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def pip_part():
    return next(entry["pip"] for entry in CONDA if isinstance(entry, dict))


def locked():
    """Every block of the lock as (requirement with its marker, number of hashes)."""
    for block in re.split(r"\n(?=\S)", LOCK):
        first = block.splitlines()[0].removesuffix("\\").strip()
        if first and not first.startswith("#"):
            yield Requirement(first), block.count("--hash=sha256:")


HELD = list(locked())


def test_conda_users_get_the_same_packages_in_the_same_bounds():
    asked = [entry for entry in pip_part() if not entry.startswith("-")]
    assert sorted(asked) == sorted(NEEDED)


def test_conda_users_get_the_same_python_and_the_workbench_itself():
    python = next(entry for entry in CONDA if isinstance(entry, str) and entry.startswith("python "))
    assert SpecifierSet(python.removeprefix("python ")) == SpecifierSet(PROJECT["requires-python"])
    assert "--editable ." in pip_part()


@pytest.mark.parametrize("needed", NEEDED)
def test_the_lock_holds_a_version_within_the_bounds(needed):
    wanted = Requirement(needed)
    versions = [
        next(iter(held.specifier)).version
        for held, _hashes in HELD
        if canonicalize_name(held.name) == canonicalize_name(wanted.name)
    ]
    assert versions, f"{wanted.name} is not in requirements.lock: run `make lock`"
    assert all(wanted.specifier.contains(Version(v), prereleases=True) for v in versions), "run `make lock`"


def test_every_package_of_the_lock_is_pinned_and_hashed():
    assert len(HELD) > 100
    loose = [str(r) for r, hashes in HELD if not hashes or [s.operator for s in r.specifier] != ["=="]]
    assert loose == []
