"""A clip, explained: what each system thought, moment by moment, what was decided, what people said, and why."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.datasets.catalog import Dataset, names
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.odd_in_words import ODD_IN_WORDS
from workbench.datasets.rights.declaration import read_rights
from workbench.errors import InvalidInputError, WorkbenchError
from workbench.reports.answer import FUSED, said
from workbench.reports.card import DRAWN
from workbench.reports.clip_answers import catalog_of
from workbench.reports.clip_story import Lane, lane_of, lanes_kept, why
from workbench.reports.labelling import standing_labels
from workbench.reports.names_shown import ClipNames
from workbench.reports.pages.clip_choice import choose_page
from workbench.reports.pages.clip_lanes import drawn_lanes, table_of
from workbench.reports.pages.page import Looking, Page
from workbench.reports.pages.rights import refusal
from workbench.reports.stored import StoredComparison, latest_comparison, read_comparison, run_called

_FACTS = {"emotion": "Emotion acted", "intensity": "Intensity", "statement": "Sentence", "kind": "Holds"}


def clip_page(looking: Looking) -> Page:
    """Return the page of a clip, or the list to choose one from."""
    stored = _comparison(looking)
    dataset = stored.dataset if stored else looking.view.dataset or next(iter(names(looking.project)), "")
    if not dataset:
        return looking.page("clip_none.html.j2")
    if refused := refusal(looking, [dataset]):
        return refused
    if not looking.view.clip:
        return choose_page(looking, dataset, stored)
    return _explained(looking, dataset, stored)


def _comparison(looking: Looking) -> StoredComparison | None:
    """Return the comparison whose systems are shown: the one of the address, else the newest (of the dataset)."""
    view = looking.view
    if view.comparison:
        stored = read_comparison(looking.project, view.comparison)
        if view.dataset and view.dataset != stored.dataset:
            raise InvalidInputError(
                f"A comparison must be of the dataset looked at. {stored.name} is of {stored.dataset}, not {view.dataset}."
            )
        return stored
    if view.dataset and view.dataset not in names(looking.project):
        raise InvalidInputError(f"A dataset must be one of those there. Received {view.dataset!r}.")
    return latest_comparison(looking.project, view.dataset or None)


def _explained(looking: Looking, dataset: str, stored: StoredComparison | None) -> Page:
    clip, shown = find_clip(looking, dataset, stored)
    lanes, problems = _lanes(looking, stored, clip)
    tested = bool(lanes)
    lanes = lanes or _looked_at(looking, stored, dataset, clip)
    row = _row(looking, dataset, clip)
    main = next((lane for lane in lanes if lane.network == "audiovisual"), lanes[0] if lanes else None)
    moments = [lane for lane in lanes if np.isfinite(lane.start_s).all()]
    length_s = float(row.get("duration_s") or 0) or max(
        (float(lane.end_s[-1]) for lane in moments), default=0.0
    )
    truth = next((lane.truth for lane in lanes if lane.truth), row.get("intended", ""))
    audience = looking.audience
    return looking.page(
        "clip.html.j2",
        title=f"{shown.called[clip]}, explained",
        called=shown.called[clip],
        main=main,
        tested=tested,
        truth=truth,
        right=bool(main and truth and main.decision == truth),
        lanes=drawn_lanes(moments, length_s),
        table=table_of(moments),
        reasons=why(lanes) if lanes else [],
        problems=problems,
        length_s=length_s,
        decisions=[(lane.words, lane.decision, lane.decision == truth if truth else None) for lane in lanes],
        facts=[
            *((words, str(row[name])) for name, words in _FACTS.items() if row.get(name)),
            *_found_in(looking, dataset, clip),
        ],
        speaker=row.get("speaker", "") if audience.sees_names else "",
        people=_people(looking, clip, shown.keys[clip]),
        all_labels=looking.link("labels", show="labels", clip=shown.keys[clip]),
        media=shown.keys[clip] if row.get("file") and audience.sees_moving_pictures else "",
        media_words=media_words(looking, str(row.get("kind", ""))),
        choose=looking.link(comparison=stored.name if stored else "", dataset="" if stored else dataset),
        dataset=dataset,
        stored=stored,
        drawn=DRAWN if read_rights(looking.project, dataset).drawn else "",
        leaks=bool(stored and any("⚠" in pair["sentence"] for pair in stored.pairs)),
    )


def find_clip(looking: Looking, dataset: str, stored: StoredComparison | None) -> tuple[str, ClipNames]:
    """Return the clip that the address means, and what clips are called.

    Raises
    ------
    InvalidInputError
        There is none of that key.
    """
    further = tested_clips(looking, stored)
    shown = ClipNames.of(looking.project, looking.names, dataset, further)
    clip = shown.clip_of(looking.view.clip)
    if clip is None:
        raise InvalidInputError(
            f"A clip must be one of {dataset}, or of what was tested on it. There is none of the key {looking.view.clip!r}: "
            "choose one from the list."
        )
    return clip, shown


def tested_clips(looking: Looking, stored: StoredComparison | None) -> list[str]:
    """Return the clips in the splits of a comparison's runs; clips of runs that are gone are left out."""
    found: dict[str, None] = {}
    for run_id in (stored.runs if stored else {}).values():
        run = run_called(looking.project, run_id)
        if run is not None and (run.folder / "split.csv").is_file():
            found |= dict.fromkeys(run.split()["clip"])
    return list(found)


