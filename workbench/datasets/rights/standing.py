"""What is known about a dataset's rights and what is missing, in words."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from workbench.datasets.catalog import Dataset
from workbench.datasets.rights.consent import read_consents
from workbench.datasets.rights.declaration import read_rights
from workbench.datasets.rights.permission import ACTS, speakers_to_ask, why_not
from workbench.datasets.rights.purposes import PURPOSES
from workbench.project import Project

RAVDESS = (
    '--purpose research --licence "CC BY-NC-SA 4.0" --licence-url https://creativecommons.org/licenses/by-nc-sa/4.0/',
    '--given 2018-05-16 --expires never --proof "Livingstone & Russo 2018, doi:10.1371/journal.pone.0196391"',
)
"""What the publication of RAVDESS says: its licence, and that its actors agreed to its release."""


def standing_of(project: Project, dataset: str) -> dict[str, Any]:
    """Return rights, speakers that must be asked, consents that count and what stands against each act."""
    rights = read_rights(project, dataset)
    rows = read_consents(project, dataset)
    return {
        "dataset": dataset,
        "rights": asdict(rights),
        "speakers_to_ask": len(speakers_to_ask(project, dataset, rights)),
        "consents": len({row.speaker for row in rows}),
        "refusals": {act: list(why_not(project, [dataset], act)) for act in ACTS},
    }


def lines_of(standing: dict[str, Any]) -> list[str]:
    """Return :func:`standing_of` for people: what is known, then what each act still needs."""
    rights = standing["rights"]
    purpose = PURPOSES.get(rights["purpose"])
    lines = [
        f"{standing['dataset']}:",
        f"  purpose   {f'{purpose.name}: {purpose.words}' if purpose else 'not declared'}",
        f"  licence   {' '.join(filter(None, (rights['licence'], rights['licence_url']))) or 'not told'}",
        f"  source    {rights['source'] or 'not told'}",
    ]
    if rights["reason"]:
        lines.append(f"  reason    {rights['reason']}")
    if rights["declared_utc"]:
        lines.append(f"  declared  {rights['declared_utc']} by {rights['declared_by'] or 'somebody'}")
    n_speakers = standing["speakers_to_ask"]
    lines.append(
        "  consent   drawn actors, nobody need be asked"
        if rights["drawn"] and not n_speakers
        else f"  consent   {standing['consents']} with a row, {n_speakers} to be asked"
    )
    refused: dict[str, list[str]] = {}
    for act, sentences in standing["refusals"].items():
        lines.append(f"  {act:<9} {'not allowed' if sentences else 'allowed'}")
        for sentence in sentences:
            refused.setdefault(_mend(sentence), []).append(sentence)
    lines += [f"- {sentences[0]}" for sentences in refused.values()]
    return lines


def what_next(project: Project, dataset: str) -> list[str]:
    """Return what is to be run before anything of a dataset is shown, reported or exported; nothing when all is well.

    Where all files are named as those of RAVDESS, the one command that records the consent which its publication tells;
    that they really are that set only a person can say.
    """
    if not any(why_not(project, [dataset], act) for act in ACTS):
        return []
    lines = [f"Before dashboards, reports and exports: `workbench rights {dataset}` says what is missing."]
    if _named_as_ravdess(project, dataset) and not read_consents(project, dataset):
        licence, consent = RAVDESS
        lines.append(
            "If this is the published RAVDESS, whose actors agreed to its release: "
            f"`workbench rights {dataset} {licence} && workbench consent {dataset} add --all --scope all {consent}`"
        )
    return lines


def _named_as_ravdess(project: Project, dataset: str) -> bool:
    table = Dataset(project.dataset_folder(dataset)).table()
    return bool(len(table)) and "emotion" in table and bool((table["emotion"] != "").all())


def _mend(sentence: str) -> str:
    """Return the part of a sentence that says what to run: the same mend for two acts is said once."""
    return sentence.rpartition(": ")[2]
