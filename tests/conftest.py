"""What every test may ask for."""

import os
from pathlib import Path

import numpy as np
import pytest

from workbench.project import Project

REAL_DATA = Path(os.environ.get("WORKBENCH_REAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator that gives every run the same numbers."""
    return np.random.default_rng(20260101)


@pytest.fixture
def project(tmp_path) -> Project:
    """An empty project."""
    return Project.open(tmp_path / "project")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real recordings; the test is skipped where there is none."""
    if not (REAL_DATA / "ravdess").is_dir():
        pytest.skip(f"no real recordings at {REAL_DATA}: set WORKBENCH_REAL_DATA to their folder")
    return REAL_DATA
