"""Whether something may be shown, reported or exported, and if not, why not and what to do: one sentence each."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from workbench.datasets.rights.consent import EVERYBODY, NEVER, Consent, read_consents, standing
from workbench.datasets.rights.declaration import Rights, read_rights
from workbench.datasets.rights.purposes import ARTICLE, PURPOSES
from workbench.errors import InvalidInputError, StorageError
from workbench.project import Project

Act = Literal["dashboard", "report", "export"]
ACTS: tuple[Act, ...] = ("dashboard", "report", "export")
_VERBS = {"dashboard": "shown on a dashboard", "report": "reported", "export": "exported or published"}
_NAMED_AT_MOST = 5


def why_not(
    project: Project,
    dataset_names: Iterable[str],
    act: Act,
    today: date | None = None,
    *,
    named: bool = True,
) -> tuple[str, ...]:
    """Return why datasets may not be shown, reported or exported; nothing when they may.

    Parameters
    ----------
    dataset_names : iterable of str
        The datasets concerned; the same twice counts once.
    act : {"dashboard", "report", "export"}
    today : date, optional
        The day that consents are judged on; by default today, UTC.
    named : bool
        Whether speakers are named, for operators; else only counted, for pages that others read.

    Raises
    ------
    InvalidInputError
        There is no such act, or a name can be no dataset's.
    """
    if act not in ACTS:
        raise InvalidInputError(f"An act must be one of {', '.join(ACTS)}. Received {act!r}.")
    day = today or datetime.now(UTC).date()
    return tuple(
        sentence
        for name in dict.fromkeys(dataset_names)
        for sentence in _why_not_this(project, name, act, day, named)
    )


def require_permission(project: Project, names: Iterable[str], act: Act) -> None:
    """Do nothing when the act is allowed; else say why not.

    Raises
    ------
    InvalidInputError
        With every sentence of :func:`why_not`.
    """
    refusals = why_not(project, names, act)
    if refusals:
        raise InvalidInputError("\n".join(refusals))


def speakers_to_ask(project: Project, dataset: str, rights: Rights) -> list[str]:
    """Return the speakers whose consent is needed, sorted; ``""`` stands for clips of nobody known.

    Drawn actors are nobody, but only clips of the drawn truth count as drawn. Where no catalog is left, nobody can be
    looked up: then it is ``""``.
    """
    folder = project.dataset_folder(dataset)
    if not (folder / "catalog.csv").is_file():
        return [] if rights.drawn and (folder / "truth.csv").is_file() else [""]
    rows = _columns(folder / "catalog.csv", ("clip", "speaker"))
    drawn: set[str] = set()
    if rights.drawn and (folder / "truth.csv").is_file():
        drawn = {clip for (clip,) in _columns(folder / "truth.csv", ("clip",))}
    return sorted({speaker for clip, speaker in rows if clip not in drawn})


def speakers_of(project: Project, dataset: str) -> set[str]:
    """Return the speakers of a dataset's catalog; none where there is no catalog."""
    path = project.dataset_folder(dataset) / "catalog.csv"
    return {speaker for (speaker,) in _columns(path, ("speaker",))} if path.is_file() else set()


def _why_not_this(project: Project, name: str, act: Act, day: date, named: bool) -> list[str]:
    rights = read_rights(project, name)
    refusals = [*_purpose(name, act, rights)]
    if not rights.licence:
        refusals.append(
            f"A dataset's licence must be told before it is {_VERBS[act]}. {name} has none: "
            f"`workbench rights {name} --licence TEXT`."
        )
    consents = standing(read_consents(project, name))
    troubles: dict[str, list[str]] = {}
    withdrawn = {speaker for speaker, row in consents.items() if row.withdrawn_utc}
    asked = speakers_to_ask(project, name, rights)
    for speaker in sorted(
        {*asked, *withdrawn & speakers_of(project, name)}
    ):  # a drawn actor's word counts, too
        trouble = _trouble(speaker, consents, act, day)
        if trouble:
            troubles.setdefault(trouble, []).append(speaker)
    return refusals + [_sentence(key, name, act, speakers, named) for key, speakers in troubles.items()]


