"""What every test may ask for."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from benchmarks.chromium import CHROMIUM_ARGUMENTS
from workbench.project import Project

# How long an example takes says how busy the machine is, and is no reason to fail.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

REAL_DATA = Path(
    os.environ.get("WORKBENCH_REAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)


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


@pytest.fixture(scope="session")
def sample_project(tmp_path_factory) -> Project:
    """A project with a small drawn cast (4 actors, 3 clips each), extracted. Read it, do not change it."""
    from workbench.datasets.catalog import Dataset
    from workbench.datasets.extraction import extract
    from workbench.datasets.sample import make_sample

    project = Project.open(tmp_path_factory.mktemp("sample") / "project")
    make_sample(project, n_actors=4, n_clips=3)
    report = extract(Dataset.open(project, "sample"), n_workers=2)
    assert report.count("failed") == 0, report.lines()
    return project


@pytest.fixture(scope="session")
def demo_project(sample_project) -> Project:
    """The same with all four networks trained for a moment: every notebook and dashboard has something to show."""
    from workbench.systems.modalities import train_all

    epochs = {"mouth": 10, "visual": 2, "audio": 1, "audiovisual": 20}
    train_all(
        sample_project,
        "sample",
        epochs=epochs,
        per_class_train=48,
        per_class_validation=12,
        train_branches=False,
    )
    return sample_project


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium: the system's, else Playwright's own. One for all: Playwright cannot be started twice."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser")
        chromium = playwright.chromium.launch(executable_path=found, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()
