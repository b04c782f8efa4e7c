"""Give each known face at most one of the places where a face was found, the best pairs first by the sum of all."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

_MOST_AT_ONCE = 4


def match(costs: np.ndarray) -> list[tuple[int, int]]:
    """Return pairs (row, column), each row and each column at most once.

    Among all ways the one with the most pairs, then the lowest sum; with more than four faces the cheapest pair is taken
    first, then the next, for there are too many ways.

    Parameters
    ----------
    costs : np.ndarray, shape (n_faces, n_places)
        Infinite where a place cannot be that face.
    """
    n_faces, n_places = costs.shape
    if max(n_faces, n_places) > _MOST_AT_ONCE:
        return _cheapest_first(costs)
    ways = _ways(list(range(n_faces)), frozenset(range(n_places)))
    possible = (way for way in ways if all(math.isfinite(costs[pair]) for pair in way))
    return min(possible, key=lambda way: (-len(way), sum(float(costs[pair]) for pair in way)))


def _ways(faces: list[int], places: frozenset[int]) -> Iterator[list[tuple[int, int]]]:
    if not faces:
        yield []
        return
    first, *rest = faces
    for place in sorted(places):
        for way in _ways(rest, places - {place}):
            yield [(first, place), *way]
    yield from _ways(rest, places)


def _cheapest_first(costs: np.ndarray) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    left = costs.astype(float).copy()
    while left.size and math.isfinite(left.min()):
        face, place = np.unravel_index(int(left.argmin()), left.shape)
        pairs.append((int(face), int(place)))
        left[face, :], left[:, place] = math.inf, math.inf
    return sorted(pairs)