def media_words(looking: Looking, kind: str) -> str:
    """Say what the button will show: what there is, and what the audience may see and hear of it."""
    audience = looking.audience
    face = (
        "" if kind == "audio" else "the picture, the face blurred" if audience.blur_faces else "the picture"
    )
    voice = "" if kind == "video" or not audience.voices else "sound"
    return "Show " + " and ".join(filter(None, (face, voice))) if face or voice else ""


def _lanes(looking: Looking, stored: StoredComparison | None, clip: str) -> tuple[list[Lane], list[str]]:
    lanes, problems = [], []
    for network, run_id in (stored.runs if stored else {}).items():
        run = run_called(looking.project, run_id)
        if run is None:
            problems.append(f"{said(network)}: its run is gone.")
            continue
        try:
            lane = lane_of(run, network, clip)
        except WorkbenchError as error:
            problems.append(f"{said(network)}: {looking.problem(error)}")
            continue
        if lane is not None:
            lanes.append(lane)
    return lanes, problems


def _looked_at(looking: Looking, stored: StoredComparison | None, dataset: str, clip: str) -> list[Lane]:
    """Return what the fused system said of a clip outside its test, where somebody looked at it."""
    run = run_called(looking.project, stored.runs.get(FUSED, "")) if stored else None
    if run is None:
        return []
    try:
        return lanes_kept(looking.project, run, Dataset(looking.project.dataset_folder(dataset)), clip)
    except InvalidInputError:  # a run it was made with is gone, so what was kept may no longer hold
        return []


def _found_in(looking: Looking, dataset: str, clip: str) -> list[tuple[str, str]]:
    """Return how much of the clip had a face and a voice, and what was odd, where it was extracted."""
    store = FeatureStore(looking.project.dataset_folder(dataset) / "features")
    if not store.has(clip):
        return [("Extracted", "○ no")]
    report = store.read_report(clip)
    n = report.get("n_moments")
    found = [
        (words, f"in {report[name]:,} of {n:,} moments")
        for words, name in (
            ("Face detected", "n_detected"),
            ("Face followed", "n_tracked"),
            ("Voice heard", "n_heard"),
        )
        if n and report.get(name) is not None
    ]
    odd = [ODD_IN_WORDS.get(code, code) for code in report.get("odd", ())]
    return [*found, ("Odd", "; ".join(odd))] if odd else found


def _row(looking: Looking, dataset: str, clip: str) -> dict[str, Any]:
    table = catalog_of(looking.project, dataset)
    rows = table[table["clip"] == clip].to_dict("records")
    return {str(name): value for name, value in rows[0].items()} if rows else {}


def _people(looking: Looking, clip: str, key: str) -> list[dict[str, Any]]:
    """Return what people said about the clip: how often which answer to which question."""
    labels = standing_labels(looking.project)
    mine = labels[labels["clip"] == clip]
    counted = mine.groupby(["question", "value"], sort=True).agg(
        n=("value", "size"), people=("annotator", "nunique")
    )
    return [
        {
            "question": question,
            "value": value,
            "n": int(row["n"]),
            "people": int(row["people"]),
            "href": looking.link("labels", show="labels", question=question, value=value, clip=key),
        }
        for (question, value), row in counted.iterrows()
    ]
