"""Keep what was judged: media, catalog and quarantine of one dataset, each written whole or not at all."""

from __future__ import annotations

import pandas as pd

from workbench.datasets.catalog import COLUMNS, Dataset
from workbench.datasets.forgotten import Forgotten
from workbench.datasets.importing.copying import copy_as_hashed
from workbench.datasets.importing.finding import EXTENSIONS, MEDIA_EXTENSIONS
from workbench.datasets.importing.judging import Judged
from workbench.datasets.importing.naming import readable, shown, slug, stem_and_extension
from workbench.datasets.importing.outcome import CONTRADICTING_DUPLICATE, DUPLICATE, ImportedFile, Objection
from workbench.datasets.importing.probe import Facts
from workbench.errors import InvalidInputError, StorageError
from workbench.files import atomic_file

Row = dict[str, str]
RAVDESS_COLUMNS = ("emotion", "intensity", "statement", "repetition", "sex", "modality", "channel")
MEASURED_COLUMNS = ("width", "height", "n_frames", "frame_rate", "sound_rate")
FURTHER_COLUMNS = ("name", *RAVDESS_COLUMNS, *MEASURED_COLUMNS, "licence", "warnings", "origin")
QUARANTINE_COLUMNS = ("file", "sha256", "name", "origin", "code", "message")
_SAVE_EVERY = 50


