"""Steps over what was written for others: pages, pictures, exports; erased where they are about the speaker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.datasets.rights.audit import FILE as AUDIT
from workbench.datasets.rights.written import FILE as REGISTER
from workbench.datasets.rights.written import WrittenFile, read_written, write_register
from workbench.files import read_json, sha256_of, temporaries_of
from workbench.forgetting.archives import holds_any
from workbench.forgetting.run_steps import every_run, is_affected
from workbench.forgetting.work import Work, columns_of
from workbench.labels.exchange.manifest import manifest_path
from workbench.models.groups import Group, list_groups
from workbench.models.runs import Run

_KEPT = {"runs", "groups", "comparisons", "forgetting", AUDIT, REGISTER}
"""What has steps of its own, or holds numbers and hashes only."""
_TEXTS = {".html", ".htm", ".svg", ".css", ".js", ".txt", ".md", ".json", ".jsonl"}


def exports(work: Work) -> None:
    """Erase exports and reports that were written anywhere and hold their clips; say which can be written again."""
    kept = []
    affected = _affected_ids(work)
    for one in read_written(work.project):
        path = Path(one.path)
        if one.begun:
            if not _erase_begun(work, one, affected):
                kept.append(one)
            continue
        if not path.is_file():
            if path.parent.is_dir():
                continue  # gone: nothing to remember any more
            work.notes.append(f"It cannot be reached, see for yourself: {path}")
        elif one.sha256 != sha256_of(path):
            if _written_about(work, one, path, affected):
                work.notes.append(
                    f"It was changed since it was written and was left, see for yourself: {path}"
                )
        elif _written_about(work, one, path, affected):
            work.remove(path)
            work.remove(manifest_path(path))
            work.notes.append(f"{work.erased} ({one.kind}), write it again if it is needed: {path}")
            continue
        kept.append(one)
    if not work.dry:
        write_register(work.project, kept)


def _erase_begun(work: Work, one: WrittenFile, affected: tuple[bytes, ...]) -> bool:
    """Erase what a killed process left of a file about them; say whether there is nothing to remember any more."""
    path = Path(one.path)
    left = temporaries_of(path)
    if path.is_file() and sha256_of(path) != one.sha256:
        left.append(path)
    if not left:
        return path.parent.is_dir()
    if not any(_written_about(work, one, found, affected) for found in left):
        return False
    for found in left:
        work.remove(found)
    work.notes.append(f"{work.erased} ({one.kind}, unfinished): {path}")
    return True


def pages(work: Work) -> None:
    """Erase pages, publications and pictures under ``reports/`` that are about them; rows of other tables there."""
    affected = _affected_ids(work)
    for unit in _units(work):
        files = [path for path in ([unit] if unit.is_file() else sorted(unit.rglob("*"))) if path.is_file()]
        tables = [path for path in files if path.suffix == ".csv" and "clip" in columns_of(path)]
        if _tells_of(unit, work) or any(
            _concerns(work, path, affected, set()) for path in files if path not in tables
        ):
            work.remove(unit)
            if not any(
                word in unit.name for word in work.subject.words
            ):  # theirs alone: there is no writing it again
                work.notes.append(f"{work.erased}, write it again if it is needed: {unit}")
            continue
        for path in tables:
            work.filter_table(path)


def _units(work: Work) -> Iterator[Path]:
    """Yield what is erased as a whole: a publication's folder, or a single file."""
    reports = work.project.reports
    for path in sorted(reports.iterdir()):
        if path.name in _KEPT or path.name.startswith("."):  # hidden: locks, which are empty
            continue
        if path.name.startswith("published"):  # one folder for each role
            yield from sorted(path.iterdir())
        elif path.is_dir():
            yield from (file for file in sorted(path.rglob("*")) if file.is_file())
        else:
            yield path


def _tells_of(unit: Path, work: Work) -> bool:
    """Whether a publication says that it tells of a dataset of theirs: its figures count them, though nothing names them."""
    path = unit / "manifest.json"
    if not path.is_file():
        return False
    manifest = read_json(path)
    told = manifest.get("data_hashes", {}) if isinstance(manifest, dict) else {}
    return bool(set(told) & set(work.subject.datasets))


def _affected_ids(work: Work) -> tuple[bytes, ...]:
    holders: list[Run | Group] = [*every_run(work), *list_groups(work.project)]
    return tuple(holder.id.encode() for holder in holders if is_affected(work, holder))


def _written_about(work: Work, one: WrittenFile, path: Path, affected: tuple[bytes, ...]) -> bool:
    """Whether a registered file is about them: by the recordings it was made of, where these are known, or as it says."""
    if not one.about:
        return _concerns(work, path, affected, set(one.datasets))
    others = {""}  # of no dataset that has to be suspected
    return bool(set(one.about) & set(work.subject.hashes)) or _concerns(work, path, affected, others)


def _concerns(work: Work, path: Path, affected: tuple[bytes, ...], datasets: set[str]) -> bool:
    """Whether a file is about them: it says so, or is a picture or PDF that cannot be asked and may be."""
    subject = work.subject
    if any(word in path.name for word in subject.words):
        return True
    words = (*(word.encode() for word in subject.words), *affected)
    if holds_any(path, words):
        return True
    if path.suffix.lower() in _TEXTS or path.suffix.lower() in {".csv", ".eaf", ".textgrid"}:
        return False
    return not datasets or bool(datasets & set(subject.datasets))
