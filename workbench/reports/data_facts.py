"""What a dataset holds, whether it may be used, and what was odd about its files: from its tables alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.importing.outcome import QUARANTINED, WARNED
from workbench.datasets.odd_in_words import ODD_IN_WORDS
from workbench.datasets.rights.consent import EVERYBODY, Consent, read_consents, standing
from workbench.datasets.rights.declaration import Rights, read_rights
from workbench.datasets.rights.permission import speakers_to_ask
from workbench.errors import StorageError
from workbench.project import Project
from workbench.reports.clip_answers import catalog_of

NOT_TOLD = ""
_ODD = ODD_IN_WORDS | WARNED
_QUARANTINE_COLUMNS = ("file", "name", "origin", "code", "message")


@dataclass(frozen=True, eq=False)
class DataFacts:
    """One dataset.

    Attributes
    ----------
    name : str
    clips : pd.DataFrame
        One row per clip: the catalog with ``extracted`` and ``labelled`` (bool), and ``odd``: the codes of what was odd
        about it on import or extraction, joined by ``;``.
    set_aside : pd.DataFrame
        ``file, name, origin, code, message`` of files that wait for a person's decision.
    rights : Rights
    consents : dict of str to Consent
        The one that counts, per speaker.
    to_ask : list of str
        Speakers whose consent is needed; ``""`` for clips of nobody known.
    """

    name: str
    clips: pd.DataFrame
    set_aside: pd.DataFrame
    rights: Rights
    consents: dict[str, Consent]
    to_ask: list[str]

    @property
    def minutes(self) -> float:
        """How long all recordings are together."""
        return float(self.clips["duration_s"].sum()) / 60

    @property
    def speakers(self) -> list[str]:
        """Who speaks, sorted; clips of nobody known are left out."""
        return sorted(set(self.clips["speaker"]) - {NOT_TOLD})

    @property
    def classes(self) -> dict[str, int]:
        """How many clips were meant to show what; ``""`` for those of which nobody knows."""
        return {str(name): int(n) for name, n in self.clips["intended"].value_counts().sort_index().items()}

    @property
    def problems(self) -> list[tuple[str, str, int, bool]]:
        """Code, words, how many, and whether these are files set aside rather than clips; the commonest first."""
        odd = Counter(code for codes in self.clips["odd"] for code in codes.split(";") if code)
        aside = Counter(self.set_aside["code"])
        found = [
            (code, _ODD.get(code, "odd in a way that has no words here"), n, False) for code, n in odd.items()
        ]
        found += [(code, QUARANTINED.get(code, "set aside"), n, True) for code, n in aside.items()]
        return sorted(found, key=lambda one: (-one[2], one[0]))

    def consent_of(self, speaker: str) -> Consent | None:
        """Return the consent that counts for a speaker: their own, else everybody's."""
        return self.consents.get(speaker) or self.consents.get(EVERYBODY)


def data_facts(project: Project, name: str, labelled: frozenset[str] = frozenset()) -> DataFacts:
    """Return what is known about a dataset.

    Parameters
    ----------
    labelled : frozenset of str
        The clips that have a label.

    Raises
    ------
    StorageError
        One of its tables is damaged.
    """
    dataset = Dataset(project.dataset_folder(name))
    clips = catalog_of(project, name)
    odd = _odd_when_extracted(dataset.features, stamp_of_folder(dataset.features))
    on_import = clips["warnings"] if "warnings" in clips else [""] * len(clips)
    clips = clips.assign(
        extracted=clips["clip"].isin(odd).astype(bool),
        labelled=clips["clip"].isin(labelled).astype(bool),
        odd=[
            ";".join(dict.fromkeys([*filter(None, codes.split(";")), *odd.get(clip, ())]))
            for clip, codes in zip(clips["clip"], on_import, strict=True)
        ],
    )
    rights = read_rights(project, name)
    return DataFacts(
        name=name,
        clips=clips,
        set_aside=_set_aside(dataset),
        rights=rights,
        consents=standing(read_consents(project, name)),
        to_ask=speakers_to_ask(project, name, rights),
    )


def stamp_of_folder(folder: Path) -> int:
    """Return what changes when something is put into a folder; 0 where there is none."""
    return folder.stat().st_mtime_ns if folder.is_dir() else 0


@lru_cache(maxsize=8)
def _odd_when_extracted(features: Path, _stamp: int) -> dict[str, tuple[str, ...]]:
    """Return the codes of what was odd about each extracted clip; every clip's folder is put in anew as a whole."""
    store = FeatureStore(features)
    return {clip: tuple(store.read_report(clip).get("odd", ())) for clip in store.clips()}


def _set_aside(dataset: Dataset) -> pd.DataFrame:
    path = dataset.folder / "quarantine.csv"
    if not path.is_file():
        return pd.DataFrame(columns=list(_QUARANTINE_COLUMNS))
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
        return table[list(_QUARANTINE_COLUMNS)]
    except (ValueError, KeyError) as error:
        raise StorageError(
            f"{path} must be a table of files set aside. It is damaged ({error}): delete it."
        ) from error
