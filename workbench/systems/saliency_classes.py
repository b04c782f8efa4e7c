"""What a class hangs on over many moments: maps averaged in the place of one mean face, and by parts of the face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.evaluation.saliency_checks import Checked, check_mean
from workbench.features.face_alignment import Crop, mean_face, points_in_crop, warp
from workbench.features.face_regions import region_masks
from workbench.systems.saliency_moments import SEEN, SaliencyMoments


@dataclass(frozen=True)
class RegionShare:
    """How much of a class's maps lies on a part of the face.

    Attributes
    ----------
    share : Checked
        Of the maps' mass; "yes" where it is surely more than the part's share of the picture.
    area : float
        The part's share of the picture.
    """

    share: Checked
    area: float

    def as_json(self) -> dict[str, Any]:
        """Return the share with its interval, and the area."""
        return {**self.share.as_json(), "area": self.area}


@dataclass(frozen=True)
class ClassAverage:
    """The mean map of the moments that were answered with one class.

    Attributes
    ----------
    name : str
        The class.
    n_moments, n_clips, n_speakers : int
    picture : np.ndarray, shape (size, size, 3)
        The mean of the aligned crops, 0 to 1.
    heat : np.ndarray, shape (size, size)
        The mean of the aligned maps, each of mass 1: every moment counts the same.
    regions : dict of str to RegionShare
        By part of the face; empty for mouths.
    """

    name: str
    n_moments: int
    n_clips: int
    n_speakers: int
    picture: np.ndarray
    heat: np.ndarray
    regions: dict[str, RegionShare]

    def as_json(self) -> dict[str, Any]:
        """Return counts and regions, without the pictures."""
        counts = {"n": self.n_moments, "n_clips": self.n_clips, "n_speakers": self.n_speakers}
        return {"class": self.name, **counts, "regions": {k: r.as_json() for k, r in self.regions.items()}}


def class_averages(moments: SaliencyMoments, *, method: str, seed: int = 0) -> list[ClassAverage]:
    """Average the maps of each class in aligned space, in the order of the classes; a class never answered is absent.

    Raises
    ------
    InvalidInputError
        The network sees no face or mouth.
    """
    seen = [name for name in moments.inputs if name in SEEN]
    if not seen:
        raise InvalidInputError(
            f"Averages in a face's place need a network that sees one. {moments.run.id} is of the {moments.network} "
            "network: look at it over a clip."
        )
    crop: Crop = "mouths" if seen[0] == "mouths" else "faces"
    points = points_in_crop(moments.arrays["landmarks"], crop=crop)
    onto = mean_face(points)
    maps = warp(moments.attribute(method, seed=seed).strengths()[crop], points, onto)
    pictures = warp(moments.pictures[crop], points, onto, border=None)
    total = maps.sum(axis=(1, 2), keepdims=True)
    masses = np.divide(maps, total, out=np.zeros_like(maps), where=total > 0)
    masks = region_masks(onto) if crop == "faces" else {}
    averages = []
    for name in moments.predictor.classes:
        rows = np.flatnonzero((moments.table["predicted"] == name).to_numpy() & (total[:, 0, 0] > 0))
        if rows.size:
            averages.append(_average(moments, name, rows, pictures, masses, masks, seed))
    return averages


def _average(
    moments: SaliencyMoments,
    name: str,
    rows: np.ndarray,
    pictures: np.ndarray,
    masses: np.ndarray,
    masks: dict[str, np.ndarray],
    seed: int,
) -> ClassAverage:
    table = moments.table.iloc[rows]
    regions = {}
    for region, mask in masks.items():
        shares, area = masses[rows][:, mask].sum(axis=1, dtype=float), float(mask.mean())
        checked = check_mean(shares[None], table, limit=area, seed=seed, undefined="there is no moment")
        regions[region] = RegionShare(checked, area)
    n_speakers = int(table.loc[table["speaker"] != "", "speaker"].nunique())
    return ClassAverage(
        name,
        len(rows),
        int(table["clip"].nunique()),
        n_speakers,
        pictures[rows].mean(axis=0),
        masses[rows].mean(axis=0),
        regions,
    )
