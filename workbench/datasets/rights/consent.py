"""Who agreed to what, until when: ``datasets/NAME/consent.csv``, rows added and never changed; a speaker's last row counts.

The speaker ``*`` stands for everybody of the dataset who has no row of their own: a published set whose speakers agreed
to its release together.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path

from workbench.datasets.rights.audit import add_audit_line
from workbench.errors import InvalidInputError, StorageError
from workbench.files import atomic_file
from workbench.project import Project

FILE = "consent.csv"
EVERYBODY = "*"
NEVER = "never"
"""The expiry of an agreement that says itself that it has none."""
SCOPES = ("dashboard", "report", "export", "all")


@dataclass(frozen=True)
class Consent:
    """One row.

    Attributes
    ----------
    speaker : str
        As in the catalog, or ``*``.
    given_utc, expires_utc, withdrawn_utc : str
        Days, ``YYYY-MM-DD``; the expiry may be ``never``, the withdrawal is empty until it happens.
    version : str
        Of the form that was signed.
    scope : str
        What was agreed to: ``dashboard``, ``report``, ``export`` (joined by ``;``), or ``all``.
    proof : str
        Where the agreement itself is: a file, a shelf mark, a publication.
    """

    speaker: str
    given_utc: str
    version: str
    scope: str
    expires_utc: str
    proof: str
    withdrawn_utc: str = ""

    def covers(self, act: str) -> bool:
        """Whether the act lies in the scope."""
        return bool({act, "all"} & set(self.scope.split(";")))


COLUMNS = tuple(field.name for field in fields(Consent))


def consent_file(project: Project, dataset: str) -> Path:
    """Return where a dataset's consents are kept."""
    return project.dataset_folder(dataset) / FILE


def read_consents(project: Project, dataset: str) -> list[Consent]:
    """Return all rows, oldest first; none when there is no file.

    Raises
    ------
    StorageError
        The file is damaged.
    """
    path = consent_file(project, dataset)
    return _rows_of(path) if path.is_file() else []


def standing(consents: Iterable[Consent]) -> dict[str, Consent]:
    """Return the row that counts of each speaker: the last one."""
    return {consent.speaker: consent for consent in consents}


def checked(consent: Consent) -> Consent:
    """Return a consent with its fields in their normal form.

    Raises
    ------
    InvalidInputError
        A field is missing or wrong; the message names it.
    """
    for name in ("speaker", "proof"):
        text = getattr(consent, name)
        if not text.strip() or not text.isprintable() or len(text) > 500:
            raise InvalidInputError(
                f"A consent's {name} must be one line of 1 to 500 letters. Received {text!r}."
            )
    scopes = [word.strip() for word in consent.scope.replace(",", ";").split(";") if word.strip()]
    if not scopes or set(scopes) - set(SCOPES):
        raise InvalidInputError(
            f"A consent's scope must be of {', '.join(SCOPES)}. Received {consent.scope!r}."
        )
    given = _day(consent.given_utc, "given")
    expires = NEVER if consent.expires_utc == NEVER else _day(consent.expires_utc, "expiry")
    if expires != NEVER and expires < given:
        raise InvalidInputError(f"A consent must expire after it was given. Received {given} to {expires}.")
    withdrawn = consent.withdrawn_utc and _day(consent.withdrawn_utc, "withdrawal")
    return replace(
        consent,
        scope=";".join(dict.fromkeys(scopes)),
        given_utc=given,
        expires_utc=expires,
        withdrawn_utc=withdrawn,
    )


def add_consents(project: Project, dataset: str, consents: Iterable[Consent]) -> int:
    """Add rows, all of them or none, and return how many were new; the same rows again add nothing.

    Raises
    ------
    InvalidInputError
        A row is wrong.
    StorageError
        The file cannot be written.
    """
    there = read_consents(project, dataset)
    last = standing(there)
    new = [row for row in map(checked, consents) if last.get(row.speaker) != row]
    if new:
        add_audit_line(project, "consent added", dataset=dataset, rows=len(new))
        write_consents(project, dataset, [*there, *new])
    return len(new)


def withdraw(project: Project, dataset: str, speaker: str) -> Consent:
    """Record that a speaker agrees no longer, from today on; nothing of them is shown or exported any more.

    Raises
    ------
    InvalidInputError
        Nobody of that name, and no ``*``, has agreed to anything.
    """
    there = read_consents(project, dataset)
    last = standing(there)
    agreed = last.get(speaker) or last.get(EVERYBODY)
    if agreed is None:
        raise InvalidInputError(
            f"A withdrawal must be of a consent that was given. {dataset} has none of {speaker!r}: "
            f"see `workbench consent {dataset} list`."
        )
    today = datetime.now(UTC).date().isoformat()
    row = replace(agreed, speaker=speaker, withdrawn_utc=agreed.withdrawn_utc or today)
    if row != last.get(speaker):
        add_audit_line(project, "consent withdrawn", dataset=dataset, rows=1)
        write_consents(project, dataset, [*there, row])
    return row


def read_consent_table(path: Path) -> list[Consent]:
    """Return the rows of a table of consents from elsewhere; ``version`` and ``withdrawn_utc`` may be missing.

    Raises
    ------
    InvalidInputError
        It cannot be read, a column is missing, or a row is wrong.
    """
    if not path.is_file():
        raise InvalidInputError(f"Consents must be in a CSV file. There is none at {path}: check the path.")
    try:
        return [checked(row) for row in _rows_of(path)]
    except StorageError as error:
        raise InvalidInputError(str(error)) from error


def write_consents(project: Project, dataset: str, consents: Iterable[Consent]) -> None:
    """Replace a dataset's table of consents, atomically, readable by its owner only."""
    path = consent_file(project, dataset)
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(asdict(consent) for consent in consents)
    with atomic_file(path) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_text(text.getvalue(), encoding="utf-8", newline="")


def _rows_of(path: Path) -> list[Consent]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            table = csv.DictReader(stream)
            optional = {"version": "", "withdrawn_utc": ""}
            missing = set(COLUMNS) - set(optional) - set(table.fieldnames or ())
            if missing:
                raise ValueError(f"column {', '.join(sorted(missing))} is missing")
            return [
                Consent(**{name: row.get(name) or optional.get(name, "") for name in COLUMNS})
                for row in table
            ]
    except (OSError, ValueError, csv.Error) as error:
        raise StorageError(
            f"{path} must be a table of consents ({', '.join(COLUMNS)}). It is damaged ({error})."
        ) from error


def _day(text: str, what: str) -> str:
    try:
        return date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError:
        hint = f", or {NEVER}" if what == "expiry" else ""
        raise InvalidInputError(
            f"A consent's {what} must be a day such as 2026-11-30{hint}. Received {text!r}."
        ) from None
