"""ELAN's ``.eaf``: written so that nothing is lost, read also when others made it.

ELAN counts whole milliseconds and has no moments; labels count microseconds and have. So a moment is drawn as 30 ms
(less where the next annotation begins sooner), and the exact times of every annotation whose milliseconds do not say
them stand in a property of the document, ``workbench:exact:TIER``, keyed by those milliseconds. What nobody moves in
ELAN therefore comes back exactly; what somebody moves has the times that ELAN shows.
"""

from __future__ import annotations

import json
import math
import mimetypes
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError
from workbench.labels.exchange.tiers import (
    MOST_BYTES,
    ClipLabels,
    ForeignRow,
    Mark,
    ReadFile,
    annotator_of,
    by_tier,
    lanes,
    numbered,
    parse_tier_name,
    tier_name,
)
from workbench.labels.schema import schema_of
from workbench.lazy import load
from workbench.media.timeline import GRID_STEP_S

ENDING = ".eaf"
_CLIP = "workbench:clip"
_EXACT = "workbench:exact:"
_MOMENT_MS = round(GRID_STEP_S * 1000)
_LANGUAGE = "und"


def write_elan(path: Path, labels: ClipLabels) -> None:
    """Write the labels of one clip to ``path``, a file that must not be there."""
    eaf = load("pympi").Elan.Eaf(author="Affect Workbench")
    eaf.remove_tier("default")
    eaf.properties.append((_CLIP, labels.clip))
    eaf.add_language(_LANGUAGE, "http://cdb.iso.org/lg/CDB-00130975-001", "undetermined (und)")
    if labels.media:
        mime = mimetypes.guess_type(labels.media)[0] or "application/octet-stream"
        eaf.add_linked_file(f"./{labels.media}", relpath=f"./{labels.media}", mimetype=mime)
    for question, annotator, marks in by_tier(labels.marks):
        if question not in eaf.controlled_vocabularies:
            _add_vocabulary(eaf, question)
        extents = _extents(marks, labels.duration_s)
        for number, lane in enumerate(lanes(marks, extents.__getitem__)):
            tier = tier_name(question, annotator, further=numbered(number))
            eaf.add_tier(tier, ling=question, ann=annotator)
            for mark in lane:
                eaf.add_annotation(tier, *extents[mark], mark.value)
            exact = [[*extents[m], m.start_s, m.end_s] for m in lane if not _says_itself(m, extents[m])]
            if exact:
                eaf.properties.append((_EXACT + tier, json.dumps(exact)))
    eaf.to_file(str(path))


def read_elan(path: Path, *, annotator: str | None = None) -> ReadFile:
    """Read a file of ELAN: ours or anybody's.

    Parameters
    ----------
    annotator : str, optional
        Who made tiers that name nobody.

    Raises
    ------
    InvalidInputError
        It is no such file, or a tier about one of our questions names no annotator. The message names file and tier.
    """
    eaf = _open(path)
    properties = {str(name): str(text) for name, text in eaf.get_properties()}
    rows: list[ForeignRow] = []
    left_out: list[str] = []
    for tier, (aligned, _, attributes, _) in eaf.tiers.items():
        named = parse_tier_name(tier)
        if named is None:
            left_out.append(tier)
            continue
        question, name = named
        try:
            who = annotator_of(name, attributes.get("ANNOTATOR") or "", annotator, tier=tier)
            exact = _exact_times(properties.get(_EXACT + tier, "[]"), tier)
        except InvalidInputError as error:
            raise InvalidInputError(f"{path.name}: {error}") from error
        for start_id, end_id, value, _ in aligned.values():
            times_ms = (eaf.timeslots.get(start_id), eaf.timeslots.get(end_id))
            rows.extend(_row(tier, question, who, times_ms, value, exact))
    return ReadFile(properties.get(_CLIP, ""), tuple(rows), tuple(left_out))


def _add_vocabulary(eaf: Any, question: str) -> None:
    """Let people choose from the answers there are, instead of typing them."""
    eaf.add_controlled_vocabulary(question)
    for number, choice in enumerate(schema_of(question).choices):
        eaf.add_cv_entry(question, f"cve-{question}-{number}", [(choice.name, _LANGUAGE, None)])
    eaf.add_linguistic_type(question)
    eaf.linguistic_types[question]["CONTROLLED_VOCABULARY_REF"] = question


def _extents(marks: list[Mark], duration_s: float | None) -> dict[Mark, tuple[int, int]]:
    """Return where each mark of a tier stands, in whole milliseconds, none shorter than one."""
    starts = sorted({_ms(mark.start_s) for mark in marks})
    following = dict(zip(starts, [*starts[1:], math.inf], strict=True))
    last_ms = math.inf if duration_s is None else math.floor(duration_s * 1000)
    extents = {}
    for mark in marks:
        start = _ms(mark.start_s)
        end = _ms(mark.end_s)
        if mark.start_s == mark.end_s:
            end = int(min(start + _MOMENT_MS, following[start], max(last_ms, start + 1)))
        extents[mark] = (start, max(end, start + 1))
    return extents


def _ms(time_s: float) -> int:
    return round(time_s * 1000)


def _says_itself(mark: Mark, extent: tuple[int, int]) -> bool:
    return (mark.start_s, mark.end_s) == (extent[0] / 1000, extent[1] / 1000)


def _open(path: Path) -> Any:
    rule = f"{path.name} must be an annotation file of ELAN"
    try:
        content = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    except OSError as error:
        raise InvalidInputError(f"{rule}. It cannot be read: {error}.") from error
    if content is None:
        raise InvalidInputError(f"{rule} of at most {MOST_BYTES} bytes. Received more.")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise InvalidInputError(f"{rule}. It declares entities, which ELAN never does: save it in ELAN anew.")
    try:
        return load("pympi").Elan.Eaf(str(path), suppress_version_warning=True)
    except Exception as error:  # the library answers a damaged file with whatever it stumbles over
        raise InvalidInputError(
            f"{rule}. It is damaged or another kind of file ({type(error).__name__}: {error}): open it in ELAN and save it."
        ) from error


def _exact_times(text: str, tier: str) -> dict[tuple[int, int], tuple[float, float]]:
    try:
        return {(int(a), int(b)): (float(start), float(end)) for a, b, start, end in json.loads(text)}
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"The property {_EXACT + tier!r} must hold exact times. It is damaged: remove it to go by whole milliseconds."
        ) from error


def _row(
    tier: str,
    question: str,
    annotator: str,
    times_ms: tuple[int | None, int | None],
    value: str,
    exact: dict[tuple[int, int], tuple[float, float]],
) -> list[ForeignRow]:
    if not value.strip():  # drawn, and not yet answered
        return []
    start_ms, end_ms = times_ms
    row: dict[str, Any] = {"question": question, "annotator": annotator, "value": value.strip()}
    if start_ms is None or end_ms is None:
        return [ForeignRow(f"tier {tier!r}, without a time", row | {"start_s": "?", "end_s": "?"})]
    start_s, end_s = exact.get((start_ms, end_ms), (start_ms / 1000, end_ms / 1000))
    where = f"tier {tier!r}, {start_ms / 1000:.3f} to {end_ms / 1000:.3f} s"
    return [ForeignRow(where, row | {"start_s": start_s, "end_s": end_s})]
