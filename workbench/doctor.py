"""Say what is installed, what is missing, and how to mend it, without importing anything heavy."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workbench import landlock
from workbench.errors import WorkbenchError
from workbench.features.pretrained import find_landmark_model
from workbench.lazy import load
from workbench.project import Project

PACKAGE = "affect-workbench"
PYTHONS = ((3, 11), (3, 14))
SAFE_WAL = (3, 51, 3)  # before it, SQLite's write-ahead log could lose data with several writers
FREE_DISK_GB = 2.0
MEMORY_GB = 4.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes
    ----------
    name : str
        What was looked at.
    ok : bool
        False when something the workbench needs is missing; a mere remark is ok with a ``mend``.
    found : str
        What is there.
    mend : str
        What to do about it; empty when there is nothing to do.
    """

    name: str
    ok: bool
    found: str
    mend: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """Everything looked at, in order."""

    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing the workbench needs is missing."""
        return all(finding.ok for finding in self.findings)

    def lines(self) -> list[str]:
        """Return the findings for people, one line each, and what to do under those that need it."""
        told = []
        for finding in self.findings:
            told.append(f"{'ok     ' if finding.ok else 'MISSING'}  {finding.name}: {finding.found}")
            if finding.mend:
                told.append(f"         → {finding.mend}")
        missing = sum(not finding.ok for finding in self.findings)
        return [*told, "All is there." if not missing else f"{missing} missing: do what the arrows say."]

    def as_json(self) -> dict[str, Any]:
        """Return the findings for programs."""
        return {"ok": self.healthy, "findings": [asdict(finding) for finding in self.findings]}


def examine(project: Project | None = None) -> Diagnosis:
    """Look at Python, the packages, the model file, the tools and the machine, and at ``project`` if given."""
    findings = [
        _python(),
        *_packages(),
        _landmark_model(),
        _sqlite(),
        _landlock(),
        _bytecode(),
        *_tools(),
        *_machine(),
    ]
    if project is not None:
        findings += [_project_folder(project), _disk(project)]
    return Diagnosis(tuple(findings))


def _python() -> Finding:
    lowest, above = PYTHONS
    ok = lowest <= sys.version_info[:2] < above
    return Finding(
        "Python", ok, sys.version.split()[0], "" if ok else "Install 3.11 to 3.13, then `make install`."
    )


def _packages() -> Iterator[Finding]:
    try:
        declared = importlib.metadata.requires(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding(PACKAGE, False, "not installed", "Run `make install`.")
        return
    requirement = load("packaging.requirements").Requirement
    needed = [requirement(line) for line in declared]
    needed = [one for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
    wrong = [finding for finding in map(_package, needed) if not finding.ok]
    yield Finding("packages", not wrong, f"{len(needed) - len(wrong)} of {len(needed)} as needed")
    yield from wrong


def _package(needed: Any) -> Finding:
    mend = "Run `make install`."
    try:
        version = importlib.metadata.version(needed.name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(needed.name, False, f"not installed, needed {needed.specifier}", mend)
    ok = needed.specifier.contains(version, prereleases=True)
    return Finding(
        needed.name, ok, version if ok else f"{version}, needed {needed.specifier}", "" if ok else mend
    )


def _landmark_model() -> Finding:
    try:
        model = find_landmark_model()
    except WorkbenchError as error:
        return Finding("68-point face model", False, "not usable", str(error))
    return Finding("68-point face model", True, model.path.name, model.licence)


def _sqlite() -> Finding:
    safe = sqlite3.sqlite_version_info >= SAFE_WAL
    remark = "" if safe else "Nothing to do: the label store keeps to the DELETE journal, which is safe here."
    return Finding("SQLite", True, sqlite3.sqlite_version, remark)


def _landlock() -> Finding:
    return Finding("dashboards", True, landlock.told(landlock.version()))


def _bytecode() -> Finding:
    """Without compiled files `import tensorflow` takes 40 s at every start where nothing may write them."""
    spec = importlib.util.find_spec("jupyterlab")
    compiled = spec is not None and spec.cached is not None and Path(spec.cached).exists()
    mend = "" if compiled else f"Starting is slow: {sys.executable} -m compileall -qq -j 0 {sys.prefix}/lib"
    return Finding("compiled packages", True, "yes" if compiled else "no", mend)


def _tools() -> Iterator[Finding]:
    for name in ("git", "make"):
        path = shutil.which(name)
        yield Finding(
            name, True, path or "none", "" if path else "Only needed to work on the workbench itself."
        )
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    mend = "" if browser else "Only the browser tests need it; `make test` installs it."
    yield Finding("Chromium", True, browser or "none", mend)


def _machine() -> Iterator[Finding]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    yield Finding("processor cores", True, str(cores))
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
        mend = (
            ""
            if memory_gb >= MEMORY_GB
            else f"Training wants {MEMORY_GB:.0f} GB: close other programs first."
        )
        yield Finding("memory", True, f"{memory_gb:.1f} GB", mend)


def _project_folder(project: Project) -> Finding:
    folders = (project.datasets, project.labels, project.reports)
    shut = [folder for folder in folders if not os.access(folder, os.W_OK)]
    found = "writable" if not shut else "not writable: " + ", ".join(folder.name for folder in shut)
    mend = "" if not shut else "Mend the permissions, or choose another project with --project DIR."
    return Finding(f"project {project.root}", not shut, found, mend)


def _disk(project: Project) -> Finding:
    free_gb = shutil.disk_usage(project.root).free / 1e9
    ok = free_gb >= FREE_DISK_GB
    mend = "" if ok else f"Free some space: {FREE_DISK_GB:.0f} GB are needed for the sample and its runs."
    return Finding("free disk", ok, f"{free_gb:.1f} GB", mend)
