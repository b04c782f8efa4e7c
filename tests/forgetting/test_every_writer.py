"""Whatever the workbench writes has a step that erases it, or a reason why nobody is in it."""

import ast
from functools import cache
from pathlib import Path

import workbench
from workbench.forgetting.steps import STEPS
from workbench.forgetting.writers import NOBODY, WRITERS

ROOT = Path(workbench.__file__).parent
WRITING = {
    "atomic_file",
    "atomic_folder",
    "copyfile",
    "copytree",
    "mkdtemp",
    "mkstemp",
    "savez",
    "savez_compressed",
    "TemporaryDirectory",
    "to_csv",
    "PendingFile",
    "to_parquet",
    "write_bytes",
    "write_json",
    "write_text",
}


def writes(path):
    """Whether a module calls anything that makes a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            modes = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            opens = name == "open" and any(m in {"w", "wb", "wt", "a", "ab", "x"} for m in modes)
            raw = name == "open" and any(getattr(a, "attr", "") == "O_CREAT" for a in ast.walk(node))
            if (
                name in WRITING
                or opens
                or raw
                or (name in {"connect", "create_engine"} and "labels" in path.parts)
            ):
                return True
    return False


@cache
def writers():
    modules = sorted(path for path in ROOT.rglob("*.py") if "_notebooks" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in modules if writes(path)} - {"files.py"}


def test_every_module_that_writes_has_a_step_or_a_reason():
    listed = set(WRITERS) | set(NOBODY)
    missing, stale = writers() - listed, listed - writers()
    assert not missing, (
        f"say in workbench/forgetting/writers.py which step erases what these write: {missing}"
    )
    assert not stale, f"these write nothing any more: {stale}"
    assert not set(WRITERS) & set(NOBODY)


def test_every_named_step_is_one_and_every_step_is_named():
    names = {step.name for step in STEPS}
    assert set(WRITERS.values()) == names


def test_the_look_for_writers_finds_one(tmp_path):
    for text, found in (
        ("import x\nx.write_json(a, b)", True),
        ("with p.open('wb') as s: pass", True),
        ("p.open('rb')", False),
        ("p.read_text()", False),
    ):
        (tmp_path / "m.py").write_text(text)
        assert writes(tmp_path / "m.py") is found
