"""What a dataset may be used for and under which licence: ``datasets/NAME/rights.json``."""

from __future__ import annotations

import getpass
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from workbench.datasets.rights.audit import add_audit_line
from workbench.datasets.rights.purposes import purpose_of
from workbench.errors import InvalidInputError, StorageError
from workbench.files import read_json, write_json
from workbench.project import Project

FILE = "rights.json"


@dataclass(frozen=True)
class Rights:
    """What was declared about a dataset; empty words are not told yet.

    Attributes
    ----------
    purpose : str
        A key of :data:`workbench.datasets.rights.purposes.PURPOSES`.
    reason : str
        Why this purpose applies; needed for ``medical-or-safety``.
    licence, licence_url, source : str
        Under which terms, where they are written, where the recordings come from.
    drawn : bool
        Written by ``workbench sample`` alone: nobody is seen or heard. It counts for clips of ``truth.csv`` only.
    declared_by, declared_utc : str
        Who said so, and when.
    """

    purpose: str = ""
    reason: str = ""
    licence: str = ""
    licence_url: str = ""
    source: str = ""
    drawn: bool = False
    declared_by: str = ""
    declared_utc: str = ""


def rights_file(project: Project, dataset: str) -> Path:
    """Return where a dataset's rights are written."""
    return project.dataset_folder(dataset) / FILE


def read_rights(project: Project, dataset: str) -> Rights:
    """Return what was declared about a dataset; nothing at all gives empty words.

    Raises
    ------
    StorageError
        The file is damaged.
    """
    path = rights_file(project, dataset)
    if not path.is_file():
        return Rights()
    content = read_json(path)
    if not isinstance(content, dict) or any(
        not isinstance(content.get(field.name, field.default), type(field.default))
        for field in fields(Rights)
    ):
        raise StorageError(
            f"{path} must hold a dataset's rights. It is damaged: write it again with `workbench rights {dataset}`."
        )
    return Rights(**{field.name: content[field.name] for field in fields(Rights) if field.name in content})


def declare(
    project: Project,
    dataset: str,
    *,
    purpose: str | None = None,
    reason: str | None = None,
    licence: str | None = None,
    licence_url: str | None = None,
    source: str | None = None,
    drawn: bool | None = None,
) -> Rights:
    """Write what a dataset may be used for; what is None stays as it was. Adds a line to the audit.

    Raises
    ------
    InvalidInputError
        There is no such purpose, or a text is not one line of at most 2,000 letters.
    StorageError
        It cannot be written.
    """
    if purpose is not None:
        purpose_of(purpose)
    before = read_rights(project, dataset)
    said = {"purpose": purpose, "reason": reason, "licence": licence, "licence_url": licence_url}
    said = {name: _line(name, text) for name, text in {**said, "source": source}.items() if text is not None}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    kept = {**asdict(before), **said, "declared_by": _who(), "declared_utc": now}
    rights = Rights(**{**kept, "drawn": before.drawn if drawn is None else drawn})
    path = rights_file(project, dataset)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    add_audit_line(
        project,
        "rights declared",
        dataset=dataset,
        purpose_before=before.purpose,
        purpose=rights.purpose,
        with_reason=bool(rights.reason),
        with_licence=bool(rights.licence),
    )
    write_json(path, asdict(rights))
    path.chmod(0o600)
    return rights


def _line(name: str, text: str) -> str:
    text = text.strip()
    if len(text) > 2000 or not text.isprintable():
        raise InvalidInputError(
            f"The {name.replace('_', ' ')} must be one line of at most 2,000 letters. Received {len(text)} letters."
        )
    return text


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return ""
