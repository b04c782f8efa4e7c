"""How a network's answer goes when what a map points at is taken away, or shown first (Petsiuk et al. 2018, RISE).

Places are taken away in the order of the map, the strongest first (deletion), or shown first on a picture of which
nothing could be told (insertion). The comparison is the same map moved elsewhere: masks of the same sizes and
shapes at places that mean nothing. Single random places would be unfair to one side: scattered holes disturb a
network more than one hole of the same area.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from workbench.models.saliency.cut import Cut, Pictures, probability
from workbench.models.saliency.gradients import baseline_of

N_STEPS = 10
N_MOVED = 3
"""So many moved copies of each map are compared with."""
_CELL_PX = 4
"""Maps are read by squares (sound: stretches) of so many pixels: a pixel alone is no region."""
_BLUR = 0.12
"""Insertion begins with a picture blurred by this share of its side; sound begins with silence."""


@dataclass(frozen=True)
class PerturbationCurves:
    """The probability of the explained class, step by step.

    Attributes
    ----------
    share : np.ndarray, shape (n_steps + 1,)
        Of the picture that was taken away or shown, 0 to 1.
    deletion, insertion : np.ndarray, shape (n, n_steps + 1)
        In the order of the map.
    moved_deletion, moved_insertion : np.ndarray, shape (n, n_steps + 1)
        The mean over the moved maps.
    """

    share: np.ndarray
    deletion: np.ndarray
    insertion: np.ndarray
    moved_deletion: np.ndarray
    moved_insertion: np.ndarray

    def gains(self) -> dict[str, np.ndarray]:
        """Return by how much the map beats the moved maps, as areas under the curve, shape (n,): above 0 is good.

        Deletion: how much lower the probability falls on average; insertion: how much higher it climbs.
        """
        return {
            "deletion": _area(self.moved_deletion - self.deletion, self.share),
            "insertion": _area(self.insertion - self.moved_insertion, self.share),
        }


def perturb(
    cut: Cut,
    pictures: Pictures,
    classes: np.ndarray,
    name: str,
    maps: np.ndarray,
    *,
    n_steps: int = N_STEPS,
    n_moved: int = N_MOVED,
    seed: int = 0,
) -> PerturbationCurves:
    """Ask the network about every step of deletion and insertion, for the maps and for moved ones.

    Parameters
    ----------
    name : str
        The input that is changed; the others stay as they are.
    maps : np.ndarray, shape (n, height, width)
        Of that input. In signed ones what speaks for the class comes first, what speaks against it last.
    """
    rng = np.random.default_rng([seed, 97])
    picture = pictures[name]
    gone = baseline_of({name: picture})[name]
    ends = (gone, gone if name == "columns" else _blurred(picture))
    share = np.linspace(0, 1, n_steps + 1)

    def curves(order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return _curves(cut, pictures, classes, name, _ranks(order, rng), share, ends)

    deletion, insertion = curves(maps)
    moved = np.mean([curves(_moved(maps, rng)) for _ in range(n_moved)], axis=0)
    return PerturbationCurves(share, deletion, insertion, moved[0], moved[1])


def _curves(
    cut: Cut,
    pictures: Pictures,
    classes: np.ndarray,
    name: str,
    ranks: np.ndarray,
    share: np.ndarray,
    ends: tuple[np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Return the class's probability along deletion (towards the first end) and insertion (from the second)."""
    found = np.empty((2, len(classes), len(share)))
    for step, part in enumerate(share):
        taken = (ranks < part)[..., None]
        for kind, asked in enumerate(
            (np.where(taken, ends[0], pictures[name]), np.where(taken, pictures[name], ends[1]))
        ):
            ahead = cut.log_odds(pictures | {name: asked.astype(np.float32)}, classes)
            found[kind, :, step] = probability(ahead)
    return found[0], found[1]


def _area(curves: np.ndarray, share: np.ndarray) -> np.ndarray:
    return ((curves[:, 1:] + curves[:, :-1]) / 2 * np.diff(share)).sum(axis=1)


def _ranks(maps: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return for every pixel the share of cells that come before its own, shape of the maps; ties by lot."""
    n, height, width = maps.shape
    rows, columns = -(-height // _CELL_PX), -(-width // _CELL_PX)
    padded = np.pad(maps, ((0, 0), (0, rows * _CELL_PX - height), (0, columns * _CELL_PX - width)))
    cells = padded.reshape(n, rows, _CELL_PX, columns, _CELL_PX).mean(axis=(2, 4)).reshape(n, -1)
    order = np.lexsort((rng.random(cells.shape), -cells), axis=-1)
    ranks = np.empty(cells.shape, np.float32)
    np.put_along_axis(
        ranks, order, np.arange(cells.shape[1], dtype=np.float32)[None] / cells.shape[1], axis=1
    )
    squares = ranks.reshape(n, rows, columns).repeat(_CELL_PX, axis=1).repeat(_CELL_PX, axis=2)
    return squares[:, :height, :width]


def _moved(maps: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return each map shifted by a fourth to three fourths of its sides, what leaves on one side coming in on the other."""
    shifted = []
    for one in maps:
        by = [int(rng.integers(size // 4, max(3 * size // 4, 1))) if size > 1 else 0 for size in one.shape]
        shifted.append(np.roll(one, by, axis=(0, 1)))
    return np.stack(shifted)


def _blurred(pictures: np.ndarray) -> np.ndarray:
    sigma = _BLUR * pictures.shape[1]
    return np.stack([cv2.GaussianBlur(picture, (0, 0), sigma) for picture in pictures])
