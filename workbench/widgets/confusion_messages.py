"""What the kernel tells the error explorer's page, as plain data and buffers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.datasets.moment_cards import CardShelf, Place
from workbench.evaluation.warnings import LEAK_MARK, leak_codes
from workbench.systems.retraining import affected_parts
from workbench.widgets.confusion_session import ConfusionSession
from workbench.widgets.error_view import PART_WORDS, ErrorView
from workbench.widgets.selection import Selection

PICTURES = ("face", "mouth", "sound")


def state_message(session: ConfusionSession, selection: Selection) -> dict[str, Any]:
    """Return what is looked at, its counts, and what was corrected."""
    view, judged = session.view, session.judged
    counts, n_clips = view.confusion()
    runs = judged.runs[view.network]
    leaks = any(leak_codes(run.facts()["warnings"]) for run in runs)
    doubted = view.doubts()["suspect"]
    return {
        "type": "state",
        "problem": "",
        "dataset": judged.dataset.name,
        "schema": session.corrections.schema.as_json(),
        "annotator": session.corrections.annotator,
        "networks": list(judged.networks),
        "network": view.network,
        "runs": [run.id for run in runs],
        "parts": [{"name": part, "words": PART_WORDS[part]} for part in view.parts()],
        "part": view.part,
        "order": view.order,
        "one_per_stretch": view.one_per_stretch,
        "classes": list(judged.classes),
        "counts": counts.counts.tolist(),
        "n_clips": n_clips.tolist(),
        "right": (f"{LEAK_MARK} " if leaks else "") + view.right().in_words(),
        "doubted": [int(doubted.sum()), len(doubted)],
        "restricted": _restricted(session, selection),
        "corrected": affected_parts(session.corrected()),
    }


def _restricted(session: ConfusionSession, selection: Selection) -> str:
    """Say what another view chose, and where it is when it is not in the part looked at."""
    view = session.view
    if not view.restricted:
        return ""
    parts = view.judged.table["part"].reindex(list(view.restricted)).value_counts()
    here = f"{int(parts.get(view.part, 0))} of them are in the {PART_WORDS[view.part]}"
    others = ", ".join(f"{n} in the {PART_WORDS[part]}" for part, n in parts.items() if part != view.part)
    elsewhere = f" ({others})" if others else ""
    return f"Only what another view chose: {selection.words}. {here}{elsewhere}."


def cards_message(
    session: ConfusionSession, view: ErrorView, shelf: CardShelf, names: Sequence[str]
) -> tuple[dict[str, Any], list[bytes]]:
    """Return some moments of what ``view`` has chosen, and their pictures one card after the other."""
    places = places_of(session, names)
    shelf.prepare(places)
    cards: list[dict[str, Any]] = []
    buffers: list[bytes] = []
    for name, place in zip(names, places, strict=True):
        pictures = shelf.of(*place)
        there = {kind: getattr(pictures, kind) for kind in PICTURES if getattr(pictures, kind) is not None}
        cards.append({**session.card(name), "pictures": list(there)})
        buffers += there.values()
    chosen = view.chosen
    told = {"type": "cards", "words": view.words(), "cards": cards}
    return {**told, "chosen": [chosen.kind, chosen.first, chosen.second]}, buffers


def places_of(session: ConfusionSession, names: Sequence[str]) -> list[Place]:
    """Return clip and place on its grid of each moment."""
    rows = session.judged.table.loc[list(names), ["clip", "moment"]]
    return list(zip(rows["clip"], rows["moment"].astype(int), strict=True))
