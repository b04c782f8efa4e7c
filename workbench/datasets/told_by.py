"""Whether something that is no picture and no sound tells the answer: a clip's place in the list, its length, its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

FEWEST_TESTED = 10
"""With fewer test clips nothing is asked: chance alone would do as well."""
N_NEIGHBOURS = 5
_CHUNK = 100

Guess = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Told:
    """How often the answers of test clips were told, and how likely chance does as well.

    Attributes
    ----------
    right : np.ndarray, shape (n_tested,), bool
        Whether each was told.
    n_majority : int
        How many are told by always saying the commonest answer of the test: the best that one word can do.
    p : float
        Share of orders drawn by lot (this one included) in which as many are told.
    """

    right: np.ndarray
    n_majority: int
    p: float

    @property
    def k(self) -> int:
        """How many were told."""
        return int(self.right.sum())

    @property
    def n(self) -> int:
        """Of how many."""
        return len(self.right)


def told_by_place(
    places: np.ndarray,
    answers: np.ndarray,
    *,
    learnt: np.ndarray,
    tested: np.ndarray,
    whole: np.ndarray | None = None,
    seed: int = 0,
    n_orders: int = 999,
) -> Told | None:
    """Tell each test clip's answer by the clips next to it on a line, and test that against chance.

    The five nearest clips learnt from vote (never the clip itself). A permutation test says what chance does: answers
    are handed out anew by lot and told in the same way. Where every speaker has one answer only, whole speakers swap
    theirs, for their clips are no independent cases.

    Parameters
    ----------
    places : np.ndarray, shape (n,), float
        Where each clip stands: its number in the list, or its length in seconds. Equal places come in an order drawn
        by lot.
    answers : np.ndarray of str, shape (n,)
        An empty one is not known: the clip takes no part.
    learnt, tested : np.ndarray, shape (n,), bool
    whole : np.ndarray of str, shape (n,), optional
        The speakers; an empty one is not known.
    n_orders : int
        How many orders are drawn.

    Returns
    -------
    Told or None
        None when it cannot be asked: fewer than ten test clips with an answer, or one answer only.
    """
    asked = _Asked.of(answers, learnt, tested, known=answers != "")
    if asked is None:
        return None
    rng = np.random.default_rng([seed, 71])
    lot = rng.permutation(len(places))
    order = lot[np.argsort(places[lot], kind="stable")]
    neighbours = _nearest(places, order[asked.learnt[order]], np.flatnonzero(asked.tested))
    n_classes = asked.n_classes

    def guess(handed_out: np.ndarray) -> np.ndarray:
        votes = handed_out[:, neighbours]
        weights = 1 + 1e-3 * np.arange(votes.shape[2], 0, -1)  # the nearer one decides a draw
        counted = np.stack([((votes == c) * weights).sum(axis=2) for c in range(n_classes)], axis=2)
        return np.asarray(counted.argmax(axis=2))

    return _against_chance(guess, asked, whole, rng, n_orders)


def told_by_group(
    groups: np.ndarray,
    answers: np.ndarray,
    *,
    learnt: np.ndarray,
    tested: np.ndarray,
    whole: np.ndarray | None = None,
    seed: int = 0,
    n_orders: int = 999,
) -> Told | None:
    """Tell each test clip's answer by the commonest answer of the clips of its group, and test that against chance.

    Parameters
    ----------
    groups : np.ndarray of str, shape (n,)
        For instance the sentence; an empty one is not known, and the clip takes no part.
    answers, learnt, tested, whole, n_orders
        As :func:`told_by_place`.
    """
    known = (answers != "") & (groups != "")
    asked = _Asked.of(answers, learnt, tested, known=known & np.isin(groups, groups[learnt & known]))
    if asked is None:
        return None
    n_classes = asked.n_classes
    names, group = np.unique(groups, return_inverse=True)
    mine, learning = group[asked.tested], np.flatnonzero(asked.learnt)

    def guess(handed_out: np.ndarray) -> np.ndarray:
        found = np.empty((len(handed_out), len(mine)), int)
        for k, row in enumerate(handed_out):
            cells = group[learning] * n_classes + row[learning]
            counts = np.bincount(cells, minlength=len(names) * n_classes).reshape(len(names), n_classes)
            found[k] = counts.argmax(axis=1)[mine]
        return found

    return _against_chance(guess, asked, whole, np.random.default_rng([seed, 73]), n_orders)


@dataclass(frozen=True)
class _Asked:
    """Whose answers are told by whose: numbers of the answers, and which clips of both sides take part."""

    codes: np.ndarray
    n_classes: int
    learnt: np.ndarray
    tested: np.ndarray

    @classmethod
    def of(
        cls, answers: np.ndarray, learnt: np.ndarray, tested: np.ndarray, *, known: np.ndarray
    ) -> _Asked | None:
        """Leave out clips that are not known; None when too few are left, or one answer only."""
        learnt, tested = learnt & known, tested & known
        if min(tested.sum(), learnt.sum()) < FEWEST_TESTED or len(set(answers[learnt])) < 2:
            return None
        names, codes = np.unique(answers, return_inverse=True)
        return cls(codes, len(names), learnt, tested)


def _nearest(places: np.ndarray, learnt: np.ndarray, tested: np.ndarray) -> np.ndarray:
    """Return the clips learnt from that stand nearest to each test clip, shape (n_tested, at most 5), nearest first."""
    sorted_places = places[learnt]
    begin = np.searchsorted(sorted_places, places[tested])
    window = begin[:, None] + np.arange(-N_NEIGHBOURS - 1, N_NEIGHBOURS + 1)
    inside = (window >= 0) & (window < len(learnt))
    candidates = learnt[np.clip(window, 0, len(learnt) - 1)]
    distance = np.abs(places[candidates] - places[tested][:, None]).astype(float)
    distance[~inside | (candidates == tested[:, None])] = np.inf
    n_each = min(N_NEIGHBOURS, int(np.isfinite(distance).sum(axis=1).min()))
    return np.take_along_axis(candidates, np.argsort(distance, axis=1, kind="stable")[:, :n_each], axis=1)


def _against_chance(
    guess: Guess, asked: _Asked, whole: np.ndarray | None, rng: np.random.Generator, n_orders: int
) -> Told:
    codes, tested = asked.codes, asked.tested
    taking_part = np.flatnonzero(asked.learnt | tested)
    right = guess(codes[None])[0] == codes[tested]
    as_many = 0
    for first in range(0, n_orders, _CHUNK):
        handed_out = np.tile(codes, (min(_CHUNK, n_orders - first), 1))
        for row in handed_out:
            row[taking_part] = _by_lot(codes[taking_part], None if whole is None else whole[taking_part], rng)
        told = (guess(handed_out) == handed_out[:, tested]).sum(axis=1)
        as_many += int((told >= right.sum()).sum())
    return Told(right, int(np.bincount(codes[tested]).max()), (1 + as_many) / (1 + n_orders))


def _by_lot(codes: np.ndarray, whole: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
    """Hand the answers out anew: clip by clip, or speaker by speaker where each has one answer only."""
    if whole is not None and (whole != "").all():
        _, first, speaker = np.unique(whole, return_index=True, return_inverse=True)
        if len(first) < len(codes) and (codes == codes[first][speaker]).all():
            return np.asarray(rng.permutation(codes[first])[speaker])
    return np.asarray(rng.permutation(codes))
