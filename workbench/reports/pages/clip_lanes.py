"""The lanes of a clip's timeline as places on a drawing: 1000 units across for the whole clip, whatever its length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from workbench.reports.answer import FUSED
from workbench.reports.clip_story import Lane, stretches_of
from workbench.sentiment import SENTIMENT_COLOURS

ACROSS = 1000
ROW = 14
"""Height of one class's row in a lane."""
MOST_ROWS = 40
"""Rows of the table that says the timeline in words."""
_OTHER_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
_DASHES = ("", "9 4", "3 3", "12 3 3 3", "1 4", "6 2")


def drawn_lanes(lanes: Sequence[Lane], length_s: float) -> list[dict[str, Any]]:
    """Return what is drawn, from top to bottom: mouth, each system, and the fused opinion as it grows.

    In a system's lane the class stands for itself by its row, the first class on top; the fuller its colour, the surer.
    """
    if not lanes or length_s <= 0:
        return []
    found = []
    main = next((lane for lane in lanes if lane.network == FUSED), lanes[-1])
    if main.voice_counted is not None:
        found.append(_gate(main, length_s))
    found += [_said(lane, length_s) for lane in lanes]
    found.append(_opinion(main, length_s))
    return found


def colour_of(classes: Sequence[str], name: str) -> str:
    """Return the colour of a class: its own for a sentiment, else by its place."""
    return SENTIMENT_COLOURS.get(name, _OTHER_COLOURS[list(classes).index(name) % len(_OTHER_COLOURS)])


def _gate(lane: Lane, length_s: float) -> dict[str, Any]:
    assert lane.voice_counted is not None
    blocks = [
        {"x": _x(start, length_s), "width": _x(end - start, length_s), "y": 0, "height": 14, "colour": "#E69F00", "opacity": 1}
        for start, end, value, _ in stretches_of(lane.voice_counted.astype(int), lane.start_s, lane.end_s)
        if value
    ]  # fmt: skip
    n, k = len(lane.voice_counted), int(lane.voice_counted.sum())
    return {
        "name": "Mouth open, voice counts",
        "height": 16,
        "blocks": blocks,
        "lines": [],
        "rows": [],
        "words": f"The voice counted at {k} of {n} moments.",
    }


def _said(lane: Lane, length_s: float) -> dict[str, Any]:
    blocks = []
    for start, end, value, moments in stretches_of(lane.winners, lane.start_s, lane.end_s):
        sure = float(lane.said[moments, value].mean())
        blocks.append(
            {
                "x": _x(start, length_s),
                "width": max(_x(end - start, length_s), 1),
                "y": value * ROW,
                "height": ROW - 2,
                "colour": colour_of(lane.classes, lane.classes[value]),
                "opacity": round(0.35 + 0.65 * sure, 2),
            }
        )
    shares = ", ".join(
        f"{name} at {int((lane.winners == i).sum())} of {len(lane.winners)} moments"
        for i, name in enumerate(lane.classes)
    )
    return {
        "name": f"{lane.words.capitalize()} says",
        "height": ROW * len(lane.classes),
        "blocks": blocks,
        "lines": [],
        "rows": [(name, i * ROW + 10) for i, name in enumerate(lane.classes)],
        "words": f"{lane.words.capitalize()} said {shares}.",
    }


def _opinion(lane: Lane, length_s: float) -> dict[str, Any]:
    height = 90
    lines = []
    for i, name in enumerate(lane.classes):
        places = zip(
            np.append(lane.start_s[:1], lane.end_s),
            np.append(lane.opinion[:1, i], lane.opinion[:, i]),
            strict=True,
        )
        points = " ".join(f"{_x(time, length_s):.1f},{height * (1 - value):.1f}" for time, value in places)
        lines.append(
            {
                "points": points,
                "colour": colour_of(lane.classes, name),
                "dash": _DASHES[i % len(_DASHES)],
                "name": name,
            }
        )
    return {
        "name": f"Opinion of {lane.words}, as it grows",
        "height": height,
        "blocks": [],
        "lines": lines,
        "rows": [],
        "words": f"It ends with {', '.join(f'{name} {value:.0%}' for name, value in zip(lane.classes, lane.opinion[-1], strict=True))}.",
    }


def table_of(lanes: Sequence[Lane]) -> dict[str, Any]:
    """Return the timeline as a table: at most 40 moments, evenly chosen, with what each system said at each."""
    if not lanes:
        return {"head": [], "rows": []}
    main = next((lane for lane in lanes if lane.network == FUSED), lanes[-1])
    chosen = np.unique(
        np.linspace(0, len(main.start_s) - 1, min(MOST_ROWS, len(main.start_s))).round().astype(int)
    )
    rows = []
    for i in chosen:
        time = main.start_s[i]
        cells = []
        if main.voice_counted is not None:
            cells.append("yes" if main.voice_counted[i] else "no")
        for lane in lanes:
            at = int(np.argmin(np.abs(lane.start_s - time)))
            near = abs(float(lane.start_s[at] - time)) < 0.02
            winner = int(lane.winners[at])
            cells.append(f"{lane.classes[winner]} {lane.said[at, winner]:.0%}" if near else "nothing")
        leading = int(main.leading[i])
        cells.append(f"{main.classes[leading]} {main.opinion[i, leading]:.0%}")
        rows.append((f"{time:.2f} s", cells))
    head = ["Voice counts"] if main.voice_counted is not None else []
    return {"head": [*head, *(lane.words.capitalize() for lane in lanes), "Opinion"], "rows": rows}


def _x(seconds: float, length_s: float) -> float:
    return round(ACROSS * seconds / length_s, 1)