class Intake:
    """One dataset while recordings are taken in.

    Parameters
    ----------
    dataset : Dataset
        Where they go; its folder exists and is locked by the caller.
    licence : str
        Under which terms they may be used, ``""`` when not told.
    speaker : str
        Who is seen and heard where a name does not tell, ``""`` when that is not known.

    Raises
    ------
    StorageError
        The catalog there is damaged.
    """

    def __init__(self, dataset: Dataset, *, licence: str = "", speaker: str = "") -> None:
        self.dataset = dataset
        self.licence, self.speaker = licence, speaker
        table = dataset.table()
        self._columns = list(dict.fromkeys([*COLUMNS, *FURTHER_COLUMNS, *table.columns]))
        self.rows: dict[str, Row] = {row["sha256"]: row for row in table.to_dict("records")}
        self._ids = {row["clip"] for row in self.rows.values()}
        self._n_unsaved = 0
        self._forgotten = Forgotten(dataset.folder)
        self._quarantine_file = dataset.folder / "quarantine.csv"
        self._quarantine: dict[tuple[str, str], Row] = {}
        self._quarantine_changed = False
        for row in self._read_quarantine():
            self._quarantine[row["sha256"], row["name"]] = row

    def take(self, judged: Judged) -> ImportedFile:
        """Keep one judged file, or not, and say what became of it.

        Raises
        ------
        StorageError
            The dataset's folder cannot be written: the import must stop.
        """
        path = readable(judged.found.relative)
        objection = judged.objection
        if why := self._forgotten.why(judged.sha256, judged.name.speaker if judged.name else self.speaker):
            objection = Objection("FORGOTTEN", why)
        try:
            if judged.sha256 in self.rows:
                return self._duplicate(path, judged)
            if objection is None and judged.facts is not None:
                return self._accept(path, judged, judged.facts)
            if objection is not None and objection.outcome == "quarantined":
                self._set_aside(judged, objection)
        except InvalidInputError as error:
            objection = Objection("CHANGED_DURING_IMPORT", str(error))
        if (
            objection is None
        ):  # its row went between judging and keeping: only this class removes rows, and it does not
            raise StorageError(f"{self.dataset.catalog_file} must not change during an import: run it again.")
        return ImportedFile(path, objection.outcome, objection.code, shown(objection.message))

    def save(self) -> None:
        """Write catalog and quarantine, if anything changed since the last time."""
        if self._n_unsaved:
            self.dataset.write_table(pd.DataFrame(list(self.rows.values()), columns=self._columns).fillna(""))
            self._n_unsaved = 0
        if self._quarantine_changed:
            self._write_quarantine()
            self._quarantine_changed = False

    def _duplicate(self, path: str, judged: Judged) -> ImportedFile:
        row = self.rows[judged.sha256]
        kept = self.dataset.media / row["file"]
        message = f"The same content is there already as {row['clip']}."
        if not kept.is_file():
            copy_as_hashed(judged.found.path, kept, sha256=judged.sha256)
            message += " Its file was missing and is put back."
        name = judged.name
        if name is not None and (name.speaker, name.emotion) != (row["speaker"], row.get("emotion", "")):
            message += (
                f" But this name says {name.speaker}, {name.emotion}; the catalog says "
                f"{row['speaker'] or 'nobody'}, {row.get('emotion') or 'nothing'}: find out which is right."
            )
            return ImportedFile(path, "duplicate", CONTRADICTING_DUPLICATE, message)
        return ImportedFile(path, "duplicate", DUPLICATE, message)

    def _accept(self, path: str, judged: Judged, facts: Facts) -> ImportedFile:
        stem, extension = stem_and_extension(judged.found.name)
        clip = self._new_id(slug(stem), judged.sha256)
        fitting = EXTENSIONS[facts.container]
        file = clip + (extension if extension in fitting else fitting[0])
        copy_as_hashed(judged.found.path, self.dataset.media / file, sha256=judged.sha256)
        self.rows[judged.sha256] = self._row(judged, facts, clip=clip, file=file)
        self._ids.add(clip)
        self._release(judged.sha256)
        self._n_unsaved += 1
        if self._n_unsaved >= _SAVE_EVERY:
            self.save()
        if not facts.oddities:
            return ImportedFile(path, "accepted")
        message = f"It is taken in, but {'; '.join(facts.oddities.values())}."
        return ImportedFile(path, "warned", ";".join(facts.oddities), shown(message))

    def _new_id(self, readable_part: str, sha256: str) -> str:
        """Return the clip's id; eight digits of the hash, more in the unlikely case that they are taken."""
        return next(
            name
            for n_digits in range(8, 65, 8)
            if (name := f"{readable_part}.{sha256[:n_digits]}") not in self._ids
        )

    def _row(self, judged: Judged, facts: Facts, *, clip: str, file: str) -> Row:
        name = judged.name
        said = {column: getattr(name, column) if name is not None else "" for column in RAVDESS_COLUMNS}
        measured = {column: str(getattr(facts, column)) for column in MEASURED_COLUMNS}
        if facts.kind == "audio":
            measured |= {"width": "", "height": "", "n_frames": "", "frame_rate": ""}
        if not facts.sound_rate:
            measured["sound_rate"] = ""
        return {
            "clip": clip,
            "file": file,
            "sha256": judged.sha256,
            "kind": facts.kind,
            "speaker": name.speaker if name is not None else self.speaker,
            "intended": name.intended if name is not None else "",
            "duration_s": facts.duration_s,  # type: ignore[dict-item]  # the one number of the catalog
            "name": readable(judged.found.name),
            **said,
            **measured,
            "licence": self.licence,
            "warnings": ";".join(facts.oddities),
            "origin": readable(judged.found.relative),
        }

    def _set_aside(self, judged: Judged, objection: Objection) -> None:
        stem, extension = stem_and_extension(judged.found.name)
        file = f"{slug(stem)}.{judged.sha256[:8]}{extension if extension in MEDIA_EXTENSIONS else ''}"
        target = self.dataset.folder / "quarantine" / file
        row = {
            "file": file,
            "sha256": judged.sha256,
            "name": readable(judged.found.name),
            "origin": readable(judged.found.relative),
            "code": objection.code,
            "message": shown(objection.message),
        }
        if not target.is_file():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            copy_as_hashed(judged.found.path, target, sha256=judged.sha256)
        if self._quarantine.get((row["sha256"], row["name"])) != row:
            self._quarantine[row["sha256"], row["name"]] = row
            self._quarantine_changed = True
            self.save()

    def _release(self, sha256: str) -> None:
        """Forget what was set aside once the same content came in under a right name."""
        for key in [key for key in self._quarantine if key[0] == sha256]:
            (self.dataset.folder / "quarantine" / self._quarantine.pop(key)["file"]).unlink(missing_ok=True)
            self._quarantine_changed = True

    def _read_quarantine(self) -> list[Row]:
        if not self._quarantine_file.is_file():
            return []
        try:
            table = pd.read_csv(self._quarantine_file, dtype=str, keep_default_na=False, encoding="utf-8")
            return table[list(QUARANTINE_COLUMNS)].to_dict("records")
        except (ValueError, KeyError) as error:
            raise StorageError(
                f"{self._quarantine_file} must be a table of quarantined files. It is damaged ({error}): delete it."
            ) from error

    def _write_quarantine(self) -> None:
        table = pd.DataFrame(list(self._quarantine.values()), columns=list(QUARANTINE_COLUMNS))
        with atomic_file(self._quarantine_file) as temporary:
            table.to_csv(temporary, index=False, encoding="utf-8", lineterminator="\n")
