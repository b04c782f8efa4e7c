"""Judge one file: who it is by content, what it holds, and whether its name tells the truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.datasets.importing.finding import Found
from workbench.datasets.importing.naming import stem_and_extension
from workbench.datasets.importing.outcome import Objection
from workbench.datasets.importing.probe import Facts, Limits, probe
from workbench.datasets.importing.ravdess import RavdessName, claims_to_be_ravdess, parse_ravdess_name
from workbench.errors import InvalidInputError
from workbench.files import sha256_of


@dataclass(frozen=True)
class Judged:
    """What is known of a file before anything is kept.

    Attributes
    ----------
    found : Found
        The file.
    sha256 : str
        Its content's hash, ``""`` when it cannot be read.
    facts : Facts or None
        What it holds; None when refused, or when its content is there already and was not looked at again.
    name : RavdessName or None
        What its name says, if it is a right RAVDESS name.
    objection : Objection or None
        Why it must not be taken in.
    """

    found: Found
    sha256: str = ""
    facts: Facts | None = None
    name: RavdessName | None = None
    objection: Objection | None = None


def judge(found: Found, *, known: dict[str, dict[str, str]], limits: Limits) -> Judged:
    """Judge one file; whatever is wrong with it becomes an objection, never an error.

    Parameters
    ----------
    found : Found
        The file.
    known : dict of str to row
        Catalog rows by content hash: a content that is among them is not decoded again.
    limits : Limits
        What is too large.
    """
    if found.objection is not None:
        return Judged(found, objection=found.objection)
    stem, extension = stem_and_extension(found.name)
    try:
        before = _stamp(found.path)
        size_objection = None if 0 < before[0] <= limits.max_bytes else probe(found.path, limits=limits)
        if isinstance(size_objection, Objection):
            return Judged(found, objection=size_objection)
        sha256 = sha256_of(found.path)
        facts = None if sha256 in known else probe(found.path, extension=extension, limits=limits)
        if _stamp(found.path) != before:
            message = f"{found.name} must not change while it is imported. It did: import it again when it is finished."
            return Judged(found, objection=Objection("CHANGED_DURING_IMPORT", message))
    except OSError as error:
        message = (
            f"{found.name} must be readable. Received: {error.strerror or error}. Mend it and import again."
        )
        return Judged(found, objection=Objection("UNREADABLE", message))
    except (
        ValueError,
        ArithmeticError,
        RuntimeError,
        MemoryError,
    ) as error:  # one bad file never stops the batch
        message = (
            f"{found.name} must be decodable. Received {type(error).__name__}: {error}. Convert it first."
        )
        return Judged(found, objection=Objection("DAMAGED", message))
    if isinstance(facts, Objection):
        return Judged(found, sha256=sha256, objection=facts)
    if not claims_to_be_ravdess(stem, found.folders):
        return Judged(found, sha256=sha256, facts=facts)
    return _with_name(Judged(found, sha256=sha256, facts=facts), stem)


def _with_name(judged: Judged, stem: str) -> Judged:
    """Add what the RAVDESS name says, or the objection against it."""
    found, facts = judged.found, judged.facts
    try:
        name = parse_ravdess_name(stem, found.folders)
    except InvalidInputError as error:
        return Judged(found, judged.sha256, facts, objection=Objection("BAD_RAVDESS_NAME", str(error)))
    if facts is not None and name.modality != facts.kind:
        message = (
            f"Field 1 (modality) of a RAVDESS name must agree with the content. Received {stem[:2]!r} ({name.modality}) "
            f"for a recording that is {facts.kind}: correct the name, or import it under another one."
        )
        return Judged(found, judged.sha256, facts, objection=Objection("BAD_RAVDESS_NAME", message))
    return Judged(found, judged.sha256, facts, name)


def _stamp(path: Path) -> tuple[int, int]:
    """Return what changes when a file is written to: its size and time."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns
