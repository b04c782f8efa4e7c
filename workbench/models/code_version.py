"""Which code made a result: version, commit, a hash of the source, and the libraries whose arithmetic it is."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import workbench

_LIBRARIES = ("keras", "numpy", "pandas", "tensorflow", "tensorflow-cpu")
_PACKAGE = Path(workbench.__file__).resolve().parent
_SHORT = 7
_GIT_TIMEOUT_S = 10


@cache
def code_version() -> dict[str, Any]:
    """Return what to store beside a result so that the same code can be found again.

    Returns
    -------
    dict
        ``version`` of the package; ``commit`` (None when it does not run from a git checkout) and ``dirty`` (whether the
        package differs from that commit); ``source_hash`` of every Python file; ``python``, ``libraries``, ``machine``
        and ``n_processors``, on which the last bits of a sum may hang.
    """
    commit, dirty = _commit()
    return {
        "version": workbench.__version__,
        "commit": commit,
        "dirty": dirty,
        "source_hash": source_hash(_PACKAGE),
        "python": platform.python_version(),
        "libraries": _installed(),
        "machine": platform.machine(),
        "n_processors": os.cpu_count(),
    }


def source_hash(package: Path) -> str:
    """Return one hash of the names and contents of all Python files below a folder."""
    together = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        together.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return together.hexdigest()


def code_in_words(code: dict[str, Any]) -> str:
    """Say it: ``"0.1.0 (a1b2c3d, dirty)"``; of a run older than this fact, its version alone.

    Examples
    --------
    >>> code_in_words({"version": "0.1.0", "commit": "a1b2c3d4e5", "dirty": True})
    '0.1.0 (a1b2c3d, dirty)'
    >>> code_in_words({"version": "0.1.0"})
    '0.1.0'
    """
    commit = code.get("commit")
    if not commit:
        return str(code.get("version", "not known"))
    return f"{code['version']} ({commit[:_SHORT]}{', dirty' if code.get('dirty') else ''})"


def code_differences(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Say in what two versions of the code differ; nothing when the source and all it runs on are the same."""
    if "source_hash" not in then:
        return ["which code made the stored result is not known: it is older than that fact"]
    said = []
    if then["source_hash"] != now["source_hash"]:
        said.append(f"the code was {code_in_words(then)} and is {code_in_words(now)} now")
    named = {
        "python": "Python",
        "machine": "the processor's kind",
        "n_processors": "the number of processors",
    }
    for key, words in named.items():
        if then.get(key) != now.get(key):
            said.append(f"{words} was {then.get(key)} and is {now.get(key)}")
    for name in sorted(set(then.get("libraries", {})) | set(now["libraries"])):
        before, after = then.get("libraries", {}).get(name), now["libraries"].get(name)
        if before != after:
            said.append(f"{name} was {before or 'not there'} and is {after or 'not there'}")
    return said


def _installed() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _commit() -> tuple[str | None, bool | None]:
    """Return the commit and whether the package differs from it; (None, None) where git does not know the package."""
    if not _git("ls-files", "--", "__init__.py"):
        return None, None  # installed, perhaps into a folder inside somebody else's repository
    commit = _git("rev-parse", "HEAD")
    return (commit or None), bool(_git("status", "--porcelain", "--", "."))


def _git(*words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(_PACKAGE), *words],
            capture_output=True,
            text=True,
            timeout=_GIT_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
