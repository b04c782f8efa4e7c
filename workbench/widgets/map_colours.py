"""The ways to colour a map of moments: always by shape as well as by colour, each with its legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from workbench.sentiment import SENTIMENT_COLOURS, SENTIMENT_MARKERS

_SHAPES = {"o": "circle", "v": "triangle-down", "^": "triangle-up"}
_TURNS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "plus")
# Okabe-Ito, those that are seen on white.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
_UNKNOWN = ("#767676", "ring")
_SURENESS = (0.5, 0.7, 0.9, 0.99)
_SURE_COLOURS = ("#C8B866", "#948E77", "#666970", "#35456C", "#00224E")  # cividis, light is unsure
_SURE_SHAPES = ("ring", "triangle-down", "diamond", "square", "circle")
_PARTS = {
    "train": ("#0072B2", "circle"),
    "validation": ("#E69F00", "diamond"),
    "test": ("#D55E00", "triangle-up"),
    "not used": _UNKNOWN,
}
_RIGHT = {"right": ("#0072B2", "circle"), "wrong": ("#D55E00", "cross"), "not known": _UNKNOWN}


@dataclass(frozen=True)
class Category:
    """One entry of a legend: its name, colour, shape, and how many points it has."""

    name: str
    colour: str
    shape: str
    n: int


@dataclass(frozen=True)
class Colouring:
    """One way to colour the points.

    Attributes
    ----------
    name : str
        ``"class"``, ``"right or wrong"``, ``"speaker"``, ``"confidence"`` or ``"part"``.
    categories : tuple of Category
    codes : np.ndarray, shape (n,), uint16
        The category of each point.
    """

    name: str
    categories: tuple[Category, ...]
    codes: np.ndarray


def colourings_of(moments: pd.DataFrame, classes: Sequence[str]) -> tuple[Colouring, ...]:
    """Return the five ways to colour moments: class, right or wrong, speaker, confidence, part."""
    truth, known = moments["truth"], moments["truth"] != ""
    right = np.where(known, np.where(truth == moments["predicted"], "right", "wrong"), "not known")
    edges = [0.0, *_SURENESS, 1.0]
    sure = [f"{low:.0%} to {high:.0%}" for low, high in pairwise(edges)]
    sure[0], sure[-1] = f"below {edges[1]:.0%}", f"{edges[-2]:.0%} and more"
    level = np.searchsorted(_SURENESS, moments["confidence"].to_numpy(float), side="right")
    speakers = sorted(set(moments["speaker"]) - {""})
    looks = {
        "class": {name: _look_of_class(name, k) for k, name in enumerate(classes)} | {"not known": _UNKNOWN},
        "right or wrong": _RIGHT,
        "speaker": {name: _look(k) for k, name in enumerate(speakers)} | {"not known": _UNKNOWN},
        "confidence": dict(zip(sure, zip(_SURE_COLOURS, _SURE_SHAPES, strict=True), strict=True)),
        "part": _PARTS,
    }
    values = {
        "class": truth.where(known, "not known"),
        "right or wrong": right,
        "speaker": moments["speaker"].where(moments["speaker"] != "", "not known"),
        "confidence": np.array(sure, dtype=object)[level],
        "part": moments["part"].where(moments["part"].isin(list(_PARTS)), "not used"),
    }
    return tuple(_colouring(name, values[name], looks[name]) for name in looks)


def _colouring(name: str, values: Any, looks: dict[str, tuple[str, str]]) -> Colouring:
    codes = pd.Categorical(values, categories=list(looks)).codes
    counts = np.bincount(codes[codes >= 0], minlength=len(looks))
    there = [k for k in range(len(looks)) if counts[k]]
    names = list(looks)
    categories = tuple(Category(names[k], *looks[names[k]], int(counts[k])) for k in there)
    place = np.zeros(len(looks), np.uint16)
    place[there] = np.arange(len(there))
    return Colouring(name, categories, place[codes])


def _look_of_class(name: str, number: int) -> tuple[str, str]:
    if name in SENTIMENT_COLOURS:
        return SENTIMENT_COLOURS[name], _SHAPES[SENTIMENT_MARKERS[name]]
    return _look(number)


def _look(number: int) -> tuple[str, str]:
    """Return the colour and shape of the n-th of many: 42 that differ."""
    return _COLOURS[number % len(_COLOURS)], _TURNS[number % len(_TURNS)]
