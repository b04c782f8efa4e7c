"""The house: imports run one way, heavy libraries have one door, and the front door opens at once."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import workbench

ROOT = Path(workbench.__file__).parent
FLOORS = [
    {"errors", "project", "files", "progress", "lazy", "sentiment", "landlock", "large_pages", "templating"},
    {"media"},
    {"labels", "features"},
    {"datasets"},
    {"models", "evaluation"},
    {"systems", "plots"},
    {"widgets", "reports"},
    {"forgetting"},
    {"dashboards", "loop", "doctor", "servers"},
    {"cli"},
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
DOORS = {
    "av": {"media"},
    "dlib": {"features/landmarks.py"},
    "librosa": {"features/spectrogram.py"},
    "tensorflow": {"models"},
    "keras": {"models"},
    "ai_edge_litert": {"models/litert.py"},
    "matplotlib": {"plots"},
    "seaborn": {"plots"},
    "sqlalchemy": {"labels"},
    "pysqlite3": {"labels/sqlite_driver.py"},
    "cryptography": {"labels/sealing.py"},
    "dask": {"datasets/cluster.py"},
    "distributed": {"datasets/cluster.py"},
    "pooch": {"datasets/download.py"},
    "anywidget": {"widgets"},
    "ipywidgets": {"widgets", "dashboards"},
    "tornado": {"servers"},
    "argon2": {"servers/people.py"},
    "jupyterlab": {"servers.py"},
    "voila": {"servers.py"},
    "openTSNE": {"evaluation/projection.py"},
    "umap": {"evaluation/projection.py"},
    "label_studio_sdk": {"labels/exchange/label_studio"},
    "httpx": {"labels/exchange/label_studio"},
    "cleanlab": {"evaluation/label_errors.py"},
    "optuna": {"systems/study.py"},
    "pympi": {"labels/exchange/elan.py"},
    "praatio": {"labels/exchange/textgrid.py"},
    "opensmile": {"features/egemaps.py"},
    "typst": {"reports/pdf.py"},
}
MODULES = sorted(p for p in ROOT.rglob("*.py") if "_notebooks" not in p.parts)


def imported(path):
    """Every module named in an import statement or in a call of load("...")."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                pytest.fail(f"{path}: relative import")
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "load":
            yield from (
                a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
            )


def room(path):
    first = path.relative_to(ROOT).parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_from_lower_floors_or_its_own_room(path):
    if path == ROOT / "__init__.py" or path == ROOT / "__main__.py":
        return
    assert room(path) in FLOOR, (
        f"{room(path)} has no floor: give it one in this test and in docs/architecture.md"
    )
    for name in imported(path):
        if name.startswith("workbench."):
            other = name.split(".")[1]
            if other == "__version__":
                continue
            assert (
                other == room(path)
                or FLOOR[other] < FLOOR[room(path)]
                or FLOOR[other] == FLOOR[room(path)] == 0
            ), f"{room(path)} must not import {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_heavy_library_is_behind_its_one_door(path):
    relative = path.relative_to(ROOT).as_posix()
    for name in imported(path):
        doors = DOORS.get(name.split(".")[0])
        assert doors is None or any(relative == d or relative.startswith(d + "/") for d in doors), (
            f"{relative} must not import {name}"
        )


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_is_pickled_and_no_yaml_is_trusted(path):
    assert not {"pickle", "joblib", "dill", "shelve", "marshal"} & {n.split(".")[0] for n in imported(path)}


HEAVY = (
    "tensorflow",
    "keras",
    "ai_edge_litert",
    "dlib",
    "librosa",
    "matplotlib",
    "seaborn",
    "sqlalchemy",
    "dask",
    "av",
    "sklearn",
    "scipy",
    "pandas",
    "ipywidgets",
)


@pytest.mark.parametrize("statement", ["import workbench", "import workbench.cli"])
def test_the_front_door_loads_nothing_heavy(statement):
    code = f"{statement}; import sys; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_import_workbench_is_instant():
    code = "import time; t = time.process_time(); import workbench; print(time.process_time() - t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.5  # processor time, not the wall's: a busy machine cannot fail it