def _purpose(name: str, act: Act, rights: Rights) -> list[str]:
    purpose = PURPOSES.get(rights.purpose)
    if purpose is None:
        return [
            f"A dataset's purpose must be declared before it is {_VERBS[act]}. {name} has none: "
            f"`workbench rights {name} --purpose research` (or {', '.join(list(PURPOSES)[1:])})."
        ]
    if purpose.forbidden:
        return [
            f"Emotions of people in the workplace or in education must not be inferred from face and voice "
            f"({ARTICLE}). {name} is declared for {purpose.name}, so it is not {_VERBS[act]}; for medical or safety "
            f"reasons: `workbench rights {name} --purpose medical-or-safety --reason TEXT`."
        ]
    if purpose.needs_reason and not rights.reason:
        return [
            f"The purpose {purpose.name} must come with a written reason ({ARTICLE} excepts nothing else). {name} has none: "
            f"`workbench rights {name} --reason TEXT`."
        ]
    return []


def _trouble(speaker: str, consents: dict[str, Consent], act: Act, day: date) -> str:
    """Return the key of what is wrong with a speaker's consent; ``""`` when nothing is."""
    consent = consents.get(speaker) or consents.get(EVERYBODY)
    today = day.isoformat()
    if consent is None:
        return "missing" if speaker else "unknown"
    if consent.withdrawn_utc and consent.withdrawn_utc <= today:
        return "withdrawn"
    if consent.given_utc > today:
        return "not yet"
    if consent.expires_utc != NEVER and consent.expires_utc < today:
        return "expired"
    return "" if consent.covers(act) else "too narrow"


_ADD = "`workbench consent {name} add {who} --scope {scope} --given DATE --expires DATE --proof TEXT`"
_SENTENCES = {
    "missing": "Every speaker must have agreed before a dataset is {done}. {name} has no consent of {people}: {add}.",
    "unknown": "Every speaker must have agreed before a dataset is {done}. {name} has clips whose speaker is not known: "
    "where all agreed together, {add_all}.",
    "withdrawn": "A dataset must hold nobody who withdrew before it is {done}. In {name} consent was withdrawn by "
    "{people}: erase with `workbench forget SPEAKER --dataset {name}`.",
    "not yet": "Consent must have begun before a dataset is {done}. In {name} it has not for {people}: "
    "see `workbench consent {name} list`.",
    "expired": "Consent must not have expired when a dataset is {done}. In {name} it has for {people}: ask again, then "
    "{add}; or erase with `workbench forget SPEAKER --dataset {name}`.",
    "too narrow": "Consent must cover that a dataset is {done}. In {name} its scope lacks {act!r} for {people}: "
    "ask them, then {add}.",
}


def _sentence(trouble: str, name: str, act: Act, speakers: Sequence[str], named: bool) -> str:
    scope = act if trouble == "too narrow" else "all"
    return _SENTENCES[trouble].format(
        name=name,
        act=act,
        done=_VERBS[act],
        people=_people(speakers, named),
        add=_ADD.format(name=name, who="SPEAKER", scope=scope),
        add_all=_ADD.format(name=name, who="--all", scope=scope),
    )


def _people(speakers: Sequence[str], named: bool) -> str:
    if not named:
        return "1 speaker" if len(speakers) == 1 else f"{len(speakers)} speakers"
    shown = ", ".join(speaker or "nobody known" for speaker in speakers[:_NAMED_AT_MOST])
    further = len(speakers) - _NAMED_AT_MOST
    return f"{shown} and {further} more" if further > 0 else shown


def _columns(path: Path, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return [tuple(row[name] for name in names) for row in csv.DictReader(stream)]
    except (OSError, KeyError, csv.Error, UnicodeDecodeError) as error:
        raise StorageError(f"{path} must be readable. It is damaged ({error}): import again.") from error
